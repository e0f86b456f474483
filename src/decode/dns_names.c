/* Names of DNS parameters: https://www.iana.org/assignments/dns-parameters, dnssec-sec-alg-numbers,
 * ds-rr-types and dns-svcb. */
#include <stdio.h>

#include "decode/dns.h"

const struct field_name dns_types[] = {
	{ 1, "A" }, { 2, "NS" }, { 3, "MD" }, { 4, "MF" }, { 5, "CNAME" }, { 6, "SOA" }, { 7, "MB" }, { 8, "MG" },
	{ 9, "MR" }, { 10, "NULL" }, { 11, "WKS" }, { 12, "PTR" }, { 13, "HINFO" }, { 14, "MINFO" }, { 15, "MX" },
	{ 16, "TXT" }, { 17, "RP" }, { 18, "AFSDB" }, { 19, "X25" }, { 20, "ISDN" }, { 21, "RT" }, { 22, "NSAP" },
	{ 24, "SIG" }, { 25, "KEY" }, { 26, "PX" }, { 27, "GPOS" }, { 28, "AAAA" }, { 29, "LOC" }, { 30, "NXT" },
	{ 33, "SRV" }, { 35, "NAPTR" }, { 36, "KX" }, { 37, "CERT" }, { 38, "A6" }, { 39, "DNAME" },
	{ 41, "OPT" }, { 42, "APL" }, { 43, "DS" }, { 44, "SSHFP" }, { 45, "IPSECKEY" }, { 46, "RRSIG" },
	{ 47, "NSEC" }, { 48, "DNSKEY" }, { 49, "DHCID" }, { 50, "NSEC3" }, { 51, "NSEC3PARAM" }, { 52, "TLSA" },
	{ 53, "SMIMEA" }, { 55, "HIP" }, { 59, "CDS" }, { 60, "CDNSKEY" }, { 61, "OPENPGPKEY" }, { 62, "CSYNC" },
	{ 63, "ZONEMD" }, { 64, "SVCB" }, { 65, "HTTPS" }, { 99, "SPF" }, { 108, "EUI48" }, { 109, "EUI64" },
	{ 249, "TKEY" }, { 250, "TSIG" }, { 251, "IXFR" }, { 252, "AXFR" }, { 253, "MAILB" }, { 254, "MAILA" },
	{ 255, "ANY" }, { 256, "URI" }, { 257, "CAA" }, { 32768, "TA" }, { 32769, "DLV" }, { 0, NULL },
};

const struct field_name dns_classes[] = {
	{ 1, "IN" }, { 3, "CH" }, { 4, "HS" }, { 254, "NONE" }, { 255, "ANY" }, { 0, NULL },
};

const struct field_name dns_opcodes[] = {
	{ 0, "Standard" }, { 1, "Inverse" }, { 2, "Status" }, { 4, "Notify" }, { 5, "Update" },
	{ 6, "Stateful" }, { 0, NULL },
};

/* The first six in the words of RFC 1035, 4.1.1. */
const struct field_name dns_rcodes[] = {
	{ 0, "No Error" }, { 1, "Format Error" }, { 2, "Server Failure" }, { 3, "Name Error" },
	{ 4, "Not Implemented" }, { 5, "Refused" }, { 6, "Name Exists" }, { 7, "RRset Exists" },
	{ 8, "RRset Does Not Exist" }, { 9, "Not Authoritative" }, { 10, "Name Not in Zone" },
	{ 11, "Stateful Operations Not Implemented" }, { 16, "Bad EDNS Version" }, { 17, "Bad Key" },
	{ 18, "Bad Time" }, { 19, "Bad TKEY Mode" }, { 20, "Bad Key Name" }, { 21, "Bad Algorithm" },
	{ 22, "Bad Truncation" }, { 23, "Bad Cookie" }, { 0, NULL },
};

static const struct field_name short_rcodes[] = {
	{ 0, "NOERROR" }, { 1, "FORMERR" }, { 2, "SERVFAIL" }, { 3, "NXDOMAIN" }, { 4, "NOTIMP" },
	{ 5, "REFUSED" }, { 6, "YXDOMAIN" }, { 7, "YXRRSET" }, { 8, "NXRRSET" }, { 9, "NOTAUTH" },
	{ 10, "NOTZONE" }, { 11, "DSOTYPENI" }, { 16, "BADVERS" }, { 17, "BADKEY" }, { 18, "BADTIME" },
	{ 19, "BADMODE" }, { 20, "BADNAME" }, { 21, "BADALG" }, { 22, "BADTRUNC" }, { 23, "BADCOOKIE" },
	{ 0, NULL },
};

/* RFC 8914 and those registered since */
const struct field_name dns_extended_errors[] = {
	{ 0, "Other Error" }, { 1, "Unsupported DNSKEY Algorithm" }, { 2, "Unsupported DS Digest Type" },
	{ 3, "Stale Answer" }, { 4, "Forged Answer" }, { 5, "DNSSEC Indeterminate" }, { 6, "DNSSEC Bogus" },
	{ 7, "Signature Expired" }, { 8, "Signature Not Yet Valid" }, { 9, "DNSKEY Missing" },
	{ 10, "RRSIGs Missing" }, { 11, "No Zone Key Bit Set" }, { 12, "NSEC Missing" }, { 13, "Cached Error" },
	{ 14, "Not Ready" }, { 15, "Blocked" }, { 16, "Censored" }, { 17, "Filtered" }, { 18, "Prohibited" },
	{ 19, "Stale NXDOMAIN Answer" }, { 20, "Not Authoritative" }, { 21, "Not Supported" },
	{ 22, "No Reachable Authority" }, { 23, "Network Error" }, { 24, "Invalid Data" },
	{ 25, "Signature Expired before Valid" }, { 26, "Too Early" }, { 27, "Unsupported NSEC3 Iterations" },
	{ 28, "Unable to conform to policy" }, { 29, "Synthesized" }, { 30, "Invalid Query Type" }, { 0, NULL },
};

const struct field_name dns_options[] = {
	{ 1, "LLQ" }, { 2, "Update Lease" }, { 3, "NSID" }, { 5, "DAU" }, { 6, "DHU" }, { 7, "N3U" },
	{ 8, "Client Subnet" }, { 9, "EDNS Expire" }, { 10, "Cookie" }, { 11, "TCP Keepalive" },
	{ 12, "Padding" }, { 13, "Chain" }, { 14, "Key Tag" }, { 15, "Extended DNS Error" },
	{ 16, "Client Tag" }, { 17, "Server Tag" }, { 18, "Report Channel" }, { 19, "Zone Version" },
	{ 0, NULL },
};

const struct field_name dns_algorithms[] = {
	{ 0, "Delete" }, { 1, "RSA/MD5" }, { 2, "Diffie-Hellman" }, { 3, "DSA/SHA-1" }, { 5, "RSA/SHA-1" },
	{ 6, "DSA-NSEC3-SHA1" }, { 7, "RSASHA1-NSEC3-SHA1" }, { 8, "RSA/SHA-256" }, { 10, "RSA/SHA-512" },
	{ 12, "GOST R 34.10-2001" }, { 13, "ECDSA Curve P-256 with SHA-256" },
	{ 14, "ECDSA Curve P-384 with SHA-384" }, { 15, "Ed25519" }, { 16, "Ed448" }, { 252, "Indirect" },
	{ 253, "Private DNS" }, { 254, "Private OID" }, { 0, NULL },
};

const struct field_name dns_digests[] = {
	{ 0, "Reserved" }, { 1, "SHA-1" }, { 2, "SHA-256" }, { 3, "GOST R 34.11-94" }, { 4, "SHA-384" },
	{ 0, NULL },
};

const struct field_name dns_svcb_keys[] = {
	{ 0, "mandatory" }, { 1, "alpn" }, { 2, "no-default-alpn" }, { 3, "port" }, { 4, "ipv4hint" },
	{ 5, "ech" }, { 6, "ipv6hint" }, { 7, "dohpath" }, { 8, "ohttp" }, { 0, NULL },
};

const char *dns_type_name(uint16_t type)
{
	return field_words(dns_types, type);
}

const char *dns_rcode_words(uint16_t rcode)
{
	return field_words(dns_rcodes, rcode);
}

const char *dns_rcode_name(uint16_t rcode)
{
	return field_words(short_rcodes, rcode);
}

const char *dns_opcode_words(uint8_t opcode)
{
	return field_words(dns_opcodes, opcode);
}

const char *dns_extended_error_words(int32_t code)
{
	return code < 0 ? NULL : field_words(dns_extended_errors, (uint64_t)code);
}

const char *dns_type_text(uint16_t type, char to[static DNS_TYPE_TEXT_SIZE])
{
	const char *name = dns_type_name(type);
	if (name)
		return name;
	snprintf(to, DNS_TYPE_TEXT_SIZE, "TYPE%u", type);
	return to;
}

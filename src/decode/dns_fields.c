/* Every field of a DNS message. What a record's data consists of is a row of `layouts`; those that are more
 * than a list of values have a function. */
#include <stdio.h>

#include "decode/decoder.h"
#include "decode/dns.h"
#include "decode/dns_name.h"

enum {
	LENGTH, ID, FLAGS, RESPONSE, OPCODE, AUTHORITATIVE, TRUNCATED, RECURSION_DESIRED, RECURSION_AVAILABLE, Z,
	AUTHENTICATED, CHECK_DISABLED, RCODE, QUERIES, ZONES, ANSWERS, PREREQUISITES, AUTHORITIES, UPDATES,
	ADDITIONALS, QUESTION_SECTION, ANSWER_SECTION, AUTHORITY_SECTION, ADDITIONAL_SECTION, QUESTION, RECORD,
	QUERY_NAME, QUERY_NAME_LENGTH, LABELS, QUERY_TYPE, QUERY_CLASS, QUERY_UNICAST, NAME, TYPE, CLASS, CACHE_FLUSH,
	TTL, DATA_LENGTH, DATA, A, NS, CNAME, SOA_MNAME, SOA_RNAME, SOA_SERIAL, SOA_REFRESH, SOA_RETRY, SOA_EXPIRE,
	SOA_MINIMUM, PTR, HINFO_CPU_LENGTH, HINFO_CPU, HINFO_OS_LENGTH, HINFO_OS, MX_PREFERENCE, MX_EXCHANGE,
	TXT_LENGTH, TXT, SPF_LENGTH, SPF, RP_MAILBOX, RP_TXT, AFSDB_SUBTYPE, AFSDB_HOSTNAME, AAAA, SRV_SERVICE,
	SRV_PROTOCOL, SRV_NAME, SRV_PRIORITY, SRV_WEIGHT, SRV_PORT, SRV_TARGET, NAPTR_ORDER, NAPTR_PREFERENCE,
	NAPTR_FLAGS_LENGTH, NAPTR_FLAGS, NAPTR_SERVICE_LENGTH, NAPTR_SERVICE, NAPTR_REGEX_LENGTH, NAPTR_REGEX,
	NAPTR_REPLACEMENT_LENGTH, NAPTR_REPLACEMENT, KX_PREFERENCE, KX_EXCHANGE, CERT_TYPE, CERT_KEY_TAG,
	CERT_ALGORITHM, CERT_CERTIFICATE, DNAME, DS_KEY_ID, DS_ALGORITHM, DS_DIGEST_TYPE, DS_DIGEST, SSHFP_ALGORITHM,
	SSHFP_TYPE, SSHFP_FINGERPRINT, RRSIG_COVERED, RRSIG_ALGORITHM, RRSIG_LABELS, RRSIG_TTL, RRSIG_EXPIRATION,
	RRSIG_INCEPTION, RRSIG_KEY_TAG, RRSIG_SIGNER, RRSIG_SIGNATURE, NSEC_NEXT, DNSKEY_FLAGS, DNSKEY_ZONE_KEY,
	DNSKEY_REVOKED, DNSKEY_ENTRY_POINT, DNSKEY_RESERVED, DNSKEY_PROTOCOL, DNSKEY_ALGORITHM, DNSKEY_ID,
	DNSKEY_KEY, DHCID, NSEC3_ALGORITHM, NSEC3_FLAGS, NSEC3_OPT_OUT, NSEC3_ITERATIONS, NSEC3_SALT_LENGTH,
	NSEC3_SALT, NSEC3_HASH_LENGTH, NSEC3_HASH, TLSA_USAGE, TLSA_SELECTOR, TLSA_MATCHING, TLSA_DATA, OPENPGPKEY,
	CSYNC_SERIAL, CSYNC_FLAGS, CSYNC_BITMAP, ZONEMD_SERIAL, ZONEMD_SCHEME, ZONEMD_HASH, ZONEMD_DIGEST,
	SVCB_PRIORITY, SVCB_TARGET, SVCB_PARAMETER, SVCB_KEY, SVCB_VALUE_LENGTH, SVCB_VALUE, SVCB_MANDATORY,
	SVCB_ALPN_LENGTH, SVCB_ALPN, SVCB_PORT, SVCB_IPV4, SVCB_IPV6, SVCB_ECH, EUI48, CAA_FLAGS, CAA_CRITICAL,
	CAA_TAG_LENGTH, CAA_TAG, CAA_VALUE, CAA_ISSUE, CAA_ISSUEWILD, CAA_IODEF, TSIG_ALGORITHM, TSIG_FUDGE,
	TSIG_MAC_SIZE, TSIG_MAC, TSIG_ID, TSIG_ERROR, TSIG_OTHER_LENGTH, TSIG_OTHER, TKEY_ALGORITHM, TKEY_INCEPTION,
	TKEY_EXPIRATION, TKEY_MODE, TKEY_ERROR, TKEY_KEY_SIZE, TKEY_KEY, TKEY_OTHER_SIZE, TKEY_OTHER, NULL_DATA,
	UDP_SIZE, EXTENDED_RCODE, EDNS_VERSION, EDNS_Z, EDNS_DO, EDNS_RESERVED, OPTION, OPTION_CODE, OPTION_LENGTH,
	OPTION_DATA, OPTION_DAU, OPTION_DHU, OPTION_N3U, CLIENT_FAMILY, CLIENT_NETMASK, CLIENT_SCOPE, CLIENT_ADDRESS,
	CLIENT_IPV4, CLIENT_IPV6, COOKIE_CLIENT, COOKIE_SERVER, KEEPALIVE_TIMEOUT, PADDING, EXTENDED_ERROR,
	EXTENDED_TEXT, EXTRANEOUS_DATA, EXTRANEOUS_LENGTH, CONFLICT, TENTATIVE, FIELDS
};

static const struct field_name yes[] = { { 0, "No" }, { 1, "Yes" }, { 0, NULL } };

#define U8(name, title) { name, title, FIELD_UINT, .width = 1 }
#define U16(name, title) { name, title, FIELD_UINT, .width = 2 }
#define U32(name, title) { name, title, FIELD_UINT, .width = 4 }
#define HEX16(name, title) { name, title, FIELD_UINT, FORM_HEX, 2 }
#define TEXT(name, title) { name, title, FIELD_TEXT }
#define BYTES(name, title) { name, title, FIELD_BYTES }
#define SECONDS(name, title) { name, title, FIELD_UINT, .width = 4, .unit = "s" }
#define ALGORITHM(name) { name, "Algorithm", FIELD_UINT, .width = 1, .names = dns_algorithms }
#define BIT(name, title, bits) { name, title, FIELD_FLAG, .width = 2, .mask = bits, .names = yes }

const struct field dns_fields[FIELDS + 1] = {
	[LENGTH] = U16("dns.length", "Length"),
	[ID] = HEX16("dns.id", "DNS Message ID"),
	[FLAGS] = HEX16("dns.flags", "Flags"),
	[RESPONSE] = BIT("dns.flags.response", "Response", 0x8000),
	[OPCODE] = { "dns.flags.opcode", "Opcode", FIELD_UINT, .width = 2, .mask = 0x7800, .names = dns_opcodes },
	[AUTHORITATIVE] = BIT("dns.flags.authoritative", "Authoritative", 0x0400),
	[TRUNCATED] = BIT("dns.flags.truncated", "Truncated", 0x0200),
	[RECURSION_DESIRED] = BIT("dns.flags.recdesired", "Recursion desired", 0x0100),
	[RECURSION_AVAILABLE] = BIT("dns.flags.recavail", "Recursion available", 0x0080),
	[Z] = BIT("dns.flags.z", "Z", 0x0040),
	[AUTHENTICATED] = BIT("dns.flags.authenticated", "Answer authenticated", 0x0020),
	[CHECK_DISABLED] = BIT("dns.flags.checkdisable", "Non-authenticated data", 0x0010),
	[RCODE] = { "dns.flags.rcode", "Reply code", FIELD_UINT, .width = 2, .mask = 0x000f, .names = dns_rcodes },
	[QUERIES] = U16("dns.count.queries", "Questions"),
	[ZONES] = U16("dns.count.zones", "Zones"),
	[ANSWERS] = U16("dns.count.answers", "Answer RRs"),
	[PREREQUISITES] = U16("dns.count.prerequisites", "Prerequisites"),
	[AUTHORITIES] = U16("dns.count.auth_rr", "Authority RRs"),
	[UPDATES] = U16("dns.count.updates", "Updates"),
	[ADDITIONALS] = U16("dns.count.add_rr", "Additional RRs"),
	[QUESTION_SECTION] = { "dns.queries", "Request address of following names", FIELD_GROUP },
	[ANSWER_SECTION] = { "dns.answers", "Answers", FIELD_GROUP },
	[AUTHORITY_SECTION] = { "dns.authorities", "Authoritative name servers", FIELD_GROUP },
	[ADDITIONAL_SECTION] = { "dns.additionals", "Additional records", FIELD_GROUP },
	[QUESTION] = { "dns.qry", "Question", FIELD_GROUP },
	[RECORD] = { "dns.resp", "Record", FIELD_GROUP },
	[QUERY_NAME] = TEXT("dns.qry.name", "Name"),
	[QUERY_NAME_LENGTH] = U16("dns.qry.name.len", "Name Length"),
	[LABELS] = U16("dns.count.labels", "Label Count"),
	[QUERY_TYPE] = { "dns.qry.type", "Type", FIELD_UINT, .width = 2, .names = dns_types },
	[QUERY_CLASS] = { "dns.qry.class", "Class", FIELD_UINT, FORM_HEX, 2, .names = dns_classes },
	[QUERY_UNICAST] = { "dns.qry.qu", "Unicast answer wanted", FIELD_FLAG, .width = 2, .mask = 0x8000 },
	[NAME] = TEXT("dns.resp.name", "Name"),
	[TYPE] = { "dns.resp.type", "Type", FIELD_UINT, .width = 2, .names = dns_types },
	[CLASS] = { "dns.resp.class", "Class", FIELD_UINT, FORM_HEX, 2, .names = dns_classes },
	[CACHE_FLUSH] = { "dns.resp.cache_flush", "Cache flush", FIELD_FLAG, .width = 2, .mask = 0x8000 },
	[TTL] = SECONDS("dns.resp.ttl", "Time to live"),
	[DATA_LENGTH] = U16("dns.resp.len", "Data length"),
	[DATA] = BYTES("dns.data", "Data"),
	[A] = { "dns.a", "Address", FIELD_IPV4 },
	[NS] = TEXT("dns.ns", "Name Server"),
	[CNAME] = TEXT("dns.cname", "CNAME"),
	[SOA_MNAME] = TEXT("dns.soa.mname", "Primary name server"),
	[SOA_RNAME] = TEXT("dns.soa.rname", "Responsible authority's mailbox"),
	[SOA_SERIAL] = U32("dns.soa.serial_number", "Serial Number"),
	[SOA_REFRESH] = SECONDS("dns.soa.refresh_interval", "Refresh Interval"),
	[SOA_RETRY] = SECONDS("dns.soa.retry_interval", "Retry Interval"),
	[SOA_EXPIRE] = SECONDS("dns.soa.expire_limit", "Expire limit"),
	[SOA_MINIMUM] = SECONDS("dns.soa.minimum_ttl", "Minimum TTL"),
	[PTR] = TEXT("dns.ptr.domain_name", "Domain Name"),
	[HINFO_CPU_LENGTH] = U8("dns.hinfo.cpu_length", "CPU Length"),
	[HINFO_CPU] = TEXT("dns.hinfo.cpu", "CPU"),
	[HINFO_OS_LENGTH] = U8("dns.hinfo.os_length", "OS Length"),
	[HINFO_OS] = TEXT("dns.hinfo.os", "OS"),
	[MX_PREFERENCE] = U16("dns.mx.preference", "Preference"),
	[MX_EXCHANGE] = TEXT("dns.mx.mail_exchange", "Mail Exchange"),
	[TXT_LENGTH] = U8("dns.txt.length", "TXT Length"),
	[TXT] = TEXT("dns.txt", "TXT"),
	[SPF_LENGTH] = U8("dns.spf.length", "SPF Length"),
	[SPF] = TEXT("dns.spf", "SPF"),
	[RP_MAILBOX] = TEXT("dns.rp.mailbox", "Mailbox"),
	[RP_TXT] = TEXT("dns.rp.txt_rr", "TXT RR"),
	[AFSDB_SUBTYPE] = U16("dns.afsdb.subtype", "Subtype"),
	[AFSDB_HOSTNAME] = TEXT("dns.afsdb.hostname", "Hostname"),
	[AAAA] = { "dns.aaaa", "AAAA Address", FIELD_IPV6 },
	[SRV_SERVICE] = TEXT("dns.srv.service", "Service"),
	[SRV_PROTOCOL] = TEXT("dns.srv.proto", "Protocol"),
	[SRV_NAME] = TEXT("dns.srv.name", "Name"),
	[SRV_PRIORITY] = U16("dns.srv.priority", "Priority"),
	[SRV_WEIGHT] = U16("dns.srv.weight", "Weight"),
	[SRV_PORT] = U16("dns.srv.port", "Port"),
	[SRV_TARGET] = TEXT("dns.srv.target", "Target"),
	[NAPTR_ORDER] = U16("dns.naptr.order", "Order"),
	[NAPTR_PREFERENCE] = U16("dns.naptr.preference", "Preference"),
	[NAPTR_FLAGS_LENGTH] = U8("dns.naptr.flags_length", "Flags Length"),
	[NAPTR_FLAGS] = TEXT("dns.naptr.flags", "Flags"),
	[NAPTR_SERVICE_LENGTH] = U8("dns.naptr.service_length", "Service Length"),
	[NAPTR_SERVICE] = TEXT("dns.naptr.service", "Service"),
	[NAPTR_REGEX_LENGTH] = U8("dns.naptr.regex_length", "Regex Length"),
	[NAPTR_REGEX] = TEXT("dns.naptr.regex", "Regex"),
	[NAPTR_REPLACEMENT_LENGTH] = U8("dns.naptr.replacement_length", "Replacement Length"),
	[NAPTR_REPLACEMENT] = TEXT("dns.naptr.replacement", "Replacement"),
	[KX_PREFERENCE] = U16("dns.kx.preference", "Preference"),
	[KX_EXCHANGE] = TEXT("dns.kx.key_exchange", "Key Exchange"),
	[CERT_TYPE] = U16("dns.cert.type", "Type"),
	[CERT_KEY_TAG] = U16("dns.cert.key_tag", "Key Tag"),
	[CERT_ALGORITHM] = ALGORITHM("dns.cert.algorithm"),
	[CERT_CERTIFICATE] = BYTES("dns.cert.certificate", "Certificate (or CRL)"),
	[DNAME] = TEXT("dns.dname", "DNAME"),
	[DS_KEY_ID] = U16("dns.ds.key_id", "Key id"),
	[DS_ALGORITHM] = ALGORITHM("dns.ds.algorithm"),
	[DS_DIGEST_TYPE] = { "dns.ds.digest_type", "Digest Type", FIELD_UINT, .width = 1, .names = dns_digests },
	[DS_DIGEST] = BYTES("dns.ds.digest", "Digest"),
	[SSHFP_ALGORITHM] = U8("dns.sshfp.algorithm", "Algorithm"),
	[SSHFP_TYPE] = U8("dns.sshfp.fingerprint.type", "Fingerprint type"),
	[SSHFP_FINGERPRINT] = BYTES("dns.sshfp.fingerprint", "Fingerprint"),
	[RRSIG_COVERED] = { "dns.rrsig.type_covered", "Type Covered", FIELD_UINT, .width = 2, .names = dns_types },
	[RRSIG_ALGORITHM] = ALGORITHM("dns.rrsig.algorithm"),
	[RRSIG_LABELS] = U8("dns.rrsig.labels", "Labels"),
	[RRSIG_TTL] = SECONDS("dns.rrsig.original_ttl", "Original TTL"),
	[RRSIG_EXPIRATION] = { "dns.rrsig.signature_expiration", "Signature Expiration", FIELD_TIME },
	[RRSIG_INCEPTION] = { "dns.rrsig.signature_inception", "Signature Inception", FIELD_TIME },
	[RRSIG_KEY_TAG] = U16("dns.rrsig.key_tag", "Key Tag"),
	[RRSIG_SIGNER] = TEXT("dns.rrsig.signers_name", "Signer's name"),
	[RRSIG_SIGNATURE] = BYTES("dns.rrsig.signature", "Signature"),
	[NSEC_NEXT] = TEXT("dns.nsec.next_domain_name", "Next Domain Name"),
	[DNSKEY_FLAGS] = HEX16("dns.dnskey.flags", "Flags"),
	[DNSKEY_ZONE_KEY] = BIT("dns.dnskey.flags.zone_key", "Zone Key", 0x0100),
	[DNSKEY_REVOKED] = BIT("dns.dnskey.flags.key_revoked", "Key Revoked", 0x0080),
	[DNSKEY_ENTRY_POINT] = BIT("dns.dnskey.flags.secure_entry_point", "Key Signing Key", 0x0001),
	[DNSKEY_RESERVED] = { "dns.dnskey.flags.reserved", "Reserved", FIELD_UINT, FORM_HEX, 2, 0xfe7e },
	[DNSKEY_PROTOCOL] = U8("dns.dnskey.protocol", "Protocol"),
	[DNSKEY_ALGORITHM] = ALGORITHM("dns.dnskey.algorithm"),
	[DNSKEY_ID] = U16("dns.dnskey.key_id", "Key id"),
	[DNSKEY_KEY] = BYTES("dns.dnskey.public_key", "Public Key"),
	[DHCID] = BYTES("dns.dhcid.rdata", "DHCID Data"),
	[NSEC3_ALGORITHM] = U8("dns.nsec3.algo", "Hash algorithm"),
	[NSEC3_FLAGS] = U8("dns.nsec3.flags", "NSEC3 flags"),
	[NSEC3_OPT_OUT] = { "dns.nsec3.flags.opt_out", "NSEC3 Opt-out flag", FIELD_FLAG, .width = 1, .mask = 1 },
	[NSEC3_ITERATIONS] = U16("dns.nsec3.iterations", "NSEC3 iterations"),
	[NSEC3_SALT_LENGTH] = U8("dns.nsec3.salt_length", "Salt length"),
	[NSEC3_SALT] = BYTES("dns.nsec3.salt_value", "Salt value"),
	[NSEC3_HASH_LENGTH] = U8("dns.nsec3.hash_length", "Hash length"),
	[NSEC3_HASH] = TEXT("dns.nsec3.hash_value", "Next hashed owner"),
	[TLSA_USAGE] = U8("dns.tlsa.certificate_usage", "Certificate Usage"),
	[TLSA_SELECTOR] = U8("dns.tlsa.selector", "Selector"),
	[TLSA_MATCHING] = U8("dns.tlsa.matching_type", "Matching Type"),
	[TLSA_DATA] = BYTES("dns.tlsa.certificate_association_data", "Certificate Association Data"),
	[OPENPGPKEY] = BYTES("dns.openpgpkey", "OpenPGP Key"),
	[CSYNC_SERIAL] = U32("dns.csync.soa", "SOA"),
	[CSYNC_FLAGS] = HEX16("dns.csync.flags", "Flags"),
	[CSYNC_BITMAP] = BYTES("dns.csync.type_bitmap", "Type Bitmap"),
	[ZONEMD_SERIAL] = U32("dns.zonemd.serial", "Serial"),
	[ZONEMD_SCHEME] = U8("dns.zonemd.scheme", "Scheme"),
	[ZONEMD_HASH] = U8("dns.zonemd.hash_algo", "Hash Algorithm"),
	[ZONEMD_DIGEST] = BYTES("dns.zonemd.digest", "Digest"),
	[SVCB_PRIORITY] = U16("dns.svcb.svcpriority", "SvcPriority"),
	[SVCB_TARGET] = TEXT("dns.svcb.targetname", "TargetName"),
	[SVCB_PARAMETER] = { "dns.svcb.svcparam", "SvcParam", FIELD_GROUP },
	[SVCB_KEY] = { "dns.svcb.svcparam.key", "SvcParamKey", FIELD_UINT, .width = 2, .names = dns_svcb_keys },
	[SVCB_VALUE_LENGTH] = U16("dns.svcb.svcparam.value.length", "SvcParamValue length"),
	[SVCB_VALUE] = BYTES("dns.svcb.svcparam.value", "SvcParamValue"),
	[SVCB_MANDATORY] = { "dns.svcb.svcparam.mandatory.key", "Mandatory key", FIELD_UINT, .width = 2,
			     .names = dns_svcb_keys },
	[SVCB_ALPN_LENGTH] = U8("dns.svcb.svcparam.alpn.length", "ALPN length"),
	[SVCB_ALPN] = TEXT("dns.svcb.svcparam.alpn", "ALPN"),
	[SVCB_PORT] = U16("dns.svcb.svcparam.port", "Port"),
	[SVCB_IPV4] = { "dns.svcb.svcparam.ipv4hint.ip", "IP", FIELD_IPV4 },
	[SVCB_IPV6] = { "dns.svcb.svcparam.ipv6hint.ip", "IP", FIELD_IPV6 },
	[SVCB_ECH] = BYTES("dns.svcb.svcparam.echconfig", "ECHConfig"),
	[EUI48] = { "dns.eui48", "EUI48 Address", FIELD_MAC },
	[CAA_FLAGS] = U8("dns.caa.flags", "CAA Flags"),
	[CAA_CRITICAL] = { "dns.caa.flags.issuer_critical", "Issuer Critical", FIELD_FLAG, .width = 1,
			   .mask = 0x80 },
	[CAA_TAG_LENGTH] = U8("dns.caa.tag_length", "Tag length"),
	[CAA_TAG] = TEXT("dns.caa.tag", "Tag"),
	[CAA_VALUE] = TEXT("dns.caa.value", "Value"),
	[CAA_ISSUE] = TEXT("dns.caa.issue", "Issue"),
	[CAA_ISSUEWILD] = TEXT("dns.caa.issuewild", "Issue Wildcard"),
	[CAA_IODEF] = TEXT("dns.caa.iodef", "Report URL"),
	[TSIG_ALGORITHM] = TEXT("dns.tsig.algorithm_name", "Algorithm Name"),
	[TSIG_FUDGE] = U16("dns.tsig.fudge", "Fudge"),
	[TSIG_MAC_SIZE] = U16("dns.tsig.mac_size", "MAC Size"),
	[TSIG_MAC] = BYTES("dns.tsig.mac", "MAC"),
	[TSIG_ID] = U16("dns.tsig.original_id", "Original Id"),
	[TSIG_ERROR] = { "dns.tsig.error", "Error", FIELD_UINT, .width = 2, .names = dns_rcodes },
	[TSIG_OTHER_LENGTH] = U16("dns.tsig.other_len", "Other Len"),
	[TSIG_OTHER] = BYTES("dns.tsig.other_data", "Other Data"),
	[TKEY_ALGORITHM] = TEXT("dns.tkey.algo_name", "Algorithm name"),
	[TKEY_INCEPTION] = { "dns.tkey.signature_inception", "Signature Inception", FIELD_TIME },
	[TKEY_EXPIRATION] = { "dns.tkey.signature_expiration", "Signature Expiration", FIELD_TIME },
	[TKEY_MODE] = U16("dns.tkey.mode", "Mode"),
	[TKEY_ERROR] = { "dns.tkey.error", "Error", FIELD_UINT, .width = 2, .names = dns_rcodes },
	[TKEY_KEY_SIZE] = U16("dns.tkey.key_size", "Key Size"),
	[TKEY_KEY] = BYTES("dns.tkey.key_data", "Key Data"),
	[TKEY_OTHER_SIZE] = U16("dns.tkey.other_size", "Other Size"),
	[TKEY_OTHER] = BYTES("dns.tkey.other_data", "Other Data"),
	[NULL_DATA] = BYTES("dns.null", "Null (data)"),
	[UDP_SIZE] = { "dns.rr.udp_payload_size", "UDP payload size", FIELD_UINT, .width = 2, .unit = "bytes" },
	[EXTENDED_RCODE] = { "dns.resp.ext_rcode", "Higher bits in extended RCODE", FIELD_UINT, FORM_HEX, 1 },
	[EDNS_VERSION] = U8("dns.resp.edns0_version", "EDNS0 version"),
	[EDNS_Z] = HEX16("dns.resp.z", "Z"),
	[EDNS_DO] = BIT("dns.resp.z.do", "DO bit", 0x8000),
	[EDNS_RESERVED] = { "dns.resp.z.reserved", "Reserved", FIELD_UINT, FORM_HEX, 2, 0x7fff },
	[OPTION] = { "dns.opt", "Option", FIELD_GROUP },
	[OPTION_CODE] = { "dns.opt.code", "Option Code", FIELD_UINT, .width = 2, .names = dns_options },
	[OPTION_LENGTH] = U16("dns.opt.len", "Option Length"),
	[OPTION_DATA] = BYTES("dns.opt.data", "Option Data"),
	[OPTION_DAU] = ALGORITHM("dns.opt.dau"),
	[OPTION_DHU] = { "dns.opt.dhu", "DHU", FIELD_UINT, .width = 1, .names = dns_digests },
	[OPTION_N3U] = U8("dns.opt.n3u", "N3U"),
	[CLIENT_FAMILY] = U16("dns.opt.client.family", "Family"),
	[CLIENT_NETMASK] = U8("dns.opt.client.netmask", "Source Netmask"),
	[CLIENT_SCOPE] = U8("dns.opt.client.scope", "Scope Netmask"),
	[CLIENT_ADDRESS] = BYTES("dns.opt.client.addr", "Client Subnet"),
	[CLIENT_IPV4] = { "dns.opt.client.addr4", "Client Subnet", FIELD_IPV4 },
	[CLIENT_IPV6] = { "dns.opt.client.addr6", "Client Subnet", FIELD_IPV6 },
	[COOKIE_CLIENT] = BYTES("dns.opt.cookie.client", "Client Cookie"),
	[COOKIE_SERVER] = BYTES("dns.opt.cookie.server", "Server Cookie"),
	[KEEPALIVE_TIMEOUT] = U16("dns.opt.edns_tcp_keepalive.timeout", "Timeout"),
	[PADDING] = BYTES("dns.opt.padding", "Padding"),
	[EXTENDED_ERROR] = { "dns.opt.ext_error.info_code", "Info Code", FIELD_UINT, .width = 2,
			     .names = dns_extended_errors },
	[EXTENDED_TEXT] = TEXT("dns.opt.ext_error.extra_text", "Extra Text"),
	[EXTRANEOUS_DATA] = BYTES("dns.extraneous.data", "Extraneous Data Bytes"),
	[EXTRANEOUS_LENGTH] = { "dns.extraneous.length", "Extraneous Data Length", FIELD_INT, .unit = "bytes" },
	[CONFLICT] = BIT("dns.flags.conflict", "Conflict", 0x0400),
	[TENTATIVE] = BIT("dns.flags.tentative", "Tentative", 0x0100),
};

/* How a part of a record's data is written. */
enum part_kind {
	PART_END,
	PART_U8, PART_U16, PART_U32,
	PART_NAME,
	PART_STRING,         /* a length byte, told as `field`, and so much text, told as the field after it */
	PART_STRINGS,        /* strings up to the end */
	PART_SIZED,          /* a 16-bit length and so many bytes, told likewise */
	PART_TIME,           /* 32 bits of seconds since 1970 */
	PART_IPV4, PART_IPV6, PART_MAC,
	PART_REST,           /* bytes up to the end */
	PART_BITMAP,         /* types (RFC 4034, 4.1.2) up to the end */
};

struct part { uint8_t kind; uint8_t field; };
struct layout { uint16_t type; struct part parts[10]; };

static const struct layout layouts[] = {
	{ 1, { { PART_IPV4, A } } },
	{ 2, { { PART_NAME, NS } } },
	{ 5, { { PART_NAME, CNAME } } },
	{ 6, { { PART_NAME, SOA_MNAME }, { PART_NAME, SOA_RNAME }, { PART_U32, SOA_SERIAL },
	       { PART_U32, SOA_REFRESH }, { PART_U32, SOA_RETRY }, { PART_U32, SOA_EXPIRE },
	       { PART_U32, SOA_MINIMUM } } },
	{ 10, { { PART_REST, NULL_DATA } } },
	{ 12, { { PART_NAME, PTR } } },
	{ 13, { { PART_STRING, HINFO_CPU_LENGTH }, { PART_STRING, HINFO_OS_LENGTH } } },
	{ 15, { { PART_U16, MX_PREFERENCE }, { PART_NAME, MX_EXCHANGE } } },
	{ 16, { { PART_STRINGS, TXT_LENGTH } } },
	{ 17, { { PART_NAME, RP_MAILBOX }, { PART_NAME, RP_TXT } } },
	{ 18, { { PART_U16, AFSDB_SUBTYPE }, { PART_NAME, AFSDB_HOSTNAME } } },
	{ 28, { { PART_IPV6, AAAA } } },
	{ 33, { { PART_U16, SRV_PRIORITY }, { PART_U16, SRV_WEIGHT }, { PART_U16, SRV_PORT },
		{ PART_NAME, SRV_TARGET } } },
	{ 36, { { PART_U16, KX_PREFERENCE }, { PART_NAME, KX_EXCHANGE } } },
	{ 37, { { PART_U16, CERT_TYPE }, { PART_U16, CERT_KEY_TAG }, { PART_U8, CERT_ALGORITHM },
		{ PART_REST, CERT_CERTIFICATE } } },
	{ 39, { { PART_NAME, DNAME } } },
	{ 43, { { PART_U16, DS_KEY_ID }, { PART_U8, DS_ALGORITHM }, { PART_U8, DS_DIGEST_TYPE },
		{ PART_REST, DS_DIGEST } } },
	{ 44, { { PART_U8, SSHFP_ALGORITHM }, { PART_U8, SSHFP_TYPE }, { PART_REST, SSHFP_FINGERPRINT } } },
	{ 46, { { PART_U16, RRSIG_COVERED }, { PART_U8, RRSIG_ALGORITHM }, { PART_U8, RRSIG_LABELS },
		{ PART_U32, RRSIG_TTL }, { PART_TIME, RRSIG_EXPIRATION }, { PART_TIME, RRSIG_INCEPTION },
		{ PART_U16, RRSIG_KEY_TAG }, { PART_NAME, RRSIG_SIGNER }, { PART_REST, RRSIG_SIGNATURE } } },
	{ 47, { { PART_NAME, NSEC_NEXT }, { PART_BITMAP, TYPE } } },
	{ 49, { { PART_REST, DHCID } } },
	{ 52, { { PART_U8, TLSA_USAGE }, { PART_U8, TLSA_SELECTOR }, { PART_U8, TLSA_MATCHING },
		{ PART_REST, TLSA_DATA } } },
	{ 59, { { PART_U16, DS_KEY_ID }, { PART_U8, DS_ALGORITHM }, { PART_U8, DS_DIGEST_TYPE },
		{ PART_REST, DS_DIGEST } } },
	{ 61, { { PART_REST, OPENPGPKEY } } },
	{ 62, { { PART_U32, CSYNC_SERIAL }, { PART_U16, CSYNC_FLAGS }, { PART_REST, CSYNC_BITMAP } } },
	{ 63, { { PART_U32, ZONEMD_SERIAL }, { PART_U8, ZONEMD_SCHEME }, { PART_U8, ZONEMD_HASH },
		{ PART_REST, ZONEMD_DIGEST } } },
	{ 99, { { PART_STRINGS, SPF_LENGTH } } },
	{ 108, { { PART_MAC, EUI48 } } },
	{ 249, { { PART_NAME, TKEY_ALGORITHM }, { PART_TIME, TKEY_INCEPTION }, { PART_TIME, TKEY_EXPIRATION },
		 { PART_U16, TKEY_MODE }, { PART_U16, TKEY_ERROR }, { PART_SIZED, TKEY_KEY_SIZE },
		 { PART_SIZED, TKEY_OTHER_SIZE } } },
	{ 0, { { PART_REST, DATA } } },      /* whatever nobody knows */
};

/* The Wireshark way to show the empty name. */
static void tell_name(struct teller *teller, unsigned field, struct cursor *in, struct cursor message,
		      struct dns_name *name)
{
	const uint8_t *at = in->next;
	dns_name_read(in, message, name);
	if (!cursor_ok(in))
		return;
	bool root = !name->length;
	tell_text(teller, &dns_fields[field], at, (size_t)(in->next - at), root ? "<Root>" : name->text,
		  root ? 6 : name->length);
}

static void tell_time(struct teller *teller, unsigned field, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint32_t seconds = cursor_be32(in);
	if (cursor_ok(in))
		tell_number(teller, &dns_fields[field], at, 4, (int64_t)seconds * 1000000000);
}

static void tell_bit(struct teller *teller, unsigned field, const uint8_t *at, size_t length, uint32_t whole)
{
	uint64_t mask = dns_fields[field].mask;
	tell_number(teller, &dns_fields[field], at, length, (int64_t)((whole & mask) >> __builtin_ctzll(mask)));
}

static void tell_string(struct teller *teller, unsigned field, struct cursor *in)
{
	size_t length = tell_u8(teller, &dns_fields[field], in);
	tell_bytes(teller, &dns_fields[field + 1], in, length);
}

/* Windows of up to 32 bytes, the bits from the highest on (RFC 4034, 4.1.2). */
static void tell_bitmap(struct teller *teller, struct cursor *in)
{
	while (cursor_more(in)) {
		unsigned window = cursor_u8(in);
		struct cursor bits = cursor_split(in, cursor_u8(in));
		for (unsigned i = 0; cursor_more(&bits) && i < 256; i += 8) {
			const uint8_t *at = bits.next;
			unsigned byte = cursor_u8(&bits);
			for (unsigned bit = 0; bit < 8; bit++)
				if (byte & 0x80u >> bit)
					tell_number(teller, &dns_fields[TYPE], at, 1,
						    window << 8 | (i + bit));
		}
	}
}

static void tell_part(struct teller *teller, const struct part *part, struct cursor *in, struct cursor message)
{
	const struct field *field = &dns_fields[part->field];
	struct dns_name name;
	switch ((enum part_kind)part->kind) {
	case PART_END:
		break;
	case PART_U8:
		tell_u8(teller, field, in);
		break;
	case PART_U16:
		tell_be16(teller, field, in);
		break;
	case PART_U32:
		tell_be32(teller, field, in);
		break;
	case PART_NAME:
		tell_name(teller, part->field, in, message, &name);
		break;
	case PART_STRING:
		tell_string(teller, part->field, in);
		break;
	case PART_STRINGS:
		while (cursor_more(in))
			tell_string(teller, part->field, in);
		break;
	case PART_SIZED:
		tell_bytes(teller, field + 1, in, tell_be16(teller, field, in));
		break;
	case PART_TIME:
		tell_time(teller, part->field, in);
		break;
	case PART_IPV4:
		tell_ipv4(teller, field, in);
		break;
	case PART_IPV6:
		tell_ipv6(teller, field, in);
		break;
	case PART_MAC:
		tell_mac(teller, field, in);
		break;
	case PART_REST:
		tell_bytes(teller, field, in, in->declared);
		break;
	case PART_BITMAP:
		tell_bitmap(teller, in);
		break;
	}
}

static void tell_layout(struct teller *teller, uint16_t type, struct cursor *in, struct cursor message)
{
	const struct layout *layout = layouts;
	while (layout->type && layout->type != type)
		layout++;
	for (const struct part *part = layout->parts; part->kind != PART_END && cursor_ok(in); part++)
		tell_part(teller, part, in, message);
}

static void tell_naptr(struct teller *teller, struct cursor *in, struct cursor message)
{
	struct dns_name name;
	tell_be16(teller, &dns_fields[NAPTR_ORDER], in);
	tell_be16(teller, &dns_fields[NAPTR_PREFERENCE], in);
	tell_string(teller, NAPTR_FLAGS_LENGTH, in);
	tell_string(teller, NAPTR_SERVICE_LENGTH, in);
	tell_string(teller, NAPTR_REGEX_LENGTH, in);
	const uint8_t *at = in->next;
	struct cursor rest = *in;
	dns_name_skip(&rest);
	if (cursor_ok(&rest))
		tell_number(teller, &dns_fields[NAPTR_REPLACEMENT_LENGTH], NULL, 0, rest.next - at);
	tell_name(teller, NAPTR_REPLACEMENT, in, message, &name);
}

/* RFC 4034, appendix B */
static uint16_t key_tag(struct cursor data)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < data.captured; i++)
		sum += i & 1 ? data.next[i] : (uint32_t)data.next[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

static void tell_dnskey(struct teller *teller, struct cursor *in)
{
	struct cursor data = *in;
	const uint8_t *at = in->next;
	uint16_t flags = cursor_be16(in);
	if (!cursor_ok(in))
		return;
	tell_open(teller, &dns_fields[DNSKEY_FLAGS], at, 2, flags, NULL);
	for (unsigned field = DNSKEY_ZONE_KEY; field <= DNSKEY_RESERVED; field++)
		tell_bit(teller, field, at, 2, flags);
	tell_close(teller);
	tell_u8(teller, &dns_fields[DNSKEY_PROTOCOL], in);
	tell_u8(teller, &dns_fields[DNSKEY_ALGORITHM], in);
	if (cursor_ok(in) && data.captured == data.declared)
		tell_number(teller, &dns_fields[DNSKEY_ID], NULL, 0, key_tag(data));
	tell_bytes(teller, &dns_fields[DNSKEY_KEY], in, in->declared);
}

/* Base 32 with the digits before the letters (RFC 5155, 1.3). */
static void tell_hashed_owner(struct teller *teller, struct cursor *in, size_t length)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	char text[512];
	size_t used = 0, bits = 0;
	uint32_t held = 0;
	const uint8_t *at = cursor_take(in, length);
	if (!at)
		return;
	for (size_t i = 0; i < length; i++) {
		held = (held << 8 | at[i]) & 0xffff;
		for (bits += 8; bits >= 5; bits -= 5)
			text[used++] = digits[held >> (bits - 5) & 31];
	}
	if (bits)
		text[used++] = digits[held << (5 - bits) & 31];
	tell_text(teller, &dns_fields[NSEC3_HASH], at, length, text, used);
}

static void tell_nsec3(struct teller *teller, struct cursor *in, bool parameters_only)
{
	tell_u8(teller, &dns_fields[NSEC3_ALGORITHM], in);
	const uint8_t *at = in->next;
	uint8_t flags = tell_u8(teller, &dns_fields[NSEC3_FLAGS], in);
	if (cursor_ok(in))
		tell_bit(teller, NSEC3_OPT_OUT, at, 1, flags);
	tell_be16(teller, &dns_fields[NSEC3_ITERATIONS], in);
	tell_bytes(teller, &dns_fields[NSEC3_SALT], in, tell_u8(teller, &dns_fields[NSEC3_SALT_LENGTH], in));
	if (parameters_only)
		return;
	tell_hashed_owner(teller, in, tell_u8(teller, &dns_fields[NSEC3_HASH_LENGTH], in));
	tell_bitmap(teller, in);
}

static void tell_svcb_value(struct teller *teller, uint16_t key, struct cursor value)
{
	enum { MANDATORY, ALPN, NO_DEFAULT_ALPN, PORT, IPV4HINT, ECH, IPV6HINT };
	if (key > IPV6HINT || key == NO_DEFAULT_ALPN)
		tell_bytes(teller, &dns_fields[SVCB_VALUE], &value, value.declared);
	while (cursor_more(&value)) {
		if (key == MANDATORY)
			tell_be16(teller, &dns_fields[SVCB_MANDATORY], &value);
		else if (key == ALPN)
			tell_string(teller, SVCB_ALPN_LENGTH, &value);
		else if (key == PORT)
			tell_be16(teller, &dns_fields[SVCB_PORT], &value);
		else if (key == IPV4HINT)
			tell_ipv4(teller, &dns_fields[SVCB_IPV4], &value);
		else if (key == IPV6HINT)
			tell_ipv6(teller, &dns_fields[SVCB_IPV6], &value);
		else
			tell_bytes(teller, &dns_fields[SVCB_ECH], &value, value.declared);
	}
}

/* Of an option or parameter: two bytes each of code and length, and what it holds, as far as the trace does. */
static size_t extent_of(struct cursor in)
{
	const uint8_t *at = in.next;
	cursor_skip(&in, 2);
	cursor_split(&in, cursor_be16(&in));
	return cursor_ok(&in) ? (size_t)(in.next - at) : 0;
}

/* RFC 9460, 2.2 */
static void tell_svcb(struct teller *teller, struct cursor *in, struct cursor message)
{
	struct dns_name name;
	tell_be16(teller, &dns_fields[SVCB_PRIORITY], in);
	tell_name(teller, SVCB_TARGET, in, message, &name);
	while (cursor_more(in)) {
		struct cursor head = *in;
		uint16_t key = cursor_be16(&head);
		tell_open(teller, &dns_fields[SVCB_PARAMETER], in->next, extent_of(*in), 0, "SvcParam: %s",
			  field_words(dns_svcb_keys, key) ? field_words(dns_svcb_keys, key) : "unknown");
		tell_be16(teller, &dns_fields[SVCB_KEY], in);
		struct cursor value = cursor_split(in, tell_be16(teller, &dns_fields[SVCB_VALUE_LENGTH], in));
		if (cursor_ok(in))
			tell_svcb_value(teller, key, value);
		tell_close(teller);
	}
}

/* RFC 8659, 4.1 */
static void tell_caa(struct teller *teller, struct cursor *in)
{
	static const struct { const char *tag; unsigned field; } tags[] = {
		{ "issue", CAA_ISSUE }, { "issuewild", CAA_ISSUEWILD }, { "iodef", CAA_IODEF } };
	const uint8_t *at = in->next;
	uint8_t flags = tell_u8(teller, &dns_fields[CAA_FLAGS], in);
	if (cursor_ok(in))
		tell_bit(teller, CAA_CRITICAL, at, 1, flags);
	size_t length = tell_u8(teller, &dns_fields[CAA_TAG_LENGTH], in);
	const uint8_t *tag = in->next;
	if (length > in->captured)
		return;
	tell_bytes(teller, &dns_fields[CAA_TAG], in, length);
	struct cursor value = *in;
	tell_bytes(teller, &dns_fields[CAA_VALUE], in, in->declared);
	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		if (strlen(tags[i].tag) == length && memcmp(tags[i].tag, tag, length) == 0)
			tell_bytes(teller, &dns_fields[tags[i].field], &value, value.declared);
}

/* RFC 8945, 4.2; its time has 48 bits. */
static void tell_tsig(struct teller *teller, struct cursor *in, struct cursor message)
{
	struct dns_name name;
	tell_name(teller, TSIG_ALGORITHM, in, message, &name);
	cursor_skip(in, 6);
	tell_be16(teller, &dns_fields[TSIG_FUDGE], in);
	tell_bytes(teller, &dns_fields[TSIG_MAC], in, tell_be16(teller, &dns_fields[TSIG_MAC_SIZE], in));
	tell_be16(teller, &dns_fields[TSIG_ID], in);
	tell_be16(teller, &dns_fields[TSIG_ERROR], in);
	tell_bytes(teller, &dns_fields[TSIG_OTHER], in, tell_be16(teller, &dns_fields[TSIG_OTHER_LENGTH], in));
}

static void tell_client_subnet(struct teller *teller, struct cursor *in)
{
	const struct { unsigned family, length, field; } families[] = {
		{ 1, 4, CLIENT_IPV4 }, { 2, 16, CLIENT_IPV6 } };
	uint8_t bytes[16] = { 0 };
	unsigned family = tell_be16(teller, &dns_fields[CLIENT_FAMILY], in);
	tell_u8(teller, &dns_fields[CLIENT_NETMASK], in);
	tell_u8(teller, &dns_fields[CLIENT_SCOPE], in);
	for (unsigned i = 0; i < 2; i++) {
		if (families[i].family != family || in->captured > families[i].length || !in->captured)
			continue;
		/* Only as many bytes as the mask needs are sent (RFC 7871, 6). */
		memcpy(bytes, in->next, in->captured);
		struct address address = family == 1 ? address_ipv4(bytes) : address_ipv6(bytes);
		tell_address(teller, &dns_fields[families[i].field], in->next, in->captured, &address);
		return;
	}
	if (cursor_more(in))
		tell_bytes(teller, &dns_fields[CLIENT_ADDRESS], in, in->declared);
}

static void tell_each(struct teller *teller, unsigned field, struct cursor *in)
{
	while (cursor_more(in))
		tell_u8(teller, &dns_fields[field], in);
}

static void tell_option_value(struct teller *teller, uint16_t code, struct cursor *in)
{
	enum { CLIENT_COOKIE_LENGTH = 8 };
	switch (code) {
	case 5:
		tell_each(teller, OPTION_DAU, in);
		break;
	case 6:
		tell_each(teller, OPTION_DHU, in);
		break;
	case 7:
		tell_each(teller, OPTION_N3U, in);
		break;
	case 8:
		tell_client_subnet(teller, in);
		break;
	case 10:
		tell_bytes(teller, &dns_fields[COOKIE_CLIENT], in, CLIENT_COOKIE_LENGTH);
		if (cursor_more(in))
			tell_bytes(teller, &dns_fields[COOKIE_SERVER], in, in->declared);
		break;
	case 11:
		if (cursor_more(in))
			tell_be16(teller, &dns_fields[KEEPALIVE_TIMEOUT], in);
		break;
	case 12:
		tell_bytes(teller, &dns_fields[PADDING], in, in->declared);
		break;
	case 15:
		tell_be16(teller, &dns_fields[EXTENDED_ERROR], in);
		if (cursor_more(in))
			tell_bytes(teller, &dns_fields[EXTENDED_TEXT], in, in->declared);
		break;
	default:
		break;
	}
}

static void tell_options(struct teller *teller, struct cursor *in)
{
	while (cursor_more(in)) {
		struct cursor head = *in;
		uint16_t code = cursor_be16(&head);
		const char *words = field_words(dns_options, code);
		tell_open(teller, &dns_fields[OPTION], in->next, extent_of(*in), 0, "Option: %s",
			  words ? words : "unknown");
		tell_be16(teller, &dns_fields[OPTION_CODE], in);
		struct cursor data = cursor_split(in, tell_be16(teller, &dns_fields[OPTION_LENGTH], in));
		if (cursor_ok(in) && data.declared) {
			struct cursor value = data;
			tell_bytes(teller, &dns_fields[OPTION_DATA], &data, data.declared);
			tell_option_value(teller, code, &value);
		}
		tell_close(teller);
	}
}

/* What EDNS makes of class and time to live (RFC 6891, 6.1). */
static void tell_edns_head(struct teller *teller, struct cursor *in)
{
	tell_be16(teller, &dns_fields[UDP_SIZE], in);
	tell_u8(teller, &dns_fields[EXTENDED_RCODE], in);
	tell_u8(teller, &dns_fields[EDNS_VERSION], in);
	const uint8_t *at = in->next;
	uint16_t flags = cursor_be16(in);
	if (!cursor_ok(in))
		return;
	tell_open(teller, &dns_fields[EDNS_Z], at, 2, flags, NULL);
	tell_bit(teller, EDNS_DO, at, 2, flags);
	tell_bit(teller, EDNS_RESERVED, at, 2, flags);
	tell_close(teller);
}

static void tell_data(struct teller *teller, uint16_t type, struct cursor *in, struct cursor message)
{
	enum { NAPTR = 35, NSEC3 = 50, NSEC3PARAM = 51, DNSKEY = 48, CDNSKEY = 60, TSIG = 250, CAA = 257 };
	switch (type) {
	case NAPTR:
		tell_naptr(teller, in, message);
		break;
	case DNS_TYPE_OPT:
		tell_options(teller, in);
		break;
	case DNSKEY:
	case CDNSKEY:
		tell_dnskey(teller, in);
		break;
	case NSEC3:
	case NSEC3PARAM:
		tell_nsec3(teller, in, type == NSEC3PARAM);
		break;
	case DNS_TYPE_SVCB:
	case DNS_TYPE_HTTPS:
		tell_svcb(teller, in, message);
		break;
	case TSIG:
		tell_tsig(teller, in, message);
		break;
	case CAA:
		tell_caa(teller, in);
		break;
	default:
		tell_layout(teller, type, in, message);
	}
}

/* A service record's owner is made of what it is for (RFC 2782). */
static void tell_service(struct teller *teller, const struct dns_name *owner)
{
	const char *part = owner->text, *end = owner->text + owner->length;
	for (unsigned field = SRV_SERVICE; field <= SRV_PROTOCOL; field++) {
		const char *dot = memchr(part, '.', (size_t)(end - part));
		if (!dot || part == end)
			return;
		tell_text(teller, &dns_fields[field], NULL, 0, part, (size_t)(dot - part));
		part = dot + 1;
	}
	tell_text(teller, &dns_fields[SRV_NAME], NULL, 0, part, (size_t)(end - part));
}

static void tell_class(struct teller *teller, unsigned field, unsigned bit, struct cursor *in, bool multicast)
{
	if (!multicast) {
		tell_be16(teller, &dns_fields[field], in);
		return;
	}
	const uint8_t *at = in->next;
	uint16_t class = cursor_be16(in);
	if (!cursor_ok(in))
		return;
	tell_number(teller, &dns_fields[field], at, 2, class & 0x7fff);
	tell_bit(teller, bit, at, 2, class);
}

static void open_named(struct teller *teller, unsigned field, struct cursor in, struct cursor message)
{
	struct dns_name name;
	char type[DNS_TYPE_TEXT_SIZE];
	const uint8_t *at = in.next;
	dns_name_read(&in, message, &name);
	uint16_t value = cursor_be16(&in);
	bool ok = cursor_ok(&in);
	tell_open(teller, &dns_fields[field], at, ok ? (size_t)(in.next - at) : 0, 0, "%s: type %s",
		  name.length ? name.text : "<Root>", ok ? dns_type_text(value, type) : "?");
}

static void tell_question(struct teller *teller, struct cursor *in, struct cursor message, bool multicast)
{
	struct dns_name name;
	open_named(teller, QUESTION, *in, message);
	tell_name(teller, QUERY_NAME, in, message, &name);
	if (cursor_ok(in)) {
		tell_number(teller, &dns_fields[QUERY_NAME_LENGTH], NULL, 0, name.length);
		tell_number(teller, &dns_fields[LABELS], NULL, 0, name.labels);
	}
	tell_be16(teller, &dns_fields[QUERY_TYPE], in);
	tell_class(teller, QUERY_CLASS, QUERY_UNICAST, in, multicast);
	tell_close(teller);
}

static void tell_record(struct teller *teller, struct cursor *in, struct cursor message, bool multicast)
{
	struct dns_name name;
	open_named(teller, RECORD, *in, message);
	tell_name(teller, NAME, in, message, &name);
	struct cursor head = *in;
	uint16_t type = cursor_be16(&head);
	if (cursor_ok(&head) && type == DNS_TYPE_SRV)
		tell_service(teller, &name);
	tell_be16(teller, &dns_fields[TYPE], in);
	if (type == DNS_TYPE_OPT) {
		tell_edns_head(teller, in);
	} else {
		tell_class(teller, CLASS, CACHE_FLUSH, in, multicast);
		tell_be32(teller, &dns_fields[TTL], in);
	}
	struct cursor data = cursor_split(in, tell_be16(teller, &dns_fields[DATA_LENGTH], in));
	if (cursor_ok(in) && data.declared)
		tell_data(teller, type, &data, message);
	tell_close(teller);
}

static void tell_section(struct teller *teller, unsigned section, unsigned count, struct cursor *in,
			 struct cursor message, bool multicast)
{
	if (!count || !cursor_ok(in))
		return;
	tell_open(teller, &dns_fields[section], in->next, 0, 0, NULL);
	for (unsigned i = 0; i < count && cursor_more(in); i++) {
		if (section == QUESTION_SECTION)
			tell_question(teller, in, message, multicast);
		else
			tell_record(teller, in, message, multicast);
	}
	tell_close(teller);
}

/* LLMNR has other bits in some places (RFC 4795, 2.1.1), and has no use for others. */
static unsigned flag_field(unsigned field, bool response, bool link_local)
{
	if (link_local && field == AUTHORITATIVE)
		return CONFLICT;
	if (link_local && field == RECURSION_DESIRED)
		return TENTATIVE;
	if (link_local && field >= RECURSION_AVAILABLE && field <= CHECK_DISABLED)
		return FIELDS;
	bool of_responses = field == AUTHORITATIVE || field == RECURSION_AVAILABLE || field == AUTHENTICATED ||
			    field == RCODE;
	return of_responses && !response ? FIELDS : field;
}

/* "Type: Response (Name Error), Flags: AA RD RA", as CleverView shows it. */
static void tell_flags(struct teller *teller, struct cursor *in, bool link_local)
{
	static const struct { uint16_t flag; const char *name; } letters[] = { { DNS_AA, " AA" },
		{ DNS_TC, " TC" }, { DNS_RD, " RD" }, { DNS_RA, " RA" }, { DNS_AD, " AD" }, { DNS_CD, " CD" } };
	const uint8_t *at = in->next;
	uint16_t flags = cursor_be16(in);
	if (!cursor_ok(in))
		return;
	bool response = flags & DNS_QR;
	const char *words = response ? dns_rcode_words(flags & 15) : dns_opcode_words(flags >> 11 & 15);
	char set[24] = "";
	for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
		if (flags & letters[i].flag)
			strcat(set, letters[i].name);
	tell_open(teller, &dns_fields[FLAGS], at, 2, flags, "Type: %s (%s), Flags:%s",
		  response ? "Response" : "Query", words ? words : "unknown", *set ? set : " none");
	for (unsigned field = RESPONSE; field <= RCODE; field++) {
		unsigned shown = flag_field(field, response, link_local);
		if (shown < FIELDS)
			tell_bit(teller, shown, at, 2, flags);
	}
	tell_close(teller);
}

void tell_dns(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct dns_header *dns = facts;
	bool multicast = dns->flavour == DNS_MULTICAST, update = dns->opcode == DNS_UPDATE;
	if (packet->stream || (packet->tcp && !packet->udp))
		tell_be16(teller, &dns_fields[LENGTH], &in);
	struct cursor message = in;
	tell_be16(teller, &dns_fields[ID], &in);
	tell_flags(teller, &in, dns->flavour == DNS_LINK_LOCAL);
	tell_be16(teller, &dns_fields[update ? ZONES : QUERIES], &in);
	tell_be16(teller, &dns_fields[update ? PREREQUISITES : ANSWERS], &in);
	tell_be16(teller, &dns_fields[update ? UPDATES : AUTHORITIES], &in);
	tell_be16(teller, &dns_fields[ADDITIONALS], &in);
	tell_section(teller, QUESTION_SECTION, dns->questions, &in, message, multicast);
	tell_section(teller, ANSWER_SECTION, dns->answers, &in, message, multicast);
	tell_section(teller, AUTHORITY_SECTION, dns->authorities, &in, message, multicast);
	tell_section(teller, ADDITIONAL_SECTION, dns->additionals, &in, message, multicast);
	if (cursor_more(&in)) {
		tell_number(teller, &dns_fields[EXTRANEOUS_LENGTH], NULL, 0, (int64_t)in.declared);
		tell_bytes(teller, &dns_fields[EXTRANEOUS_DATA], &in, in.declared);
	}
}

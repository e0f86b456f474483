/* Names of what IANA registers for TLS ("TLS Parameters", "TLS ExtensionType Values"), in its spelling, and in
 * Wireshark's where people know that better (alerts, messages). */
#include "decode/tls.h"
#include "decode/tls_names.h"

#include <stdio.h>

const struct field_name tls_versions[] = {
	{ 0x0002, "SSL 2.0" },
	{ 0x0100, "DTLS 1.0 (OpenSSL pre 0.9.8f)" },
	{ 0x0101, "GMTLS" },
	{ 0x0300, "SSL 3.0" },
	{ 0x0301, "TLS 1.0" },
	{ 0x0302, "TLS 1.1" },
	{ 0x0303, "TLS 1.2" },
	{ 0x0304, "TLS 1.3" },
	{ 0x7f0e, "TLS 1.3 (draft 14)" },
	{ 0x7f0f, "TLS 1.3 (draft 15)" },
	{ 0x7f10, "TLS 1.3 (draft 16)" },
	{ 0x7f11, "TLS 1.3 (draft 17)" },
	{ 0x7f12, "TLS 1.3 (draft 18)" },
	{ 0x7f13, "TLS 1.3 (draft 19)" },
	{ 0x7f14, "TLS 1.3 (draft 20)" },
	{ 0x7f15, "TLS 1.3 (draft 21)" },
	{ 0x7f16, "TLS 1.3 (draft 22)" },
	{ 0x7f17, "TLS 1.3 (draft 23)" },
	{ 0x7f18, "TLS 1.3 (draft 24)" },
	{ 0x7f19, "TLS 1.3 (draft 25)" },
	{ 0x7f1a, "TLS 1.3 (draft 26)" },
	{ 0x7f1b, "TLS 1.3 (draft 27)" },
	{ 0x7f1c, "TLS 1.3 (draft 28)" },
	{ 0xfb17, "TLS 1.3 (Facebook draft 23)" },
	{ 0xfb1a, "TLS 1.3 (Facebook draft 26)" },
	{ 0xfefc, "DTLS 1.3" },
	{ 0xfefd, "DTLS 1.2" },
	{ 0xfeff, "DTLS 1.0" },
	{ 0, NULL },
};

const struct field_name tls_content_types[] = {
	{ 0x14, "Change Cipher Spec" },
	{ 0x15, "Alert" },
	{ 0x16, "Handshake" },
	{ 0x17, "Application Data" },
	{ 0x18, "Heartbeat" },
	{ 0x19, "Connection ID" },
	{ 0x1a, "ACK" },
	{ 0, NULL },
};

const struct field_name tls_handshake_types[] = {
	{ 0x00, "Hello Request" },
	{ 0x01, "Client Hello" },
	{ 0x02, "Server Hello" },
	{ 0x03, "Hello Verify Request" },
	{ 0x04, "New Session Ticket" },
	{ 0x05, "End of Early Data" },
	{ 0x06, "Hello Retry Request" },
	{ 0x08, "Encrypted Extensions" },
	{ 0x09, "Request Connection ID" },
	{ 0x0a, "New Connection ID" },
	{ 0x0b, "Certificate" },
	{ 0x0c, "Server Key Exchange" },
	{ 0x0d, "Certificate Request" },
	{ 0x0e, "Server Hello Done" },
	{ 0x0f, "Certificate Verify" },
	{ 0x10, "Client Key Exchange" },
	{ 0x11, "Client Certificate Request" },
	{ 0x14, "Finished" },
	{ 0x15, "Client Certificate URL" },
	{ 0x16, "Certificate Status" },
	{ 0x17, "Supplemental Data" },
	{ 0x18, "Key Update" },
	{ 0x19, "Compressed Certificate" },
	{ 0x1a, "EKT Key" },
	{ 0x43, "Encrypted Extensions (NPN)" },
	{ 0xfe, "Message Hash" },
	{ 0, NULL },
};

const struct field_name tls_ssl2_types[] = {
	{ 0x00, "Error" },
	{ 0x01, "Client Hello" },
	{ 0x02, "Client Master Key" },
	{ 0x03, "Client Finished" },
	{ 0x04, "Server Hello" },
	{ 0x05, "Server Verify" },
	{ 0x06, "Server Finished" },
	{ 0x07, "Request Certificate" },
	{ 0x08, "Client Certificate" },
	{ 0, NULL },
};

const struct field_name tls_alert_levels[] = {
	{ 0x01, "Warning" },
	{ 0x02, "Fatal" },
	{ 0, NULL },
};

const struct field_name tls_alerts[] = {
	{ 0x00, "Close Notify" },
	{ 0x01, "End of Early Data" },
	{ 0x0a, "Unexpected Message" },
	{ 0x14, "Bad Record MAC" },
	{ 0x15, "Decryption Failed" },
	{ 0x16, "Record Overflow" },
	{ 0x1e, "Decompression Failure" },
	{ 0x28, "Handshake Failure" },
	{ 0x29, "No Certificate" },
	{ 0x2a, "Bad Certificate" },
	{ 0x2b, "Unsupported Certificate" },
	{ 0x2c, "Certificate Revoked" },
	{ 0x2d, "Certificate Expired" },
	{ 0x2e, "Certificate Unknown" },
	{ 0x2f, "Illegal Parameter" },
	{ 0x30, "Unknown CA" },
	{ 0x31, "Access Denied" },
	{ 0x32, "Decode Error" },
	{ 0x33, "Decrypt Error" },
	{ 0x34, "Too Many CIDs Requested" },
	{ 0x3c, "Export Restriction" },
	{ 0x46, "Protocol Version" },
	{ 0x47, "Insufficient Security" },
	{ 0x50, "Internal Error" },
	{ 0x56, "Inappropriate Fallback" },
	{ 0x5a, "User Canceled" },
	{ 0x64, "No Renegotiation" },
	{ 0x6d, "Missing Extension" },
	{ 0x6e, "Unsupported Extension" },
	{ 0x6f, "Certificate Unobtainable" },
	{ 0x70, "Unrecognized Name" },
	{ 0x71, "Bad Certificate Status Response" },
	{ 0x72, "Bad Certificate Hash Value" },
	{ 0x73, "Unknown PSK Identity" },
	{ 0x74, "Certificate Required" },
	{ 0x78, "No application Protocol" },
	{ 0x79, "ECH Required" },
	{ 0, NULL },
};

const struct field_name tls_extensions[] = {
	{ 0x0000, "server_name" },
	{ 0x0001, "max_fragment_length" },
	{ 0x0002, "client_certificate_url" },
	{ 0x0003, "trusted_ca_keys" },
	{ 0x0004, "truncated_hmac" },
	{ 0x0005, "status_request" },
	{ 0x0006, "user_mapping" },
	{ 0x0007, "client_authz" },
	{ 0x0008, "server_authz" },
	{ 0x0009, "cert_type" },
	{ 0x000a, "supported_groups" },
	{ 0x000b, "ec_point_formats" },
	{ 0x000c, "srp" },
	{ 0x000d, "signature_algorithms" },
	{ 0x000e, "use_srtp" },
	{ 0x000f, "heartbeat" },
	{ 0x0010, "application_layer_protocol_negotiation" },
	{ 0x0011, "status_request_v2" },
	{ 0x0012, "signed_certificate_timestamp" },
	{ 0x0013, "client_certificate_type" },
	{ 0x0014, "server_certificate_type" },
	{ 0x0015, "padding" },
	{ 0x0016, "encrypt_then_mac" },
	{ 0x0017, "extended_master_secret" },
	{ 0x0018, "token_binding" },
	{ 0x0019, "cached_info" },
	{ 0x001a, "tls_lts" },
	{ 0x001b, "compress_certificate" },
	{ 0x001c, "record_size_limit" },
	{ 0x001d, "pwd_protect" },
	{ 0x001e, "pwd_clear" },
	{ 0x001f, "password_salt" },
	{ 0x0020, "ticket_pinning" },
	{ 0x0021, "tls_cert_with_extern_psk" },
	{ 0x0022, "delegated_credentials" },
	{ 0x0023, "session_ticket" },
	{ 0x0024, "TLMSP" },
	{ 0x0025, "TLMSP_proxying" },
	{ 0x0026, "TLMSP_delegate" },
	{ 0x0027, "supported_ekt_ciphers" },
	{ 0x0028, "key_share (draft)" },
	{ 0x0029, "pre_shared_key" },
	{ 0x002a, "early_data" },
	{ 0x002b, "supported_versions" },
	{ 0x002c, "cookie" },
	{ 0x002d, "psk_key_exchange_modes" },
	{ 0x002e, "ticket_early_data_info (draft)" },
	{ 0x002f, "certificate_authorities" },
	{ 0x0030, "oid_filters" },
	{ 0x0031, "post_handshake_auth" },
	{ 0x0032, "signature_algorithms_cert" },
	{ 0x0033, "key_share" },
	{ 0x0034, "transparency_info" },
	{ 0x0035, "connection_id (deprecated)" },
	{ 0x0036, "connection_id" },
	{ 0x0037, "external_id_hash" },
	{ 0x0038, "external_session_id" },
	{ 0x0039, "quic_transport_parameters" },
	{ 0x003a, "ticket_request" },
	{ 0x003b, "dnssec_chain" },
	{ 0x003c, "sequence_number_encryption_algorithms" },
	{ 0x003d, "rrc" },
	{ 0x003e, "tls_flags" },
	{ 0x3374, "next_protocol_negotiation" },
	{ 0x4469, "application_settings" },
	{ 0x44cd, "application_settings" },
	{ 0x754f, "channel_id_old" },
	{ 0x7550, "channel_id" },
	{ 0xfd00, "ech_outer_extensions" },
	{ 0xfe0d, "encrypted_client_hello" },
	{ 0xff01, "renegotiation_info" },
	{ 0xffa5, "quic_transport_parameters (drafts version)" },
	{ 0xffce, "encrypted_server_name" },
	{ 0, NULL },
};

const struct field_name tls_groups[] = {
	{ 0x0001, "sect163k1" },
	{ 0x0002, "sect163r1" },
	{ 0x0003, "sect163r2" },
	{ 0x0004, "sect193r1" },
	{ 0x0005, "sect193r2" },
	{ 0x0006, "sect233k1" },
	{ 0x0007, "sect233r1" },
	{ 0x0008, "sect239k1" },
	{ 0x0009, "sect283k1" },
	{ 0x000a, "sect283r1" },
	{ 0x000b, "sect409k1" },
	{ 0x000c, "sect409r1" },
	{ 0x000d, "sect571k1" },
	{ 0x000e, "sect571r1" },
	{ 0x000f, "secp160k1" },
	{ 0x0010, "secp160r1" },
	{ 0x0011, "secp160r2" },
	{ 0x0012, "secp192k1" },
	{ 0x0013, "secp192r1" },
	{ 0x0014, "secp224k1" },
	{ 0x0015, "secp224r1" },
	{ 0x0016, "secp256k1" },
	{ 0x0017, "secp256r1" },
	{ 0x0018, "secp384r1" },
	{ 0x0019, "secp521r1" },
	{ 0x001a, "brainpoolP256r1" },
	{ 0x001b, "brainpoolP384r1" },
	{ 0x001c, "brainpoolP512r1" },
	{ 0x001d, "x25519" },
	{ 0x001e, "x448" },
	{ 0x001f, "brainpoolP256r1tls13" },
	{ 0x0020, "brainpoolP384r1tls13" },
	{ 0x0021, "brainpoolP512r1tls13" },
	{ 0x0022, "GC256A" },
	{ 0x0023, "GC256B" },
	{ 0x0024, "GC256C" },
	{ 0x0025, "GC256D" },
	{ 0x0026, "GC512A" },
	{ 0x0027, "GC512B" },
	{ 0x0028, "GC512C" },
	{ 0x0029, "curveSM2" },
	{ 0x0100, "ffdhe2048" },
	{ 0x0101, "ffdhe3072" },
	{ 0x0102, "ffdhe4096" },
	{ 0x0103, "ffdhe6144" },
	{ 0x0104, "ffdhe8192" },
	{ 0x0200, "MLKEM512" },
	{ 0x0201, "MLKEM768" },
	{ 0x0202, "MLKEM1024" },
	{ 0x11eb, "SecP256r1MLKEM768" },
	{ 0x11ec, "X25519MLKEM768" },
	{ 0x11ed, "SecP384r1MLKEM1024" },
	{ 0x6399, "X25519Kyber768Draft00" },
	{ 0x639a, "SecP256r1Kyber768Draft00" },
	{ 0xff01, "arbitrary_explicit_prime_curves" },
	{ 0xff02, "arbitrary_explicit_char2_curves" },
	{ 0, NULL },
};

const struct field_name tls_signatures[] = {
	{ 0x0101, "rsa_pkcs1_md5" },
	{ 0x0102, "dsa_md5" },
	{ 0x0201, "rsa_pkcs1_sha1" },
	{ 0x0202, "dsa_sha1" },
	{ 0x0203, "ecdsa_sha1" },
	{ 0x0301, "rsa_pkcs1_sha224" },
	{ 0x0302, "dsa_sha224" },
	{ 0x0303, "ecdsa_sha224" },
	{ 0x0401, "rsa_pkcs1_sha256" },
	{ 0x0402, "dsa_sha256" },
	{ 0x0403, "ecdsa_secp256r1_sha256" },
	{ 0x0420, "rsa_pkcs1_sha256_legacy" },
	{ 0x0501, "rsa_pkcs1_sha384" },
	{ 0x0502, "dsa_sha384" },
	{ 0x0503, "ecdsa_secp384r1_sha384" },
	{ 0x0520, "rsa_pkcs1_sha384_legacy" },
	{ 0x0601, "rsa_pkcs1_sha512" },
	{ 0x0602, "dsa_sha512" },
	{ 0x0603, "ecdsa_secp521r1_sha512" },
	{ 0x0620, "rsa_pkcs1_sha512_legacy" },
	{ 0x0704, "eccsi_sha256" },
	{ 0x0705, "iso_ibs1" },
	{ 0x0706, "iso_ibs2" },
	{ 0x0707, "iso_chinese_ibs" },
	{ 0x0708, "sm2sig_sm3" },
	{ 0x0709, "gostr34102012_256a" },
	{ 0x070a, "gostr34102012_256b" },
	{ 0x070b, "gostr34102012_256c" },
	{ 0x070c, "gostr34102012_256d" },
	{ 0x070d, "gostr34102012_512a" },
	{ 0x070e, "gostr34102012_512b" },
	{ 0x070f, "gostr34102012_512c" },
	{ 0x0804, "rsa_pss_rsae_sha256" },
	{ 0x0805, "rsa_pss_rsae_sha384" },
	{ 0x0806, "rsa_pss_rsae_sha512" },
	{ 0x0807, "ed25519" },
	{ 0x0808, "ed448" },
	{ 0x0809, "rsa_pss_pss_sha256" },
	{ 0x080a, "rsa_pss_pss_sha384" },
	{ 0x080b, "rsa_pss_pss_sha512" },
	{ 0x081a, "ecdsa_brainpoolP256r1tls13_sha256" },
	{ 0x081b, "ecdsa_brainpoolP384r1tls13_sha384" },
	{ 0x081c, "ecdsa_brainpoolP512r1tls13_sha512" },
	{ 0x0904, "mldsa44" },
	{ 0x0905, "mldsa65" },
	{ 0x0906, "mldsa87" },
	{ 0, NULL },
};

const struct field_name tls_compressions[] = {
	{ 0x00, "null" },
	{ 0x01, "DEFLATE" },
	{ 0x40, "LZS" },
	{ 0, NULL },
};

const struct field_name tls_point_formats[] = {
	{ 0x00, "uncompressed" },
	{ 0x01, "ansiX962_compressed_prime" },
	{ 0x02, "ansiX962_compressed_char2" },
	{ 0, NULL },
};

const struct field_name tls_curve_types[] = {
	{ 0x01, "explicit_prime" },
	{ 0x02, "explicit_char2" },
	{ 0x03, "named_curve" },
	{ 0, NULL },
};

const struct field_name tls_psk_modes[] = {
	{ 0x00, "PSK-only key establishment (psk_ke)" },
	{ 0x01, "PSK with (EC)DHE key establishment (psk_dhe_ke)" },
	{ 0, NULL },
};

const struct field_name tls_certificate_types[] = {
	{ 0x01, "RSA Sign" },
	{ 0x02, "DSS Sign" },
	{ 0x03, "RSA Fixed DH" },
	{ 0x04, "DSS Fixed DH" },
	{ 0x05, "RSA Ephemeral DH" },
	{ 0x06, "DSS Ephemeral DH" },
	{ 0x14, "Fortezza DMS" },
	{ 0x15, "GOST R 34.10-94" },
	{ 0x16, "GOST R 34.10-2001" },
	{ 0x40, "ECDSA Sign" },
	{ 0x41, "RSA Fixed ECDH" },
	{ 0x42, "ECDSA Fixed ECDH" },
	{ 0x43, "GOST R 34.10-2012 (256)" },
	{ 0x44, "GOST R 34.10-2012 (512)" },
	{ 0x50, "IBC Params" },
	{ 0, NULL },
};

const struct field_name tls_certificate_compressions[] = {
	{ 0x01, "zlib" },
	{ 0x02, "brotli" },
	{ 0x03, "zstd" },
	{ 0, NULL },
};

const struct field_name tls_hashes[] = {
	{ 0x00, "None" },
	{ 0x01, "MD5" },
	{ 0x02, "SHA1" },
	{ 0x03, "SHA224" },
	{ 0x04, "SHA256" },
	{ 0x05, "SHA384" },
	{ 0x06, "SHA512" },
	{ 0x08, "Intrinsic" },
	{ 0, NULL },
};

const struct field_name tls_signers[] = {
	{ 0x00, "Anonymous" },
	{ 0x01, "RSA" },
	{ 0x02, "DSA" },
	{ 0x03, "ECDSA" },
	{ 0x07, "ED25519" },
	{ 0x08, "ED448" },
	{ 0, NULL },
};

static const char *name_of(const struct field_name *names, uint16_t value, char *to)
{
	const char *words = field_words(names, value);
	if (words)
		snprintf(to, TLS_NAME_SIZE, "%s", words);
	else
		snprintf(to, TLS_NAME_SIZE, "0x%04x", value);
	return to;
}

const char *tls_version_name(uint16_t version, char to[static TLS_NAME_SIZE])
{
	return name_of(tls_versions, version, to);
}

const char *tls_version_words(uint16_t version, bool datagram, char to[static TLS_NAME_SIZE])
{
	static const uint16_t versions[][2] = { { TLS_1_1, DTLS_1_0 }, { TLS_1_2, DTLS_1_2 }, { TLS_1_3, DTLS_1_3 } };
	for (size_t i = 0; datagram && i < sizeof versions / sizeof *versions; i++)
		if (versions[i][0] == version)
			return name_of(tls_versions, versions[i][1], to);
	return name_of(tls_versions, version, to);
}

const char *tls_group_name(uint16_t group, char to[static TLS_NAME_SIZE])
{
	return name_of(tls_groups, group, to);
}

const char *tls_suite_name(uint16_t suite, char to[static TLS_NAME_SIZE])
{
	return name_of(tls_cipher_suites, suite, to);
}

const char *tls_alert_name(uint8_t alert, char to[static TLS_NAME_SIZE])
{
	const char *words = field_words(tls_alerts, alert);
	if (!words) {
		snprintf(to, TLS_NAME_SIZE, "alert %u", alert);
		return to;
	}
	/* As words in a sentence: "Unknown CA" becomes "unknown CA", "Close Notify" "close notify". */
	size_t length = 0;
	for (; words[length] && length < TLS_NAME_SIZE - 1; length++) {
		bool begins = length == 0 || words[length - 1] == ' ';
		bool lone = words[length + 1] >= 'A' && words[length + 1] <= 'Z';
		to[length] = begins && !lone && words[length] >= 'A' && words[length] <= 'Z'
			? (char)(words[length] | 0x20) : words[length];
	}
	to[length] = '\0';
	return to;
}

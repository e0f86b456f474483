/* The fields of TLS, of the certificates in it, and of QUIC around it, in the order of enum tls_field. */
#include "decode/tls_fields.h"

#include "decode/tls_names.h"

static const struct field_name secrets_names[] = {
	{ TLS_SECRETS_MISSING, "no key for this connection in the key log" },
	{ TLS_SECRETS_WRONG, "the key that was given does not fit" },
	{ TLS_SECRETS_UNSUPPORTED, "this cipher suite cannot be decrypted" },
	{ TLS_SECRETS_LOST, "the trace lacks records before this one" },
	{ TLS_SECRETS_USED, "decrypted" },
	{ 0, NULL },
};

static const struct field_name key_update_names[] = {
	{ 0, "update_not_requested" }, { 1, "update_requested" }, { 0, NULL } };

static const struct field_name status_names[] = { { 1, "OCSP" }, { 2, "OCSP multi" }, { 0, NULL } };
static const struct field_name heartbeat_names[] = {
	{ 1, "Peer allowed to send requests" }, { 2, "Peer not allowed to send requests" }, { 0, NULL } };
static const struct field_name name_types[] = { { 0, "host_name" }, { 0, NULL } };

static const struct field_name x509_versions[] = { { 0, "v1" }, { 1, "v2" }, { 2, "v3" }, { 0, NULL } };
static const struct field_name x509_times[] = { { 0, "utcTime" }, { 1, "generalizedTime" }, { 0, NULL } };
static const struct field_name x509_names[] = {
	{ 0, "otherName" }, { 1, "rfc822Name" }, { 2, "dNSName" }, { 3, "x400Address" },
	{ 4, "directoryName" }, { 5, "ediPartyName" }, { 6, "uniformResourceIdentifier" },
	{ 7, "iPAddress" }, { 8, "registeredID" }, { 0, NULL } };

static const struct field_name quic_forms[] = { { 0, "Short Header" }, { 1, "Long Header" }, { 0, NULL } };
static const struct field_name quic_types[] = {
	{ 0, "Initial" }, { 1, "0-RTT" }, { 2, "Handshake" }, { 3, "Retry" }, { 0, NULL } };
static const struct field_name quic_types_2[] = {
	{ 0, "Retry" }, { 1, "Initial" }, { 2, "0-RTT" }, { 3, "Handshake" }, { 0, NULL } };
static const struct field_name quic_versions[] = {
	{ 0, "Version Negotiation" }, { 1, "1" }, { 0x6b3343cf, "2" }, { 0x709a50c4, "2 (draft)" }, { 0xff00001d, "draft-29" },
	{ 0x51303433, "Google Q043" }, { 0x51303436, "Google Q046" }, { 0x51303530, "Google Q050" },
	{ 0, NULL } };
static const struct field_name quic_number_lengths[] = {
	{ 0, "1 bytes" }, { 1, "2 bytes" }, { 2, "3 bytes" }, { 3, "4 bytes" }, { 0, NULL } };
static const struct field_name quic_frames[] = {
	{ 0, "PADDING" }, { 1, "PING" }, { 2, "ACK" }, { 3, "ACK_ECN" }, { 6, "CRYPTO" }, { 0x1c, "CONNECTION_CLOSE" },
	{ 0, NULL } };

#define UINT(name, title, ...) { name, title, FIELD_UINT, __VA_ARGS__ }
#define NUMBER(name, title) { name, title, FIELD_UINT }
#define HEX(name, title, bytes, ...) { name, title, FIELD_UINT, FORM_HEX, bytes, __VA_ARGS__ }
#define LENGTH(name, title) { name, title, FIELD_UINT, .unit = "bytes" }
#define GROUP(name, title) { name, title, FIELD_GROUP }
#define BYTES(name, title) { name, title, FIELD_BYTES }
#define TEXT(name, title) { name, title, FIELD_TEXT }

const struct field tls_fields[TLS_FIELDS + 1] = {
#define TLS_NAME "tls."
#include "decode/tls_rows.inc"
#undef TLS_NAME
	[QUIC_F_PACKET_LENGTH] = LENGTH("quic.packet_length", "Packet Length"),
	[QUIC_F_HEADER_FORM] = UINT("quic.header_form", "Header Form", .names = quic_forms),
	[QUIC_F_FIXED_BIT] = { "quic.fixed_bit", "Fixed Bit", FIELD_FLAG },
	[QUIC_F_SPIN_BIT] = { "quic.spin_bit", "Spin Bit", FIELD_FLAG },
	[QUIC_F_TYPE] = UINT("quic.long.packet_type", "Packet Type", .names = quic_types),
	[QUIC_F_TYPE_2] = UINT("quic.long.packet_type_v2", "Packet Type", .names = quic_types_2),
	[QUIC_F_VERSION] = HEX("quic.version", "Version", 4, .names = quic_versions),
	[QUIC_F_SUPPORTED_VERSION] = HEX("quic.supported_version", "Supported Version", 4,
		.names = quic_versions),
	[QUIC_F_DCIL] = LENGTH("quic.dcil", "Destination Connection ID Length"),
	[QUIC_F_DCID] = BYTES("quic.dcid", "Destination Connection ID"),
	[QUIC_F_SCIL] = LENGTH("quic.scil", "Source Connection ID Length"),
	[QUIC_F_SCID] = BYTES("quic.scid", "Source Connection ID"),
	[QUIC_F_TOKEN_LENGTH] = LENGTH("quic.token_length", "Token Length"),
	[QUIC_F_TOKEN] = BYTES("quic.token", "Token"),
	[QUIC_F_RETRY_TOKEN] = BYTES("quic.retry_token", "Retry Token"),
	[QUIC_F_RETRY_TAG] = BYTES("quic.retry_integrity_tag", "Retry Integrity Tag"),
	[QUIC_F_LENGTH] = LENGTH("quic.length", "Length"),
	[QUIC_F_NUMBER_LENGTH] = UINT("quic.packet_number_length", "Packet Number Length",
		.names = quic_number_lengths),
	[QUIC_F_NUMBER] = NUMBER("quic.packet_number", "Packet Number"),
	[QUIC_F_FRAME_TYPE] = UINT("quic.frame_type", "Frame Type", .names = quic_frames),
	[QUIC_F_CRYPTO_OFFSET] = NUMBER("quic.crypto.offset", "Offset"),
	[QUIC_F_CRYPTO_LENGTH] = LENGTH("quic.crypto.length", "Length"),
	[QUIC_F_PADDING_LENGTH] = LENGTH("quic.padding_length", "Padding Length"),
	[QUIC_F_ACK_LARGEST] = NUMBER("quic.ack.largest_acknowledged", "Largest Acknowledged"),
	[QUIC_F_ACK_DELAY] = NUMBER("quic.ack.ack_delay", "ACK Delay"),
	[QUIC_F_ACK_COUNT] = NUMBER("quic.ack.ack_range_count", "ACK Range Count"),
	[QUIC_F_ACK_FIRST] = NUMBER("quic.ack.first_ack_range", "First ACK Range"),
	[QUIC_F_ACK_GAP] = NUMBER("quic.ack.gap", "Gap"),
	[QUIC_F_ACK_RANGE] = NUMBER("quic.ack.ack_range", "ACK Range"),
	[QUIC_F_ACK_ECT0] = NUMBER("quic.ack.ect0_count", "ECT0 Count"),
	[QUIC_F_ACK_ECT1] = NUMBER("quic.ack.ect1_count", "ECT1 Count"),
	[QUIC_F_ACK_CE] = NUMBER("quic.ack.ecn_ce_count", "CE Count"),
	[QUIC_F_CLOSE_CODE] = NUMBER("quic.cc.error_code", "Error code"),
	[QUIC_F_CLOSE_ALERT] = UINT("quic.cc.error_code.tls_alert", "TLS Alert Description", .names = tls_alerts),
	[QUIC_F_CLOSE_FRAME] = NUMBER("quic.cc.frame_type", "Frame Type"),
	[QUIC_F_CLOSE_LENGTH] = LENGTH("quic.cc.reason_phrase.length", "Reason phrase Length"),
	[QUIC_F_CLOSE_REASON] = TEXT("quic.cc.reason_phrase", "Reason phrase"),
	{ NULL },
};

/* What is the same in both has the same place. */
const struct field dtls_fields[DTLS_FIELDS + 1] = {
#define TLS_NAME "dtls."
#include "decode/tls_rows.inc"
#undef TLS_NAME
	[DTLS_F_SPECIAL_TYPE] = UINT("dtls.record.special_type", "Special Type", .names = tls_content_types),
	[DTLS_F_EPOCH] = NUMBER("dtls.record.epoch", "Epoch"),
	[DTLS_F_SEQUENCE] = NUMBER("dtls.record.sequence_number", "Sequence Number"),
	[DTLS_F_CONNECTION_ID] = BYTES("dtls.record.connection_id", "Connection ID"),
	[DTLS_F_MESSAGE_SEQUENCE] = NUMBER("dtls.handshake.message_seq", "Message Sequence"),
	[DTLS_F_FRAGMENT_OFFSET] = NUMBER("dtls.handshake.fragment_offset", "Fragment Offset"),
	[DTLS_F_FRAGMENT_LENGTH] = LENGTH("dtls.handshake.fragment_length", "Fragment Length"),
	[DTLS_F_COOKIE_LENGTH] = LENGTH("dtls.handshake.cookie_length", "Cookie Length"),
	[DTLS_F_COOKIE] = BYTES("dtls.handshake.cookie", "Cookie"),
	[DTLS_F_ENCRYPTED] = BYTES("dtls.enc_content", "Encrypted Content"),
	{ NULL },
};

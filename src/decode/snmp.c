#include "decode/snmp.h"

#include <stdio.h>

#include "core/hash.h"
#include "decode/decoder.h"

/* BER tags (X.690; RFC 2578, 7.1) */
enum { INTEGER = 0x02, OCTETS = 0x04, NIL = 0x05, OBJECT = 0x06, SEQUENCE = 0x30, ADDRESS = 0x40, COUNTER = 0x41,
	GAUGE = 0x42, TICKS = 0x43, OPAQUE = 0x44, COUNTER64 = 0x46, FIRST_EXCEPTION = 0x80, FIRST_PDU = 0xa0 };

enum { VERSION, COMMUNITY, DATA, V3_VERSION, MSG_ID, MAX_SIZE, MSG_FLAGS, FLAG_REPORT, FLAG_CRYPT, FLAG_AUTH,
	SECURITY_MODEL, ENGINE_ID, BOOTS, ENGINE_TIME, USER, AUTH_PARAMETERS, PRIVACY_PARAMETERS, V3_DATA, CONTEXT_ENGINE,
	CONTEXT_NAME, ENCRYPTED, GET_PDU, GET_NEXT_PDU, RESPONSE_PDU, SET_PDU, TRAP_PDU, GET_BULK_PDU, INFORM_PDU,
	TRAP_V2_PDU, REPORT_PDU, REQUEST_ID, ERROR_STATUS, ERROR_INDEX, NON_REPEATERS, MAX_REPETITIONS, BINDINGS,
	ENTERPRISE, AGENT, GENERIC_TRAP, SPECIFIC_TRAP, TIME_STAMP, BINDING, NAME, VALUE_INTEGER, VALUE_OCTETS,
	VALUE_OBJECT, VALUE_ADDRESS, VALUE_COUNTER, VALUE_GAUGE, VALUE_TICKS, VALUE_OPAQUE,
	VALUE_NULL, VALUE_NO_OBJECT, VALUE_NO_INSTANCE, VALUE_END, VALUE_UNKNOWN, FIELDS };

static const struct field_name versions[] = { { 0, "version-1" }, { 1, "v2c" }, { 2, "v2u" }, { 3, "snmpv3" },
	{ 0, NULL } };
static const struct field_name pdus[] = { { 0, "get-request" }, { 1, "get-next-request" }, { 2, "get-response" },
	{ 3, "set-request" }, { 4, "trap" }, { 5, "getBulkRequest" }, { 6, "informRequest" }, { 7, "snmpV2-trap" },
	{ 8, "report" }, { 0, NULL } };
static const struct field_name errors[] = { { 0, "noError" }, { 1, "tooBig" }, { 2, "noSuchName" }, { 3, "badValue" },
	{ 4, "readOnly" }, { 5, "genErr" }, { 6, "noAccess" }, { 7, "wrongType" }, { 8, "wrongLength" },
	{ 9, "wrongEncoding" }, { 10, "wrongValue" }, { 11, "noCreation" }, { 12, "inconsistentValue" },
	{ 13, "resourceUnavailable" }, { 14, "commitFailed" }, { 15, "undoFailed" }, { 16, "authorizationError" },
	{ 17, "notWritable" }, { 18, "inconsistentName" }, { 0, NULL } };
static const struct field_name traps[] = { { 0, "coldStart" }, { 1, "warmStart" }, { 2, "linkDown" }, { 3, "linkUp" },
	{ 4, "authenticationFailure" }, { 5, "egpNeighborLoss" }, { 6, "enterpriseSpecific" }, { 0, NULL } };
static const struct field_name models[] = { { 0, "Any" }, { 1, "SNMPv1" }, { 2, "SNMPv2c" }, { 3, "USM" },
	{ 4, "TSM" }, { 0, NULL } };
static const struct field_name payloads[] = { { 0, "plaintext" }, { 1, "encryptedPDU" }, { 0, NULL } };
static const struct field_name reports[] = { { 1, "unsupportedSecLevels" }, { 2, "notInTimeWindows" },
	{ 3, "unknownUserNames" }, { 4, "unknownEngineIDs" }, { 5, "wrongDigests" }, { 6, "decryptionErrors" },
	{ 0, NULL } };

#define NUMBER(name, title) { name, title, FIELD_INT }
#define UNSIGNED(name, title) { name, title, FIELD_UINT }
#define BYTES(name, title) { name, title, FIELD_BYTES }
#define TEXT(name, title) { name, title, FIELD_TEXT }
#define BIT(name, title, bits) { name, title, FIELD_FLAG, .width = 1, .mask = bits }

static const struct field fields[FIELDS + 1] = {
	[VERSION] = { "snmp.version", "version", FIELD_INT, .names = versions },
	[COMMUNITY] = { "snmp.community", "community", FIELD_TEXT },
	[DATA] = { "snmp.data", "data", FIELD_UINT, .names = pdus },
	[V3_VERSION] = { "snmp.msgVersion", "msgVersion", FIELD_INT, .names = versions },
	[MSG_ID] = UNSIGNED("snmp.msgID", "msgID"),
	[MAX_SIZE] = UNSIGNED("snmp.msgMaxSize", "msgMaxSize"),
	[MSG_FLAGS] = BYTES("snmp.msgFlags", "msgFlags"),
	[FLAG_REPORT] = BIT("snmp.v3.flags.report", "Reportable", 0x04),
	[FLAG_CRYPT] = BIT("snmp.v3.flags.crypt", "Encrypted", 0x02),
	[FLAG_AUTH] = BIT("snmp.v3.flags.auth", "Authenticated", 0x01),
	[SECURITY_MODEL] = { "snmp.msgSecurityModel", "msgSecurityModel", FIELD_UINT, .names = models },
	[ENGINE_ID] = BYTES("snmp.msgAuthoritativeEngineID", "msgAuthoritativeEngineID"),
	[BOOTS] = UNSIGNED("snmp.msgAuthoritativeEngineBoots", "msgAuthoritativeEngineBoots"),
	[ENGINE_TIME] = UNSIGNED("snmp.msgAuthoritativeEngineTime", "msgAuthoritativeEngineTime"),
	[USER] = TEXT("snmp.msgUserName", "msgUserName"),
	[AUTH_PARAMETERS] = BYTES("snmp.msgAuthenticationParameters", "msgAuthenticationParameters"),
	[PRIVACY_PARAMETERS] = BYTES("snmp.msgPrivacyParameters", "msgPrivacyParameters"),
	[V3_DATA] = { "snmp.msgData", "msgData", FIELD_UINT, .names = payloads },
	[CONTEXT_ENGINE] = BYTES("snmp.contextEngineID", "contextEngineID"),
	[CONTEXT_NAME] = TEXT("snmp.contextName", "contextName"),
	[ENCRYPTED] = BYTES("snmp.encryptedPDU", "encryptedPDU"),
	[GET_PDU] = { "snmp.get_request_element", "get-request", FIELD_GROUP },
	[GET_NEXT_PDU] = { "snmp.get_next_request_element", "get-next-request", FIELD_GROUP },
	[RESPONSE_PDU] = { "snmp.get_response_element", "get-response", FIELD_GROUP },
	[SET_PDU] = { "snmp.set_request_element", "set-request", FIELD_GROUP },
	[TRAP_PDU] = { "snmp.trap_element", "trap", FIELD_GROUP },
	[GET_BULK_PDU] = { "snmp.getBulkRequest_element", "getBulkRequest", FIELD_GROUP },
	[INFORM_PDU] = { "snmp.informRequest_element", "informRequest", FIELD_GROUP },
	[TRAP_V2_PDU] = { "snmp.snmpV2_trap_element", "snmpV2-trap", FIELD_GROUP },
	[REPORT_PDU] = { "snmp.report_element", "report", FIELD_GROUP },
	[REQUEST_ID] = NUMBER("snmp.request_id", "request-id"),
	[ERROR_STATUS] = { "snmp.error_status", "error-status", FIELD_INT, .names = errors },
	[ERROR_INDEX] = NUMBER("snmp.error_index", "error-index"),
	[NON_REPEATERS] = UNSIGNED("snmp.non_repeaters", "non-repeaters"),
	[MAX_REPETITIONS] = UNSIGNED("snmp.max_repetitions", "max-repetitions"),
	[BINDINGS] = UNSIGNED("snmp.variable_bindings", "variable-bindings"),
	[ENTERPRISE] = TEXT("snmp.enterprise", "enterprise"),
	[AGENT] = { "snmp.agent_addr", "agent-addr", FIELD_IPV4 },
	[GENERIC_TRAP] = { "snmp.generic_trap", "generic-trap", FIELD_INT, .names = traps },
	[SPECIFIC_TRAP] = NUMBER("snmp.specific_trap", "specific-trap"),
	[TIME_STAMP] = UNSIGNED("snmp.time_stamp", "time-stamp"),
	[BINDING] = { "snmp.VarBind_element", "VarBind", FIELD_GROUP },
	[NAME] = TEXT("snmp.name", "Object Name"),
	[VALUE_INTEGER] = NUMBER("snmp.value.int", "Value (Integer32)"),
	[VALUE_OCTETS] = BYTES("snmp.value.octets", "Value (OctetString)"),
	[VALUE_OBJECT] = TEXT("snmp.value.oid", "Value (OID)"),
	[VALUE_ADDRESS] = { "snmp.value.ipv4", "Value (IpAddress)", FIELD_IPV4 },
	[VALUE_COUNTER] = UNSIGNED("snmp.value.counter", "Value (Counter)"),
	[VALUE_GAUGE] = NUMBER("snmp.value.g32", "Value (Gauge32)"),
	[VALUE_TICKS] = UNSIGNED("snmp.value.timeticks", "Value (Timeticks)"),
	[VALUE_OPAQUE] = BYTES("snmp.value.opaque", "Value (Opaque)"),
	[VALUE_NULL] = { "snmp.value.null", "Value (Null)", FIELD_GROUP },
	[VALUE_NO_OBJECT] = { "snmp.noSuchObject", "noSuchObject", FIELD_GROUP },
	[VALUE_NO_INSTANCE] = { "snmp.noSuchInstance", "noSuchInstance", FIELD_GROUP },
	[VALUE_END] = { "snmp.endOfMibView", "endOfMibView", FIELD_GROUP },
	[VALUE_UNKNOWN] = BYTES("snmp.value.unk", "Value (Unknown)"),
};

const char *snmp_error_name(int32_t status)
{
	return status < 0 ? NULL : field_words(errors, (uint64_t)status);
}

const char *snmp_report_name(uint8_t counter)
{
	return field_words(reports, counter);
}

const char *snmp_exception_name(uint8_t exception)
{
	static const char *const names[] = { NULL, "noSuchObject", "noSuchInstance", "endOfMibView" };
	return exception < sizeof names / sizeof *names ? names[exception] : NULL;
}

bool snmp_asks(uint8_t pdu)
{
	return pdu == SNMP_GET || pdu == SNMP_GET_NEXT || pdu == SNMP_SET || pdu == SNMP_GET_BULK || pdu == SNMP_INFORM;
}

/* The next element: its tag, and a cursor over its content. Lengths of more than four bytes, or without an
 * end, are no SNMP. */
static struct cursor take(struct cursor *in, uint8_t *tag)
{
	*tag = cursor_u8(in);
	size_t length = cursor_u8(in);
	if (length & 0x80) {
		size_t count = length & 0x7f;
		length = 0;
		if (!count || count > 4)
			cursor_reject(in, "a BER length that SNMP does not use");
		for (size_t i = 0; i < count; i++)
			length = length << 8 | cursor_u8(in);
	}
	return cursor_split(in, length);
}

static struct cursor take_tagged(struct cursor *in, uint8_t wanted)
{
	uint8_t tag;
	struct cursor content = take(in, &tag);
	if (cursor_ok(in) && tag != wanted)
		cursor_reject(in, "not the BER element that SNMP has here");
	return content;
}

/* Two's complement of up to nine bytes; what is longer is cut to its low 64 bits. */
static int64_t number_of(struct cursor content)
{
	uint64_t value = content.captured && content.next[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < content.captured; i++)
		value = value << 8 | content.next[i];
	return (int64_t)value;
}

static int64_t take_number(struct cursor *in)
{
	return number_of(take_tagged(in, INTEGER));
}

/* "1.3.6.1.2.1"; cut when `to` is full. */
static size_t object_text(struct cursor content, char *to, size_t size)
{
	uint64_t part = 0;
	size_t used = 0;
	bool first = true;
	to[0] = '\0';
	for (size_t i = 0; i < content.captured; i++) {
		part = part << 7 | (content.next[i] & 0x7f);
		if (content.next[i] & 0x80)
			continue;
		char piece[48];
		int length;
		if (first)
			length = snprintf(piece, sizeof piece, "%u.%llu", part < 80 ? (unsigned)part / 40 : 2,
					  (unsigned long long)(part < 80 ? part % 40 : part - 80));
		else
			length = snprintf(piece, sizeof piece, ".%llu", (unsigned long long)part);
		if (used + (size_t)length >= size)
			break;
		memcpy(to + used, piece, (size_t)length + 1);
		used += (size_t)length;
		first = false;
		part = 0;
	}
	return used;
}

static void read_bindings(struct cursor list, struct snmp_message *snmp)
{
	static const char usm_stats[] = "1.3.6.1.6.3.15.1.1.";
	for (int32_t number = 1; cursor_more(&list); number++) {
		uint8_t tag;
		struct cursor binding = take_tagged(&list, SEQUENCE);
		struct cursor name = take_tagged(&binding, OBJECT);
		take(&binding, &tag);
		if (!cursor_ok(&list) || !cursor_ok(&binding))
			return;
		snmp->variables = hash_bytes(name.next, name.captured, snmp->variables);
		bool exception = tag > FIRST_EXCEPTION - 1 && tag <= FIRST_EXCEPTION + 2 && !snmp->exception;
		if (exception)
			snmp->exception = (uint8_t)(SNMP_NO_SUCH_OBJECT + tag - FIRST_EXCEPTION);
		if (number == 1 || exception || number == snmp->error_index)
			object_text(name, snmp->name, sizeof snmp->name);
	}
	size_t length = sizeof usm_stats - 1;
	if (snmp->pdu == SNMP_REPORT && strncmp(snmp->name, usm_stats, length) == 0 && snmp->name[length] > '0' &&
	    snmp->name[length] <= '6')
		snmp->usm_report = (uint8_t)(snmp->name[length] - '0');
}

static void read_pdu(struct cursor *in, struct snmp_message *snmp)
{
	uint8_t tag;
	struct cursor pdu = take(in, &tag);
	if (!cursor_ok(in))
		return;
	if (tag < FIRST_PDU || tag > FIRST_PDU + SNMP_REPORT) {
		cursor_reject(in, "no SNMP PDU");
		return;
	}
	snmp->pdu = (uint8_t)(tag - FIRST_PDU);
	if (snmp->pdu == SNMP_TRAP_V1) {
		object_text(take_tagged(&pdu, OBJECT), snmp->name, sizeof snmp->name);
		snmp->has_pdu = true;
		return;
	}
	snmp->request = (int32_t)take_number(&pdu);
	snmp->error_status = (int32_t)take_number(&pdu);
	snmp->error_index = (int32_t)take_number(&pdu);
	if (snmp->pdu == SNMP_GET_BULK)  /* its non-repeaters and max-repetitions */
		snmp->error_status = snmp->error_index = 0;
	snmp->has_pdu = cursor_ok(&pdu);
	read_bindings(take_tagged(&pdu, SEQUENCE), snmp);
}

static void read_community(struct cursor community, struct snmp_message *snmp)
{
	static const char *const defaults[] = { "public", "private" };
	snmp->credential = hash_bytes(community.next, community.captured, 0);
	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
		size_t length = strlen(defaults[i]);
		if (community.captured != length || memcmp(community.next, defaults[i], length) != 0)
			continue;
		snmp->default_community = true;
		memcpy(snmp->community, defaults[i], length + 1);
	}
}

/* RFC 3412, 6; the security parameters of RFC 3414 stand in an octet string. */
static void read_version_3(struct cursor *in, struct snmp_message *snmp)
{
	enum { ENCRYPTED_FLAG = 2 };
	struct cursor header = take_tagged(in, SEQUENCE);
	snmp->request = (int32_t)take_number(&header);
	take_number(&header);
	struct cursor flags = take_tagged(&header, OCTETS);
	struct cursor security = take_tagged(in, OCTETS);
	struct cursor usm = take_tagged(&security, SEQUENCE);
	take_tagged(&usm, OCTETS);
	take_number(&usm);
	take_number(&usm);
	struct cursor user = take_tagged(&usm, OCTETS);
	if (cursor_ok(&usm))
		cursor_words(user, snmp->user, sizeof snmp->user);
	snmp->credential = hash_bytes(snmp->user, strlen(snmp->user), 3);
	if (!cursor_ok(in) || (flags.captured && flags.next[0] & ENCRYPTED_FLAG))
		return;
	struct cursor scoped = take_tagged(in, SEQUENCE);
	take_tagged(&scoped, OCTETS);
	take_tagged(&scoped, OCTETS);
	read_pdu(&scoped, snmp);
}

static struct next decode_snmp(struct cursor *in, struct packet *packet, void *facts)
{
	struct snmp_message *snmp = facts;
	struct cursor message = *in;
	(void)packet;
	struct cursor content = take_tagged(in, SEQUENCE);
	if (!cursor_ok(in))
		return next_none();
	int64_t version = take_number(&content);
	snmp->version = version == 3 ? 3 : version == 1 ? 2 : version == 0 ? 1 : 0;
	if (version == 3) {
		read_version_3(&content, snmp);
	} else {
		read_community(take_tagged(&content, OCTETS), snmp);
		read_pdu(&content, snmp);
	}
	if (content.status == CURSOR_MALFORMED)
		cursor_reject(in, content.reason);
	return next_payload(message);
}

/* "SNMP : Community - public(v1) : pdu - GetRequest", as CleverView words it. Communities that are no default
 * are passwords. */
static void add_words(struct text *to, const void *facts)
{
	static const char *const names[] = { "GetRequest", "GetNextRequest", "GetResponse", "SetRequest", "Trap",
		"GetBulkRequest", "InformRequest", "SNMPv2-Trap", "Report" };
	static const char *const spoken[] = { "?", "v1", "v2c", "v3" };
	const struct snmp_message *snmp = facts;
	if (snmp->version == 3)
		text_addf(to, "SNMP : User - %s(v3) : pdu - ", snmp->user);
	else
		text_addf(to, "SNMP : Community - %s(%s) : pdu - ",
			  snmp->default_community ? snmp->community : "***", spoken[snmp->version]);
	text_add(to, snmp->has_pdu ? names[snmp->pdu] : "encrypted");
	if (*snmp->name)
		text_addf(to, " %s", snmp->name);
	const char *error = snmp->pdu == SNMP_RESPONSE && snmp->error_status ? snmp_error_name(snmp->error_status)
		: snmp->usm_report ? snmp_report_name(snmp->usm_report) : snmp_exception_name(snmp->exception);
	if (snmp->has_pdu && error)
		text_addf(to, " (%s)", error);
}

static void mark_exchange(const void *facts, struct exchange_mark *mark)
{
	const struct snmp_message *snmp = facts;
	if (!snmp->has_pdu)
		return;
	mark->id = 1ULL << 32 | (uint32_t)snmp->request;
	if (snmp_asks(snmp->pdu))
		mark->role = EXCHANGE_REQUEST;
	else if (snmp->pdu == SNMP_RESPONSE || snmp->pdu == SNMP_REPORT)
		mark->role = EXCHANGE_RESPONSE;
	mark->code = snmp->error_status;
	mark->failed = snmp->error_status != 0 || snmp->pdu == SNMP_REPORT;
	mark->status = snmp->pdu == SNMP_REPORT ? "Report" : snmp_error_name(snmp->error_status);
}

static int64_t tell_integer(struct teller *teller, unsigned field, struct cursor *in)
{
	const uint8_t *at = in->next;
	int64_t value = take_number(in);
	if (cursor_ok(in))
		tell_number(teller, &fields[field], at, (size_t)(in->next - at), value);
	return value;
}

static void tell_octets(struct teller *teller, unsigned field, struct cursor *in)
{
	struct cursor content = take_tagged(in, OCTETS);
	if (cursor_ok(in))
		tell_bytes(teller, &fields[field], &content, content.declared);
}

static void tell_object(struct teller *teller, unsigned field, struct cursor content)
{
	char text[512];
	size_t length = object_text(content, text, sizeof text);
	tell_text(teller, &fields[field], content.next, content.captured, text, length);
}

static void tell_binding_value(struct teller *teller, uint8_t tag, struct cursor value)
{
	static const struct { uint8_t tag, field; } numbers[] = { { INTEGER, VALUE_INTEGER }, { COUNTER, VALUE_COUNTER },
		{ GAUGE, VALUE_GAUGE }, { TICKS, VALUE_TICKS }, { COUNTER64, VALUE_COUNTER } };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (numbers[i].tag != tag)
			continue;
		tell_number(teller, &fields[numbers[i].field], value.next, value.captured, number_of(value));
		return;
	}
	unsigned none = tag == NIL ? VALUE_NULL : VALUE_NO_OBJECT + (unsigned)tag - FIRST_EXCEPTION;
	if (tag == NIL || (tag >= FIRST_EXCEPTION && none <= VALUE_END)) {
		tell_open(teller, &fields[none], value.next, value.captured, 0, NULL);
		tell_close(teller);
	} else if (tag == OBJECT) {
		tell_object(teller, VALUE_OBJECT, value);
	}
	if (tag == ADDRESS && value.captured == 4)
		tell_ipv4(teller, &fields[VALUE_ADDRESS], &value);
	else if (tag == OCTETS || tag == OPAQUE)
		tell_bytes(teller, &fields[tag == OCTETS ? VALUE_OCTETS : VALUE_OPAQUE], &value, value.declared);
	else if (tag != OBJECT && value.declared)
		tell_bytes(teller, &fields[VALUE_UNKNOWN], &value, value.declared);
}

static void tell_bindings(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	struct cursor list = take_tagged(in, SEQUENCE), count = list;
	int64_t number = 0;
	while (cursor_more(&count)) {
		take_tagged(&count, SEQUENCE);
		number++;
	}
	if (!cursor_ok(in))
		return;
	tell_number(teller, &fields[BINDINGS], at, (size_t)(in->next - at), number);
	while (cursor_more(&list)) {
		uint8_t tag;
		struct cursor binding = take_tagged(&list, SEQUENCE);
		struct cursor name = take_tagged(&binding, OBJECT);
		if (!cursor_ok(&list) || !cursor_ok(&binding))
			return;
		tell_open(teller, &fields[BINDING], name.next, name.captured, 0, NULL);
		tell_object(teller, NAME, name);
		struct cursor value = take(&binding, &tag);
		if (cursor_ok(&binding))
			tell_binding_value(teller, tag, value);
		tell_close(teller);
	}
}

static void tell_trap(struct teller *teller, struct cursor *in)
{
	uint8_t tag;
	tell_object(teller, ENTERPRISE, take_tagged(in, OBJECT));
	struct cursor agent = take(in, &tag);
	tell_ipv4(teller, &fields[AGENT], &agent);
	tell_integer(teller, GENERIC_TRAP, in);
	tell_integer(teller, SPECIFIC_TRAP, in);
	struct cursor ticks = take(in, &tag);
	if (cursor_ok(in))
		tell_number(teller, &fields[TIME_STAMP], ticks.next, ticks.captured, number_of(ticks));
}

static void tell_pdu(struct teller *teller, struct cursor *in)
{
	uint8_t tag;
	const uint8_t *at = in->next;
	struct cursor pdu = take(in, &tag);
	if (!cursor_ok(in) || tag < FIRST_PDU || tag > FIRST_PDU + SNMP_REPORT)
		return;
	unsigned kind = tag - FIRST_PDU;
	tell_number(teller, &fields[DATA], at, 1, kind);
	tell_open(teller, &fields[GET_PDU + kind], at, (size_t)(in->next - at), 0, NULL);
	if (kind == SNMP_TRAP_V1) {
		tell_trap(teller, &pdu);
	} else {
		tell_integer(teller, REQUEST_ID, &pdu);
		tell_integer(teller, kind == SNMP_GET_BULK ? NON_REPEATERS : ERROR_STATUS, &pdu);
		tell_integer(teller, kind == SNMP_GET_BULK ? MAX_REPETITIONS : ERROR_INDEX, &pdu);
	}
	tell_bindings(teller, &pdu);
	tell_close(teller);
}

static void tell_message_flags(struct teller *teller, struct cursor *in)
{
	struct cursor flags = take_tagged(in, OCTETS), bytes = flags;
	if (!cursor_ok(in) || !flags.captured)
		return;
	tell_bytes(teller, &fields[MSG_FLAGS], &bytes, 1);
	for (unsigned field = FLAG_REPORT; field <= FLAG_AUTH; field++)
		tell_number(teller, &fields[field], flags.next, 1, (flags.next[0] & fields[field].mask) != 0);
}

static void tell_version_3(struct teller *teller, struct cursor *in)
{
	struct cursor header = take_tagged(in, SEQUENCE);
	tell_integer(teller, MSG_ID, &header);
	tell_integer(teller, MAX_SIZE, &header);
	tell_message_flags(teller, &header);
	tell_integer(teller, SECURITY_MODEL, &header);
	struct cursor security = take_tagged(in, OCTETS);
	struct cursor usm = take_tagged(&security, SEQUENCE);
	tell_octets(teller, ENGINE_ID, &usm);
	tell_integer(teller, BOOTS, &usm);
	tell_integer(teller, ENGINE_TIME, &usm);
	tell_octets(teller, USER, &usm);
	tell_octets(teller, AUTH_PARAMETERS, &usm);
	tell_octets(teller, PRIVACY_PARAMETERS, &usm);
	if (!cursor_more(in) || !in->captured)
		return;
	bool encrypted = in->next[0] == OCTETS;
	tell_number(teller, &fields[V3_DATA], in->next, 1, encrypted);
	if (encrypted) {
		tell_octets(teller, ENCRYPTED, in);
		return;
	}
	struct cursor scoped = take_tagged(in, SEQUENCE);
	tell_octets(teller, CONTEXT_ENGINE, &scoped);
	tell_octets(teller, CONTEXT_NAME, &scoped);
	tell_pdu(teller, &scoped);
}

static void tell_snmp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	struct cursor content = take_tagged(&in, SEQUENCE);
	struct cursor peek = content;
	bool version_3 = take_number(&peek) == 3;
	tell_integer(teller, version_3 ? V3_VERSION : VERSION, &content);
	if (version_3) {
		tell_version_3(teller, &content);
		return;
	}
	struct cursor community = take_tagged(&content, OCTETS);
	if (cursor_ok(&content))
		tell_secret(teller, &fields[COMMUNITY], community.next, community.captured);
	tell_pdu(teller, &content);
}

const struct decoder snmp_decoder = {
	.name = "snmp",
	.protocol = "SNMP",
	.title = "Simple Network Management Protocol",
	.bindings = { { BY_UDP_PORT, SNMP_PORT }, { BY_UDP_PORT, 162 } },
	.facts_size = sizeof(struct snmp_message),
	.decode = decode_snmp,
	.words = add_words,
	.exchange = mark_exchange,
	.fields = fields,
	.tell = tell_snmp,
};

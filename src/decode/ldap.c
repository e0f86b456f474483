#include "decode/ldap.h"

#include "decode/lines.h"

#define PORT_LDAP 389
#define PORT_GLOBAL_CATALOG 3268
#define MESSAGE_LIMIT 65000      /* bytes: longer ones are entries with pictures and certificates, and skipped */
#define LENGTH_LIMIT (16u << 20)
#define WRAPPED_LIMIT (1u << 24) /* RFC 4422, 3.7: what buffers of a security layer may have */

enum { SEQUENCE = 0x30, INTEGER = 0x02, OCTET_STRING = 0x04, ENUMERATED = 0x0a, SIMPLE = 0x80, SASL = 0xa3,
	REQUEST_NAME = 0x80, RESPONSE_NAME = 0x8a };

static const char start_tls[] = "1.3.6.1.4.1.1466.20037";    /* RFC 4511, 4.14.1 */

struct ldap_state {
	bool binding, starting_tls;
	uint32_t bind_id, tls_id;
	struct credentials login;
};

enum part { PART_ASKS, PART_ANSWERS, PART_PROGRESS, PART_ENDS };

static const struct operation { uint8_t tag; uint8_t part; const char *name; } operations[] = {
	[LDAP_BIND_REQUEST] = { 0x60, PART_ASKS, "bindRequest" },
	[LDAP_BIND_RESPONSE] = { 0x61, PART_ANSWERS, "bindResponse" },
	[LDAP_UNBIND_REQUEST] = { 0x42, PART_ENDS, "unbindRequest" },
	[LDAP_SEARCH_REQUEST] = { 0x63, PART_ASKS, "searchRequest" },
	[LDAP_SEARCH_ENTRY] = { 0x64, PART_PROGRESS, "searchResEntry" },
	[LDAP_SEARCH_DONE] = { 0x65, PART_ANSWERS, "searchResDone" },
	[LDAP_SEARCH_REFERENCE] = { 0x73, PART_PROGRESS, "searchResRef" },
	[LDAP_MODIFY_REQUEST] = { 0x66, PART_ASKS, "modifyRequest" },
	[LDAP_MODIFY_RESPONSE] = { 0x67, PART_ANSWERS, "modifyResponse" },
	[LDAP_ADD_REQUEST] = { 0x68, PART_ASKS, "addRequest" },
	[LDAP_ADD_RESPONSE] = { 0x69, PART_ANSWERS, "addResponse" },
	[LDAP_DELETE_REQUEST] = { 0x4a, PART_ASKS, "delRequest" },
	[LDAP_DELETE_RESPONSE] = { 0x6b, PART_ANSWERS, "delResponse" },
	[LDAP_RENAME_REQUEST] = { 0x6c, PART_ASKS, "modDNRequest" },
	[LDAP_RENAME_RESPONSE] = { 0x6d, PART_ANSWERS, "modDNResponse" },
	[LDAP_COMPARE_REQUEST] = { 0x6e, PART_ASKS, "compareRequest" },
	[LDAP_COMPARE_RESPONSE] = { 0x6f, PART_ANSWERS, "compareResponse" },
	[LDAP_ABANDON_REQUEST] = { 0x50, PART_ENDS, "abandonRequest" },
	[LDAP_EXTENDED_REQUEST] = { 0x77, PART_ASKS, "extendedReq" },
	[LDAP_EXTENDED_RESPONSE] = { 0x78, PART_ANSWERS, "extendedResp" },
	[LDAP_INTERMEDIATE_RESPONSE] = { 0x79, PART_PROGRESS, "intermediateResponse" },
};

/* RFC 4511, 4.1.9, and appendix A. */
static const struct field_name results[] = { { 0, "success" }, { 1, "operationsError" }, { 2, "protocolError" },
	{ 3, "timeLimitExceeded" }, { 4, "sizeLimitExceeded" }, { 5, "compareFalse" }, { 6, "compareTrue" },
	{ 7, "authMethodNotSupported" }, { 8, "strongAuthRequired" }, { 10, "referral" }, { 11, "adminLimitExceeded" },
	{ 12, "unavailableCriticalExtension" }, { 13, "confidentialityRequired" }, { 14, "saslBindInProgress" },
	{ 16, "noSuchAttribute" }, { 17, "undefinedAttributeType" }, { 18, "inappropriateMatching" },
	{ 19, "constraintViolation" }, { 20, "attributeOrValueExists" }, { 21, "invalidAttributeSyntax" },
	{ 32, "noSuchObject" }, { 33, "aliasProblem" }, { 34, "invalidDNSyntax" }, { 36, "aliasDereferencingProblem" },
	{ 48, "inappropriateAuthentication" }, { 49, "invalidCredentials" }, { 50, "insufficientAccessRights" },
	{ 51, "busy" }, { 52, "unavailable" }, { 53, "unwillingToPerform" }, { 54, "loopDetect" },
	{ 64, "namingViolation" }, { 65, "objectClassViolation" }, { 66, "notAllowedOnNonLeaf" },
	{ 67, "notAllowedOnRDN" }, { 68, "entryAlreadyExists" }, { 69, "objectClassModsProhibited" },
	{ 71, "affectsMultipleDSAs" }, { 80, "other" }, { 118, "canceled" }, { 119, "noSuchOperation" },
	{ 120, "tooLate" }, { 121, "cannotCancel" }, { 0, NULL } };

/* The next element of BER: its tag and its contents. False when none that LDAP uses stands there. */
static bool next_element(struct cursor *in, uint8_t *tag, struct cursor *contents)
{
	if (!cursor_more(in))
		return false;
	*tag = cursor_u8(in);
	uint32_t length = cursor_u8(in);
	if (length & 0x80) {
		unsigned bytes = length & 0x7f;
		if (!bytes || bytes > 4)
			cursor_reject(in, "a length that LDAP does not allow");
		for (length = 0; bytes && cursor_ok(in); bytes--)
			length = length << 8 | cursor_u8(in);
	}
	*contents = cursor_split(in, length);
	return cursor_ok(in);
}

static bool expect_element(struct cursor *in, uint8_t tag, struct cursor *contents)
{
	uint8_t found = 0;
	*contents = (struct cursor){ 0 };
	if (!next_element(in, &found, contents))
		return false;
	if (found != tag)
		cursor_reject(in, "another element than LDAP has there");
	return cursor_ok(in);
}

/* A number of at most four bytes; 0 for others, which no field here has. */
static uint32_t number_of(struct cursor contents)
{
	uint32_t value = 0;
	if (contents.declared > 4)
		return 0;
	while (contents.captured)
		value = value << 8 | cursor_u8(&contents);
	return value;
}

static struct cursor whole(struct cursor contents)
{
	return cursor_make(contents.next, contents.captured, contents.captured);
}

static uint8_t operation_of(uint8_t tag)
{
	for (uint8_t i = 0; i < LDAP_UNKNOWN; i++)
		if (operations[i].tag == tag)
			return i;
	return LDAP_UNKNOWN;
}

/* messageID and protocolOp, of which the contents are left in `body`. */
static bool read_head(struct cursor *in, uint32_t *id, uint8_t *operation, struct cursor *body)
{
	struct cursor message, number;
	uint8_t tag;
	if (!expect_element(in, SEQUENCE, &message) || !expect_element(&message, INTEGER, &number) ||
	    !next_element(&message, &tag, body))
		return false;
	*id = number_of(number);
	*operation = operation_of(tag);
	return true;
}

static void keep_name(struct ldap_message *ldap, struct cursor name)
{
	ldap->name_length = (uint8_t)line_keep(whole(name), ldap->name, LDAP_NAME);
}

/* Simple without a password is no log-in but anonymous (RFC 4513, 5.1). */
static void read_bind(struct stream *stream, struct cursor body, struct ldap_message *ldap)
{
	struct cursor version, name, choice;
	uint8_t tag;
	if (!expect_element(&body, INTEGER, &version) || !expect_element(&body, OCTET_STRING, &name))
		return;
	keep_name(ldap, name);
	if (!stream || !next_element(&body, &tag, &choice))
		return;
	struct ldap_state *state = stream->state;
	bool goes_on = state->binding;
	state->binding = (tag == SIMPLE && choice.declared) || tag == SASL;
	state->bind_id = ldap->id;
	if (tag != SASL || !goes_on)
		state->login = (struct credentials){ .packet = stream->packet, .time = stream->time };
	if (name.captured)
		credentials_name(&state->login, whole(name));
	if (tag == SIMPLE && choice.captured)
		credentials_secret(&state->login, stream, whole(choice));
}

static void conclude(struct stream *stream, struct ldap_message *ldap)
{
	struct ldap_state *state = stream->state;
	if (ldap->operation == LDAP_BIND_RESPONSE && state->binding && state->bind_id == ldap->id &&
	    ldap->result != LDAP_SASL_IN_PROGRESS) {
		state->binding = false;
		if (ldap->result == LDAP_SUCCESS || ldap->result == LDAP_INVALID_CREDENTIALS)
			credentials_decide(&state->login, ldap->result == LDAP_SUCCESS, &ldap->login);
	}
	if (ldap->operation == LDAP_EXTENDED_RESPONSE && state->starting_tls && state->tls_id == ldap->id) {
		state->starting_tls = false;
		ldap->asks_tls = true;
		if (ldap->result == LDAP_SUCCESS)
			stream->then = decoder_named("tls");
	}
}

static void read_result(struct stream *stream, struct cursor body, struct ldap_message *ldap)
{
	struct cursor code;
	if (!expect_element(&body, ENUMERATED, &code))
		return;
	ldap->has_result = true;
	ldap->result = (uint16_t)number_of(code);
	if (stream)
		conclude(stream, ldap);
}

static void read_extended(struct stream *stream, struct cursor body, struct ldap_message *ldap)
{
	struct cursor name;
	if (!expect_element(&body, REQUEST_NAME, &name))
		return;
	ldap->asks_tls = name.captured == sizeof start_tls - 1 &&
			 memcmp(name.next, start_tls, sizeof start_tls - 1) == 0;
	if (!ldap->asks_tls || !stream)
		return;
	struct ldap_state *state = stream->state;
	state->starting_tls = true;
	state->tls_id = ldap->id;
}

static void read_body(struct stream *stream, struct cursor body, struct ldap_message *ldap)
{
	struct cursor name;
	if (ldap->operation == LDAP_UNKNOWN)
		return;
	if (operations[ldap->operation].part == PART_ANSWERS) {
		read_result(stream, body, ldap);
	} else if (ldap->operation == LDAP_BIND_REQUEST) {
		read_bind(stream, body, ldap);
	} else if (ldap->operation == LDAP_EXTENDED_REQUEST) {
		read_extended(stream, body, ldap);
	} else if (ldap->operation == LDAP_DELETE_REQUEST) {
		keep_name(ldap, body);
	} else if (operations[ldap->operation].part == PART_ASKS || ldap->operation == LDAP_SEARCH_ENTRY) {
		if (expect_element(&body, OCTET_STRING, &name))
			keep_name(ldap, name);
	}
}

static struct next decode_ldap(struct cursor *in, struct packet *packet, void *facts)
{
	struct ldap_message *ldap = facts;
	struct cursor all = *in, body;
	ldap->operation = LDAP_UNKNOWN;
	if (read_head(in, &ldap->id, &ldap->operation, &body))
		read_body(packet->stream, body, ldap);
	/* Over UDP an entry and the end of the search come in one datagram (RFC 1798, 3.2). */
	uint32_t id;
	uint8_t next;
	while (!packet->stream && cursor_more(in) && read_head(in, &id, &next, &body)) {
		ldap->operation = next;
		read_body(NULL, body, ldap);
	}
	cursor_rest(in);
	return packet->stream ? next_none() : next_payload(all);
}

/* Tag and length of a message at the start, as far as they can be seen. False: there is none. */
static bool look_at_length(struct cursor in, uint32_t *total)
{
	*total = 0;
	if (!in.captured || *in.next != SEQUENCE)
		return !in.captured;
	if (in.captured < 2)
		return true;
	unsigned bytes = in.next[1] & 0x80 ? in.next[1] & 0x7f : 0;
	if (bytes > 4 || (in.next[1] & 0x80 && !bytes))
		return false;
	if (in.captured < 2 + bytes)
		return true;
	uint32_t length = bytes ? 0 : in.next[1];
	for (unsigned i = 0; i < bytes; i++)
		length = length << 8 | in.next[2 + i];
	*total = length + 2 + bytes;
	return length >= 5 && length <= LENGTH_LIMIT;
}

static enum certainty probe_ldap(const struct stream *stream, struct cursor in)
{
	uint32_t total, id;
	if (in.captured < 12)
		return in.captured && *in.next != SEQUENCE ? CERTAINTY_NO : CERTAINTY_MORE;
	if (!look_at_length(in, &total))
		return CERTAINTY_NO;
	uint8_t operation = LDAP_UNKNOWN;
	struct cursor body, message = cursor_make(in.next, in.captured, total);
	if (!read_head(&message, &id, &operation, &body) || operation == LDAP_UNKNOWN)
		return CERTAINTY_NO;
	bool port = stream->server_port == PORT_LDAP || stream->server_port == PORT_GLOBAL_CATALOG;
	bool binds = operation == LDAP_BIND_REQUEST && body.captured > 3 && body.next[0] == INTEGER &&
		     body.next[1] == 1 && (body.next[2] == 3 || body.next[2] == 2) && body.next[3] == OCTET_STRING;
	if (stream->from_client == (operations[operation].part == PART_ANSWERS))
		return CERTAINTY_NO;
	return port || binds ? CERTAINTY_LIKELY : CERTAINTY_PERHAPS;
}

static struct frame frame_ldap(struct stream *stream, struct cursor in)
{
	uint32_t total;
	if (in.captured && *in.next != SEQUENCE) {
		/* A buffer of a security layer, its length in front. */
		if (in.captured < 4)
			return frame_more();
		uint32_t length = load_be32(in.next);
		return length && length < WRAPPED_LIMIT ? frame_skip((uint64_t)length + 4) : frame_lost();
	}
	if (!look_at_length(in, &total))
		return frame_lost();
	if (!total)
		return frame_more();
	if (total > MESSAGE_LIMIT)
		return frame_skip(total);
	if (stream->cut && total > in.captured && in.captured > 8)
		return frame_message(in.captured);
	return frame_message(total);
}

static void lose_ldap(struct stream *stream)
{
	struct ldap_state *state = stream->state;
	state->binding = state->starting_tls = false;
}

static void say_ldap(struct text *to, const void *facts)
{
	const struct ldap_message *ldap = facts;
	if (ldap->operation == LDAP_UNKNOWN)
		return;
	const char *result = ldap->has_result ? field_words(results, ldap->result) : NULL;
	text_addf(to, "ldap : %s", operations[ldap->operation].name);
	if (ldap->asks_tls)
		text_add(to, " StartTLS");
	if (result)
		text_addf(to, " (%s)", result);
	else if (ldap->has_result)
		text_addf(to, " (%u)", ldap->result);
	if (!ldap->name_length)
		return;
	text_add(to, " ");
	text_add_printable(to, ldap->name, ldap->name_length);
}

static void mark_ldap(const void *facts, struct exchange_mark *mark)
{
	enum { COMPARE_FALSE = 5, COMPARE_TRUE = 6 };
	static const enum exchange_role roles[] = { [PART_ASKS] = EXCHANGE_REQUEST, [PART_ANSWERS] = EXCHANGE_RESPONSE,
		[PART_PROGRESS] = EXCHANGE_PROGRESS, [PART_ENDS] = EXCHANGE_NONE };
	const struct ldap_message *ldap = facts;
	/* Number 0 is what a server says by itself. */
	if (ldap->operation == LDAP_UNKNOWN || !ldap->id)
		return;
	mark->role = roles[operations[ldap->operation].part];
	mark->id = ldap->id;
	mark->code = ldap->result;
	mark->status = ldap->has_result && ldap->result ? field_words(results, ldap->result) : NULL;
	mark->failed = ldap->result != LDAP_SUCCESS && ldap->result != LDAP_SASL_IN_PROGRESS &&
		       ldap->result != LDAP_REFERRAL && ldap->result != COMPARE_FALSE && ldap->result != COMPARE_TRUE;
}

enum { MESSAGE_ID, OPERATION, VERSION, NAME, AUTHENTICATION, PASSWORD, MECHANISM, BASE, SCOPE, ALIASES, SIZE_LIMIT,
	TIME_LIMIT, TYPES_ONLY, RESULT, MATCHED, ERROR_MESSAGE, OBJECT, MODIFIED, ENTRY, DELETED, REQUESTED, RESPONDED };

/* Wireshark counts the operations from 0, in their order. */
static const struct field_name operation_names[] = { { 0, "bindRequest" }, { 1, "bindResponse" }, { 2, "unbindRequest" },
	{ 3, "searchRequest" }, { 4, "searchResEntry" }, { 5, "searchResDone" }, { 6, "searchResRef" },
	{ 7, "modifyRequest" }, { 8, "modifyResponse" }, { 9, "addRequest" }, { 10, "addResponse" }, { 11, "delRequest" },
	{ 12, "delResponse" }, { 13, "modDNRequest" }, { 14, "modDNResponse" }, { 15, "compareRequest" },
	{ 16, "compareResponse" }, { 17, "abandonRequest" }, { 18, "extendedReq" }, { 19, "extendedResp" },
	{ 20, "intermediateResponse" }, { 0, NULL } };
static const struct field_name methods[] = { { 0, "simple" }, { 3, "sasl" }, { 0, NULL } };
static const struct field_name scopes[] = { { 0, "baseObject" }, { 1, "singleLevel" }, { 2, "wholeSubtree" },
	{ 0, NULL } };
static const struct field_name aliases[] = { { 0, "neverDerefAliases" }, { 1, "derefInSearching" },
	{ 2, "derefFindingBaseObj" }, { 3, "derefAlways" }, { 0, NULL } };

static const struct field fields[] = {
	[MESSAGE_ID] = { "ldap.messageID", "messageID", FIELD_UINT },
	[OPERATION] = { "ldap.protocolOp", "protocolOp", FIELD_UINT, .names = operation_names },
	[VERSION] = { "ldap.version", "version", FIELD_UINT },
	[NAME] = { "ldap.name", "name", FIELD_TEXT },
	[AUTHENTICATION] = { "ldap.authentication", "authentication", FIELD_UINT, .names = methods },
	[PASSWORD] = { "ldap.simple", "simple", FIELD_BYTES },
	[MECHANISM] = { "ldap.mechanism", "mechanism", FIELD_TEXT },
	[BASE] = { "ldap.baseObject", "baseObject", FIELD_TEXT },
	[SCOPE] = { "ldap.scope", "scope", FIELD_UINT, .names = scopes },
	[ALIASES] = { "ldap.derefAliases", "derefAliases", FIELD_UINT, .names = aliases },
	[SIZE_LIMIT] = { "ldap.sizeLimit", "sizeLimit", FIELD_UINT },
	[TIME_LIMIT] = { "ldap.timeLimit", "timeLimit", FIELD_UINT },
	[TYPES_ONLY] = { "ldap.typesOnly", "typesOnly", FIELD_FLAG, .names = field_true },
	[RESULT] = { "ldap.resultCode", "resultCode", FIELD_UINT, .names = results },
	[MATCHED] = { "ldap.matchedDN", "matchedDN", FIELD_TEXT },
	[ERROR_MESSAGE] = { "ldap.errorMessage", "errorMessage", FIELD_TEXT },
	[OBJECT] = { "ldap.objectName", "objectName", FIELD_TEXT },
	[MODIFIED] = { "ldap.object", "object", FIELD_TEXT },
	[ENTRY] = { "ldap.entry", "entry", FIELD_TEXT },
	[DELETED] = { "ldap.delRequest", "delRequest", FIELD_TEXT },
	[REQUESTED] = { "ldap.requestName", "requestName", FIELD_TEXT },
	[RESPONDED] = { "ldap.responseName", "responseName", FIELD_TEXT },
	{ NULL },
};

/* The next element as a number or text, if it is of this tag. */
static void tell_element(struct teller *teller, const struct field *field, struct cursor *in, uint8_t tag)
{
	struct cursor contents;
	if (!expect_element(in, tag, &contents))
		return;
	if (field->type == FIELD_TEXT)
		line_tell(teller, field, whole(contents), false);
	else
		tell_number(teller, field, contents.next, contents.captured, number_of(contents));
}

static void tell_bind(struct teller *teller, struct cursor body)
{
	struct cursor choice;
	uint8_t tag;
	tell_element(teller, &fields[VERSION], &body, INTEGER);
	tell_element(teller, &fields[NAME], &body, OCTET_STRING);
	if (!next_element(&body, &tag, &choice))
		return;
	tell_number(teller, &fields[AUTHENTICATION], choice.next, 0, tag & 0x1f);
	if (tag == SIMPLE && choice.captured)
		tell_secret(teller, &fields[PASSWORD], choice.next, choice.captured);
	else if (tag == SASL)
		tell_element(teller, &fields[MECHANISM], &choice, OCTET_STRING);
}

static void tell_search(struct teller *teller, struct cursor body)
{
	enum { BOOLEAN = 1 };
	tell_element(teller, &fields[BASE], &body, OCTET_STRING);
	tell_element(teller, &fields[SCOPE], &body, ENUMERATED);
	tell_element(teller, &fields[ALIASES], &body, ENUMERATED);
	tell_element(teller, &fields[SIZE_LIMIT], &body, INTEGER);
	tell_element(teller, &fields[TIME_LIMIT], &body, INTEGER);
	struct cursor flag;
	if (expect_element(&body, BOOLEAN, &flag) && flag.captured)
		tell_number(teller, &fields[TYPES_ONLY], flag.next, 1, *flag.next != 0);
}

static void tell_result(struct teller *teller, struct cursor body)
{
	struct cursor contents;
	uint8_t tag;
	tell_element(teller, &fields[RESULT], &body, ENUMERATED);
	tell_element(teller, &fields[MATCHED], &body, OCTET_STRING);
	tell_element(teller, &fields[ERROR_MESSAGE], &body, OCTET_STRING);
	while (next_element(&body, &tag, &contents))
		if (tag == RESPONSE_NAME)
			line_tell(teller, &fields[RESPONDED], whole(contents), false);
}

static void tell_operation(struct teller *teller, uint8_t operation, struct cursor body)
{
	switch (operation) {
	case LDAP_BIND_REQUEST:
		tell_bind(teller, body);
		break;
	case LDAP_SEARCH_REQUEST:
		tell_search(teller, body);
		break;
	case LDAP_SEARCH_ENTRY:
		tell_element(teller, &fields[OBJECT], &body, OCTET_STRING);
		break;
	case LDAP_MODIFY_REQUEST:
		tell_element(teller, &fields[MODIFIED], &body, OCTET_STRING);
		break;
	case LDAP_ADD_REQUEST:
	case LDAP_RENAME_REQUEST:
	case LDAP_COMPARE_REQUEST:
		tell_element(teller, &fields[ENTRY], &body, OCTET_STRING);
		break;
	case LDAP_DELETE_REQUEST:
		line_tell(teller, &fields[DELETED], whole(body), false);
		break;
	case LDAP_EXTENDED_REQUEST:
		tell_element(teller, &fields[REQUESTED], &body, REQUEST_NAME);
		break;
	default:
		if (operation != LDAP_UNKNOWN && operations[operation].part == PART_ANSWERS)
			tell_result(teller, body);
	}
}

static void tell_ldap(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	uint32_t id;
	uint8_t operation;
	struct cursor body;
	(void)packet, (void)facts;
	while (cursor_more(&in) && read_head(&in, &id, &operation, &body)) {
		tell_number(teller, &fields[MESSAGE_ID], body.next, 0, id);
		if (operation != LDAP_UNKNOWN)
			tell_number(teller, &fields[OPERATION], body.next, body.captured, operation);
		tell_operation(teller, operation, body);
	}
}

static const struct streaming ldap_streaming = {
	.state_size = sizeof(struct ldap_state),
	.anywhere = true,
	.probe = probe_ldap,
	.frame = frame_ldap,
	.lost = lose_ldap,
};

const struct decoder ldap_decoder = {
	.name = "ldap",
	.protocol = "LDAP",
	.title = "Lightweight Directory Access Protocol",
	.bindings = { { BY_TCP_PORT, PORT_LDAP }, { BY_TCP_PORT, PORT_GLOBAL_CATALOG }, { BY_UDP_PORT, PORT_LDAP } },
	.facts_size = sizeof(struct ldap_message),
	.decode = decode_ldap,
	.stream = &ldap_streaming,
	.words = say_ldap,
	.exchange = mark_ldap,
	.fields = fields,
	.tell = tell_ldap,
};

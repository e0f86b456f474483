#include "decode/pgsql.h"

#include <string.h>

#include "decode/decoder.h"

#define PORT 5432
#define STARTUP_LIMIT 10000      /* bytes; the server takes no longer one */
#define MESSAGE_LIMIT (1u << 30) /* what the server's allocator allows */
#define HELD 8192                /* bytes of a message that are looked at; the rest is passed over */

enum {
	VERSION_3 = 3, CANCEL_REQUEST = 80877102, SSL_REQUEST = 80877103, GSS_REQUEST = 80877104,
	AUTHENTICATION_OK = 0, AUTHENTICATION_PLAIN = 3, AUTHENTICATION_SASL_FINAL = 12,
};

struct pgsql_state {
	uint64_t rest[2];            /* of a long message: [from_client] */
	bool started;                /* messages of the client have a type */
	bool asked;                  /* whether to encrypt: the answer is one byte */
	bool ready;                  /* the login is over */
	bool batch;                  /* the client has begun what Sync ends */
	bool opaque;                 /* encrypted by GSSAPI */
	bool plain;                  /* the server asked for the password itself */
	struct credentials login;    /* under way */
};

static const struct field_name client_types[] = { { 'B', "Bind" }, { 'C', "Close" }, { 'D', "Describe" },
	{ 'E', "Execute" }, { 'F', "Function call" }, { 'H', "Flush" }, { 'P', "Parse" }, { 'Q', "Simple query" },
	{ 'S', "Sync" }, { 'X', "Termination" }, { 'c', "Copy completion" }, { 'd', "Copy data" },
	{ 'f', "Copy failure" }, { 'p', "Password message" }, { 0, NULL } };
static const struct field_name server_types[] = { { '1', "Parse completion" }, { '2', "Bind completion" },
	{ '3', "Close completion" }, { 'A', "Notification" }, { 'C', "Command completion" }, { 'D', "Data row" },
	{ 'E', "Error" }, { 'G', "Copy in response" }, { 'H', "Copy out response" },
	{ 'I', "Empty query" }, { 'K', "Backend key data" }, { 'N', "Notice" }, { 'R', "Authentication request" },
	{ 'S', "Parameter status" }, { 'T', "Row description" }, { 'V', "Function call response" },
	{ 'W', "Copy both" }, { 'Z', "Ready for query" }, { 'c', "Copy completion" }, { 'd', "Copy data" },
	{ 'n', "No data" }, { 's', "Portal suspended" }, { 't', "Parameter description" },
	{ 'v', "Negotiate protocol version" }, { 0, NULL } };
static const struct field_name authentications[] = { { 0, "Success" }, { 1, "Kerberos V4" }, { 2, "Kerberos V5" },
	{ 3, "Plaintext password" }, { 4, "crypt()ed password" }, { 5, "MD5 password" }, { 6, "SCM credentials" },
	{ 7, "GSSAPI" }, { 8, "GSSAPI/SSPI continue" }, { 9, "SSPI" }, { 10, "SASL" }, { 11, "SASL continue" },
	{ 12, "SASL complete" }, { 0, NULL } };
static const struct field_name states[] = { { 'I', "Idle" }, { 'T', "In a transaction" },
	{ 'E', "In a failed transaction" }, { 0, NULL } };

/* Condition names of https://www.postgresql.org/docs/current/errcodes-appendix.html: those that are met, then
 * the classes. */
static const struct { const char *state, *name; } conditions[] = {
	{ "08001", "sqlclient_unable_to_establish_sqlconnection" }, { "08006", "connection_failure" },
	{ "08P01", "protocol_violation" }, { "0A000", "feature_not_supported" },
	{ "22001", "string_data_right_truncation" }, { "22003", "numeric_value_out_of_range" },
	{ "22007", "invalid_datetime_format" }, { "22012", "division_by_zero" },
	{ "22P02", "invalid_text_representation" }, { "23502", "not_null_violation" },
	{ "23503", "foreign_key_violation" }, { "23505", "unique_violation" }, { "23514", "check_violation" },
	{ "25P02", "in_failed_sql_transaction" }, { "25P03", "idle_in_transaction_session_timeout" },
	{ "28000", "invalid_authorization_specification" }, { "28P01", "invalid_password" },
	{ "3D000", "invalid_catalog_name" }, { "3F000", "invalid_schema_name" }, { "40001", "serialization_failure" },
	{ "40P01", "deadlock_detected" }, { "42501", "insufficient_privilege" }, { "42601", "syntax_error" },
	{ "42703", "undefined_column" }, { "42704", "undefined_object" }, { "42883", "undefined_function" },
	{ "42P01", "undefined_table" }, { "42P07", "duplicate_table" }, { "53100", "disk_full" },
	{ "53200", "out_of_memory" }, { "53300", "too_many_connections" }, { "55006", "object_in_use" },
	{ "55P03", "lock_not_available" }, { "57014", "query_canceled" }, { "57P01", "admin_shutdown" },
	{ "57P02", "crash_shutdown" }, { "57P03", "cannot_connect_now" }, { "57P05", "idle_session_timeout" },
	{ "08", "connection_exception" }, { "0A", "feature_not_supported" }, { "22", "data_exception" },
	{ "23", "integrity_constraint_violation" }, { "25", "invalid_transaction_state" },
	{ "28", "invalid_authorization_specification" }, { "40", "transaction_rollback" },
	{ "42", "syntax_error_or_access_rule_violation" }, { "53", "insufficient_resources" },
	{ "54", "program_limit_exceeded" }, { "55", "object_not_in_prerequisite_state" },
	{ "57", "operator_intervention" }, { "58", "system_error" }, { "P0", "plpgsql_error" },
	{ "XX", "internal_error" }, { NULL, NULL },
};

static const char *condition_of(const char state[static 6])
{
	for (size_t i = 0; conditions[i].state; i++)
		if (strncmp(conditions[i].state, state, strlen(conditions[i].state)) == 0)
			return conditions[i].name;
	return NULL;
}

static bool is_word(struct cursor text, const char *word)
{
	return text.captured == strlen(word) && memcmp(text.next, word, text.captured) == 0;
}

static void read_startup(struct stream *stream, struct cursor *in, struct pgsql_message *message)
{
	struct pgsql_state *state = stream->state;
	state->login = (struct credentials){ .packet = stream->packet, .time = stream->time };
	cursor_skip(in, 8);
	while (cursor_more(in) && *in->next) {
		struct cursor name = cursor_string(in), value = cursor_string(in);
		if (is_word(name, "user")) {
			cursor_words(value, message->user, sizeof message->user);
			credentials_name(&state->login, value);
		} else if (is_word(name, "database")) {
			cursor_words(value, message->database, sizeof message->database);
		}
	}
}

/* Fields of one letter each: S severity, C SQLSTATE … */
static void read_error(struct cursor in, struct pgsql_message *message)
{
	while (cursor_more(&in) && *in.next) {
		uint8_t kind = cursor_u8(&in);
		struct cursor text = cursor_string(&in);
		if (kind == 'C')
			cursor_words(text, message->state, sizeof message->state);
		else if (kind == 'V' || (kind == 'S' && !message->text[0]))
			cursor_words(text, message->text, sizeof message->text);
	}
}

static void read_client(struct stream *stream, struct cursor in, struct pgsql_message *message)
{
	struct pgsql_state *state = stream->state;
	struct cursor statement = { 0 };
	switch (message->type) {
	case 'P':
		cursor_string(&in);
		statement = cursor_string(&in);
		break;
	case 'Q':
		statement = cursor_string(&in);
		break;
	case 'p':
		if (state->plain)
			credentials_secret(&state->login, stream, cursor_string(&in));
		state->plain = false;
		break;
	default:
		break;
	}
	if (statement.captured)
		sql_shape(statement.next, statement.captured, SQL_POSTGRES, message->text);
	if (memchr("PBDECH", message->type, 6)) {
		message->begins = !state->batch;
		state->batch = true;
	} else if (message->type == 'S') {
		message->begins = !state->batch;
		state->batch = false;
	} else {
		message->begins = message->type == 'Q' || message->type == 'F' || message->type == 'p';
	}
}

static void read_server(struct pgsql_state *state, struct cursor in, struct pgsql_message *message)
{
	switch (message->type) {
	case 'E':
		message->ends_login = !state->ready;
		read_error(in, message);
		if (message->ends_login && state->login.packet &&
		    (strcmp(message->state, "28P01") == 0 || strcmp(message->state, "28000") == 0))
			credentials_decide(&state->login, false, &message->login);
		break;
	case 'N':
		read_error(in, message);
		break;
	case 'C':
		cursor_words(cursor_string(&in), message->text, sizeof message->text);
		break;
	case 'R':
		message->authentication = cursor_be32(&in);
		state->plain = message->authentication == AUTHENTICATION_PLAIN;
		if (message->authentication == AUTHENTICATION_OK && cursor_ok(&in) && state->login.packet)
			credentials_decide(&state->login, true, &message->login);
		break;
	case 'Z':
		state->ready = true;
		message->text[0] = (char)cursor_u8(&in);
		break;
	default:
		break;
	}
}

static void read_untyped(struct stream *stream, struct cursor *in, struct pgsql_message *message)
{
	struct pgsql_state *state = stream->state;
	switch (load_be32(in->next + 4)) {
	case CANCEL_REQUEST:
		message->kind = PGSQL_CANCEL;
		break;
	case SSL_REQUEST:
		message->kind = PGSQL_SSL_REQUEST;
		state->asked = true;
		break;
	case GSS_REQUEST:
		message->kind = PGSQL_GSS_REQUEST;
		state->asked = true;
		break;
	default:
		message->kind = PGSQL_STARTUP;
		state->started = true;
		read_startup(stream, in, message);
	}
}

static void read_answer(struct stream *stream, struct pgsql_message *message)
{
	struct pgsql_state *state = stream->state;
	message->kind = PGSQL_SSL_ANSWER;
	state->asked = false;
	if (message->type == 'S')
		stream->then = decoder_named("tls");
	state->opaque = message->type == 'G';
}

static struct next decode_pgsql(struct cursor *in, struct packet *packet, void *facts)
{
	struct pgsql_message *message = facts;
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	struct pgsql_state *state = stream->state;
	message->from_client = stream->from_client;
	if (in->captured)
		message->type = *in->next;
	if (in->captured == 1) {
		read_answer(stream, message);
	} else if (stream->from_client && !state->started && in->captured >= 8) {
		read_untyped(stream, in, message);
	} else {
		cursor_skip(in, 5);
		if (stream->from_client)
			read_client(stream, *in, message);
		else
			read_server(state, *in, message);
	}
	if (cursor_ok(in))
		cursor_rest(in);
	return next_none();
}

static bool is_startup(struct cursor in)
{
	uint32_t length = load_be32(in.next), code = load_be32(in.next + 4);
	if (code == SSL_REQUEST || code == GSS_REQUEST)
		return length == 8;
	if (code == CANCEL_REQUEST)
		return length == 16;
	return code >> 16 == VERSION_3 && length > 8 && length <= STARTUP_LIMIT;
}

static bool is_typed(bool from_client, struct cursor in)
{
	uint32_t length = load_be32(in.next + 1);
	return field_words(from_client ? client_types : server_types, *in.next) && length >= 4 &&
	       length <= MESSAGE_LIMIT;
}

/* Nothing may be remembered before all that is looked at has come: until then the same is asked again. */
static struct frame frame_of_length(struct pgsql_state *state, bool from_client, struct cursor in, uint64_t length)
{
	uint64_t held = length < HELD ? length : HELD;
	if (in.captured < held)
		return frame_more();
	state->rest[from_client] = length - held;
	return frame_message(held);
}

static struct frame frame_typed(struct stream *stream, struct cursor in)
{
	struct pgsql_state *state = stream->state;
	if (in.captured < 5)
		return frame_more();
	state->ready = state->ready || stream->middle[false];
	if (!is_typed(stream->from_client, in))
		return frame_lost();
	uint64_t length = 1 + (uint64_t)load_be32(in.next + 1);
	/* Rows, and the data of COPY. */
	if (*in.next == 'd' || (*in.next == 'D' && !stream->from_client))
		return frame_skip(length);
	return frame_of_length(state, stream->from_client, in, length);
}

static struct frame frame_pgsql(struct stream *stream, struct cursor in)
{
	struct pgsql_state *state = stream->state;
	uint64_t rest = state->rest[stream->from_client];
	if (!in.captured)
		return frame_more();
	if (rest) {
		state->rest[stream->from_client] = 0;
		return frame_skip(rest);
	}
	if (state->opaque)
		return frame_skip(in.captured);
	if (!stream->from_client && state->asked && memchr("SNG", *in.next, 3))
		return frame_message(1);
	if (!stream->from_client || state->started)
		return frame_typed(stream, in);
	if (in.captured < 8)
		return frame_more();
	if (is_startup(in))
		return frame_of_length(state, true, in, load_be32(in.next));
	if (!stream->middle[true])
		return frame_lost();
	state->started = state->ready = true;
	return frame_typed(stream, in);
}

static void lose_pgsql(struct stream *stream)
{
	struct pgsql_state *state = stream->state;
	state->rest[stream->from_client] = 0;
	state->batch = state->asked = false;
	state->started = state->ready = true;
}

/* Only a startup message is unmistakable: types are but letters. */
static enum certainty probe_pgsql(const struct stream *stream, struct cursor in)
{
	const struct pgsql_state *state = stream->state;
	if (!stream->from_client && state && state->asked && in.captured)
		return CERTAINTY_PERHAPS;
	if (in.captured < 8)
		return stream->server_port == PORT || !in.captured || *in.next == 0 ? CERTAINTY_MORE : CERTAINTY_NO;
	if (stream->from_client && is_startup(in)) {
		if (load_be32(in.next) == 8)
			return CERTAINTY_CERTAIN;
		return in.captured >= 13 && memcmp(in.next + 8, "user", 5) == 0 ? CERTAINTY_CERTAIN
									       : CERTAINTY_PERHAPS;
	}
	return is_typed(stream->from_client, in) ? CERTAINTY_PERHAPS : CERTAINTY_NO;
}

static void say_error(struct text *to, const struct pgsql_message *message)
{
	const char *condition = condition_of(message->state);
	text_addf(to, "%s %s", message->type == 'E' ? "error" : "notice", message->state);
	if (condition)
		text_addf(to, " (%s)", condition);
}

static void say_typed(struct text *to, const struct pgsql_message *message)
{
	const char *name = field_words(message->from_client ? client_types : server_types, message->type);
	if (!message->from_client && (message->type == 'E' || message->type == 'N')) {
		say_error(to, message);
	} else if (!message->from_client && message->type == 'R') {
		const char *words = field_words(authentications, message->authentication);
		text_addf(to, "authentication : %s", words ? words : "unknown");
	} else if (!message->from_client && message->type == 'Z') {
		const char *words = field_words(states, (uint8_t)message->text[0]);
		text_addf(to, "ready for query (%s)", words ? words : "unknown");
	} else {
		text_add(to, name ? name : "unknown");
		if (message->text[0])
			text_addf(to, " %s", message->text);
	}
}

static void say_pgsql(struct text *to, const void *facts)
{
	static const char *const untyped[] = { [PGSQL_STARTUP] = "startup", [PGSQL_CANCEL] = "cancel request",
		[PGSQL_SSL_REQUEST] = "SSL request", [PGSQL_GSS_REQUEST] = "GSS encryption request" };
	const struct pgsql_message *message = facts;
	text_add(to, "pgsql : ");
	if (message->kind == PGSQL_SSL_ANSWER)
		text_add(to, message->type == 'N' ? "encryption refused" : "encryption accepted");
	else if (message->kind != PGSQL_TYPED)
		text_add(to, untyped[message->kind]);
	else
		say_typed(to, message);
}

static enum exchange_role role_of_client(const struct pgsql_message *message)
{
	if (message->kind == PGSQL_CANCEL || (message->kind == PGSQL_TYPED && message->type == 'X'))
		return EXCHANGE_NONE;
	return message->kind != PGSQL_TYPED || message->begins ? EXCHANGE_REQUEST : EXCHANGE_REQUEST_MORE;
}

/* What the server says up to ReadyForQuery is one answer. In the login every authentication request is one. */
static enum exchange_role role_of_server(const struct pgsql_message *message)
{
	if (message->kind == PGSQL_SSL_ANSWER)
		return EXCHANGE_RESPONSE;
	switch (message->type) {
	case 'R':
		return message->authentication == AUTHENTICATION_OK ||
		       message->authentication == AUTHENTICATION_SASL_FINAL ? EXCHANGE_RESPONSE_BEGIN
									    : EXCHANGE_RESPONSE;
	case 'Z':
		return EXCHANGE_RESPONSE_END;
	case 'E':
		return message->ends_login ? EXCHANGE_RESPONSE : EXCHANGE_RESPONSE_BEGIN;
	case 'A':
	case 'N':
	case 'S':
	case 'K':
	case 'v':
		return EXCHANGE_NONE;
	default:
		return EXCHANGE_RESPONSE_BEGIN;
	}
}

static void mark_pgsql(const void *facts, struct exchange_mark *mark)
{
	const struct pgsql_message *message = facts;
	if (message->from_client) {
		mark->role = role_of_client(message);
		return;
	}
	mark->role = role_of_server(message);
	mark->failed = message->kind == PGSQL_TYPED && message->type == 'E';
	if (mark->failed)
		mark->status = condition_of(message->state);
}

enum {
	FRONTEND, TYPE, LENGTH, MAJOR, MINOR, NAME, VALUE, QUERY, PASSWORD, AUTHENTICATION, STATEMENT, PORTAL, TAG,
	STATUS, PID, KEY, CONDITION, TEXT, COUNT, SEVERITY, CODE, ERROR_MESSAGE, DETAIL, HINT, POSITION, WHERE,
	SCHEMA, TABLE, COLUMN, TYPE_NAME, CONSTRAINT, FILE_NAME, LINE, ROUTINE, COLUMN_NAME, FIELDS };

static const struct field fields[FIELDS + 1] = {
	[FRONTEND] = { "pgsql.frontend", "Frontend", FIELD_FLAG, .names = field_true },
	[TYPE] = { "pgsql.type", "Type", FIELD_TEXT },
	[LENGTH] = { "pgsql.length", "Length", FIELD_UINT },
	[MAJOR] = { "pgsql.version_major", "Protocol major version", FIELD_UINT },
	[MINOR] = { "pgsql.version_minor", "Protocol minor version", FIELD_UINT },
	[NAME] = { "pgsql.parameter_name", "Parameter name", FIELD_TEXT },
	[VALUE] = { "pgsql.parameter_value", "Parameter value", FIELD_TEXT },
	[QUERY] = { "pgsql.query", "Query", FIELD_TEXT },
	[PASSWORD] = { "pgsql.password", "Password", FIELD_TEXT },
	[AUTHENTICATION] = { "pgsql.authtype", "Authentication type", FIELD_UINT, .names = authentications },
	[STATEMENT] = { "pgsql.statement", "Statement", FIELD_TEXT },
	[PORTAL] = { "pgsql.portal", "Portal", FIELD_TEXT },
	[TAG] = { "pgsql.tag", "Tag", FIELD_TEXT },
	[STATUS] = { "pgsql.status", "Status", FIELD_UINT, .names = states },
	[PID] = { "pgsql.pid", "PID", FIELD_UINT },
	[KEY] = { "pgsql.key", "Key", FIELD_UINT },
	[CONDITION] = { "pgsql.condition", "Condition", FIELD_TEXT },
	[TEXT] = { "pgsql.text", "Text", FIELD_TEXT },
	[COUNT] = { "pgsql.field.count", "Field count", FIELD_UINT },
	[SEVERITY] = { "pgsql.severity", "Severity", FIELD_TEXT },
	[CODE] = { "pgsql.code", "Code", FIELD_TEXT },
	[ERROR_MESSAGE] = { "pgsql.message", "Message", FIELD_TEXT },
	[DETAIL] = { "pgsql.detail", "Detail", FIELD_TEXT },
	[HINT] = { "pgsql.hint", "Hint", FIELD_TEXT },
	[POSITION] = { "pgsql.position", "Position", FIELD_TEXT },
	[WHERE] = { "pgsql.where", "Context", FIELD_TEXT },
	[SCHEMA] = { "pgsql.schema_name", "Schema", FIELD_TEXT },
	[TABLE] = { "pgsql.table_name", "Table", FIELD_TEXT },
	[COLUMN] = { "pgsql.column_name", "Column", FIELD_TEXT },
	[TYPE_NAME] = { "pgsql.type_name", "Type", FIELD_TEXT },
	[CONSTRAINT] = { "pgsql.constraint_name", "Constraint", FIELD_TEXT },
	[FILE_NAME] = { "pgsql.file", "File", FIELD_TEXT },
	[LINE] = { "pgsql.line", "Line", FIELD_TEXT },
	[ROUTINE] = { "pgsql.routine", "Routine", FIELD_TEXT },
	[COLUMN_NAME] = { "pgsql.col.name", "Column name", FIELD_TEXT },
};

/* Which field a letter of an error stands for. */
static const struct { char letter; uint8_t field; } error_fields[] = { { 'S', SEVERITY }, { 'C', CODE },
	{ 'M', ERROR_MESSAGE }, { 'D', DETAIL }, { 'H', HINT }, { 'P', POSITION }, { 'W', WHERE }, { 's', SCHEMA },
	{ 't', TABLE }, { 'c', COLUMN }, { 'd', TYPE_NAME }, { 'n', CONSTRAINT }, { 'F', FILE_NAME }, { 'L', LINE },
	{ 'R', ROUTINE } };

static void tell_string(struct teller *teller, int index, struct cursor *in)
{
	struct cursor text = cursor_string(in);
	tell_text(teller, &fields[index], text.next, text.captured, (const char *)text.next, text.captured);
}

static void tell_query(struct teller *teller, struct cursor *in)
{
	struct cursor text = cursor_string(in);
	if (sql_is_secret(text.next, text.captured))
		tell_secret(teller, &fields[QUERY], text.next, text.captured);
	else
		tell_text(teller, &fields[QUERY], text.next, text.captured, (const char *)text.next, text.captured);
}

static void tell_error(struct teller *teller, struct cursor *in)
{
	while (cursor_more(in) && *in->next) {
		uint8_t letter = cursor_u8(in);
		int index = -1;
		for (size_t i = 0; i < sizeof error_fields / sizeof *error_fields; i++)
			if (error_fields[i].letter == (char)letter)
				index = error_fields[i].field;
		if (index >= 0)
			tell_string(teller, index, in);
		else
			cursor_string(in);
	}
}

static void tell_columns(struct teller *teller, struct cursor *in)
{
	uint16_t count = tell_be16(teller, &fields[COUNT], in);
	for (; count && cursor_more(in); count--) {
		tell_string(teller, COLUMN_NAME, in);
		cursor_skip(in, 18);
	}
}

static void tell_client(struct teller *teller, struct cursor *in, uint8_t type)
{
	switch (type) {
	case 'Q':
		tell_query(teller, in);
		break;
	case 'P':
		tell_string(teller, STATEMENT, in);
		tell_query(teller, in);
		break;
	case 'B':
		tell_string(teller, PORTAL, in);
		tell_string(teller, STATEMENT, in);
		break;
	case 'C':
	case 'D':
		tell_string(teller, cursor_u8(in) == 'P' ? PORTAL : STATEMENT, in);
		break;
	case 'E':
		tell_string(teller, PORTAL, in);
		break;
	case 'p':
		if (in->captured)
			tell_secret(teller, &fields[PASSWORD], in->next, in->captured);
		break;
	default:
		break;
	}
}

static void tell_server(struct teller *teller, struct cursor *in, uint8_t type)
{
	switch (type) {
	case 'R':
		tell_be32(teller, &fields[AUTHENTICATION], in);
		break;
	case 'S':
		tell_string(teller, NAME, in);
		tell_string(teller, VALUE, in);
		break;
	case 'K':
		tell_be32(teller, &fields[PID], in);
		tell_be32(teller, &fields[KEY], in);
		break;
	case 'Z':
		tell_u8(teller, &fields[STATUS], in);
		break;
	case 'C':
		tell_string(teller, TAG, in);
		break;
	case 'T':
		tell_columns(teller, in);
		break;
	case 'E':
	case 'N':
		tell_error(teller, in);
		break;
	case 'A':
		tell_be32(teller, &fields[PID], in);
		tell_string(teller, CONDITION, in);
		tell_string(teller, TEXT, in);
		break;
	default:
		break;
	}
}

static void tell_type(struct teller *teller, const uint8_t *at, size_t length, const char *words)
{
	if (words)
		tell_text(teller, &fields[TYPE], at, length, words, strlen(words));
}

static void tell_untyped(struct teller *teller, struct cursor *in, const struct pgsql_message *message)
{
	static const char *const words[] = { [PGSQL_STARTUP] = "Startup message", [PGSQL_CANCEL] = "Cancel request",
		[PGSQL_SSL_REQUEST] = "SSL request", [PGSQL_GSS_REQUEST] = "GSS encrypt request" };
	tell_type(teller, NULL, 0, words[message->kind]);
	tell_be32(teller, &fields[LENGTH], in);
	if (message->kind == PGSQL_CANCEL) {
		cursor_skip(in, 4);
		tell_be32(teller, &fields[PID], in);
		tell_be32(teller, &fields[KEY], in);
	} else if (message->kind == PGSQL_STARTUP) {
		tell_be16(teller, &fields[MAJOR], in);
		tell_be16(teller, &fields[MINOR], in);
		while (cursor_more(in) && *in->next) {
			tell_string(teller, NAME, in);
			tell_string(teller, VALUE, in);
		}
	}
}

static void tell_pgsql(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct pgsql_message *message = facts;
	const uint8_t *at = in.next;
	(void)packet;
	tell_number(teller, &fields[FRONTEND], NULL, 0, message->from_client);
	if (message->kind == PGSQL_SSL_ANSWER) {
		tell_type(teller, at, 1, "SSL response");
		return;
	}
	if (message->kind != PGSQL_TYPED) {
		tell_untyped(teller, &in, message);
		return;
	}
	cursor_skip(&in, 1);
	tell_type(teller, at, 1, field_words(message->from_client ? client_types : server_types, message->type));
	tell_be32(teller, &fields[LENGTH], &in);
	if (message->from_client)
		tell_client(teller, &in, message->type);
	else
		tell_server(teller, &in, message->type);
}

static const struct streaming streaming = {
	.state_size = sizeof(struct pgsql_state),
	.anywhere = true,
	.probe = probe_pgsql,
	.frame = frame_pgsql,
	.lost = lose_pgsql,
};

const struct decoder pgsql_decoder = {
	.name = "pgsql",
	.protocol = "PGSQL",
	.title = "PostgreSQL",
	.bindings = { { BY_TCP_PORT, PORT } },
	.facts_size = sizeof(struct pgsql_message),
	.decode = decode_pgsql,
	.stream = &streaming,
	.words = say_pgsql,
	.exchange = mark_pgsql,
	.fields = fields,
	.tell = tell_pgsql,
};

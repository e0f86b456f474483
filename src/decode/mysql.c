#include "decode/mysql.h"

#include <string.h>

#include "decode/decoder.h"

#define PORT 3306
#define HEADER 4                 /* length and sequence number */
#define HELD 8192                /* bytes of a packet that are looked at; the rest is passed over */
#define LONGEST 0xffffff         /* a packet of this length goes on in the next one */

enum {
	PROTOCOL_10 = 10,
	OK = 0x00, MORE_AUTHENTICATION = 0x01, NULL_COLUMN = 0xfb, END = 0xfe, ERROR = 0xff,
	END_LENGTH = 9,              /* an end of rows is shorter than this */
	OLD_END_LENGTH = 5,          /* 0xfe, warnings, status */
	CAPABILITY_DATABASE = 1 << 3, CAPABILITY_COMPRESS = 1 << 5, CAPABILITY_41 = 1 << 9,
	CAPABILITY_SSL = 1 << 11, CAPABILITY_SECURE = 1 << 15, CAPABILITY_PLUGIN = 1 << 19,
	CAPABILITY_LENGTH_ENCODED = 1 << 21, CAPABILITY_ZSTD = 1 << 26, CAPABILITY_ATTRIBUTES = 1 << 27,
	MORE_RESULTS = 0x0008,       /* server status */
	LOGIN_FIXED = 32,            /* bytes before the user */
};
enum command { COM_QUIT = 1, COM_INIT_DB, COM_QUERY, COM_FIELD_LIST, COM_STATISTICS = 9, COM_CHANGE_USER = 17,
	COM_BINLOG_DUMP, COM_PREPARE = 22, COM_EXECUTE, COM_SEND_LONG_DATA, COM_CLOSE_STATEMENT, COM_FETCH = 28,
	COM_BINLOG_DUMP_GTID = 30, COM_LAST = 31 };
enum { ACCESS_DENIED = 1045, ACCESS_DENIED_NO_PASSWORD = 1698 };
/* What the next packet of the server is. */
enum expectation { EXPECT_GREETING, EXPECT_AUTHENTICATION, EXPECT_ANSWER, EXPECT_COLUMNS, EXPECT_ROWS,
	EXPECT_DEFINITIONS, EXPECT_NOTHING };

struct mysql_state {
	uint64_t rest[2];            /* of a long packet: [from_client] */
	bool goes_on[2];             /* the next packet is more of the last one */
	uint32_t capabilities;       /* of the client */
	uint64_t left;               /* columns or definitions before what follows them */
	uint8_t expect;              /* enum expectation */
	uint8_t command;
	bool logged_in;              /* what the client sends with sequence number 0 is a command */
	bool sends_file;             /* LOAD DATA LOCAL */
	bool opaque;                 /* compressed */
	struct credentials login;    /* under way: of the password only what proves it is sent */
};

static const struct field_name commands[] = { { 0, "SLEEP" }, { COM_QUIT, "Quit" }, { COM_INIT_DB, "Use Database" },
	{ COM_QUERY, "Query" }, { COM_FIELD_LIST, "Show Fields" }, { 5, "Create Database" },
	{ 6, "Drop Database" }, { 7, "Refresh" }, { 8, "Shutdown" }, { COM_STATISTICS, "Statistics" },
	{ 10, "Process List" }, { 11, "Connect" }, { 12, "Kill Server Thread" }, { 13, "Dump Debuginfo" },
	{ 14, "Ping" }, { 15, "Time" }, { 16, "Insert Delayed" }, { COM_CHANGE_USER, "Change User" },
	{ COM_BINLOG_DUMP, "Send Binlog" }, { 19, "Send Table" }, { 20, "Slave Connect" }, { 21, "Register Slave" },
	{ COM_PREPARE, "Prepare Statement" }, { COM_EXECUTE, "Execute Statement" },
	{ COM_SEND_LONG_DATA, "Send BLOB" }, { COM_CLOSE_STATEMENT, "Close Statement" },
	{ 26, "Reset Statement" }, { 27, "Set Option" }, { COM_FETCH, "Fetch Data" }, { 29, "Daemon" },
	{ COM_BINLOG_DUMP_GTID, "Send Binlog GTID" }, { COM_LAST, "Reset Connection" }, { 0, NULL } };

/* https://dev.mysql.com/doc/mysql-errors/en/server-error-reference.html: those that are met. */
static const struct field_name errors[] = { { 1007, "database exists" }, { 1008, "no such database to drop" },
	{ 1021, "disk full" }, { 1037, "out of memory" }, { 1040, "too many connections" },
	{ 1041, "out of resources" }, { 1043, "bad handshake" }, { 1044, "access denied to the database" },
	{ 1045, "access denied" }, { 1046, "no database selected" }, { 1047, "unknown command" },
	{ 1048, "column cannot be null" }, { 1049, "unknown database" }, { 1050, "table exists" },
	{ 1051, "unknown table" }, { 1053, "server shutdown" }, { 1054, "unknown column" },
	{ 1062, "duplicate entry" }, { 1064, "syntax error" }, { 1065, "empty query" },
	{ 1114, "table is full" }, { 1129, "host is blocked" }, { 1130, "host is not allowed to connect" },
	{ 1142, "command denied on the table" }, { 1146, "no such table" }, { 1152, "aborted connection" },
	{ 1153, "packet too large" }, { 1156, "packets out of order" }, { 1203, "too many connections of the user" },
	{ 1205, "lock wait timeout" }, { 1206, "lock table full" }, { 1213, "deadlock" },
	{ 1216, "foreign key: no such parent" }, { 1217, "foreign key: has children" },
	{ 1226, "user's resources are used up" }, { 1227, "privilege needed" }, { 1243, "unknown prepared statement" },
	{ 1251, "client is too old for the login" }, { 1290, "option prevents the statement" },
	{ 1317, "query interrupted" }, { 1364, "column has no default" }, { 1406, "data too long" },
	{ 1451, "foreign key: has children" }, { 1452, "foreign key: no such parent" },
	{ 1461, "too many prepared statements" }, { 1698, "access denied" }, { 1820, "password must be changed" },
	{ 1862, "password expired" }, { 1927, "connection killed" }, { 3024, "query took too long" },
	{ 3118, "account locked" }, { 3159, "secure transport required" }, { 4031, "idle too long" }, { 0, NULL } };

static uint32_t le24(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16;
}

/* A number of 1 to 9 bytes, by its first one. */
static uint64_t take_length_encoded(struct cursor *in)
{
	uint8_t first = cursor_u8(in);
	if (first < NULL_COLUMN)
		return first;
	if (first == 0xfc)
		return cursor_le16(in);
	if (first == 0xfd) {
		uint64_t low = cursor_le16(in);
		return low | (uint64_t)cursor_u8(in) << 16;
	}
	uint64_t low = cursor_le32(in);
	return low | (uint64_t)cursor_le32(in) << 32;
}

/* Since 8.0.23 attributes may stand before the statement. False when there are any. */
static bool skip_attributes(const struct mysql_state *state, struct cursor *in)
{
	if (!(state->capabilities & CAPABILITY_ATTRIBUTES) || !in->captured || *in->next)
		return !(state->capabilities & CAPABILITY_ATTRIBUTES);
	cursor_skip(in, 2);
	return cursor_ok(in);
}

static void read_user(struct stream *stream, struct cursor *in, struct mysql_message *message)
{
	struct mysql_state *state = stream->state;
	struct cursor user = cursor_string(in);
	cursor_words(user, message->user, sizeof message->user);
	state->login = (struct credentials){ .packet = stream->packet, .time = stream->time };
	credentials_name(&state->login, user);
}

static void read_command(struct stream *stream, struct cursor *in, struct mysql_message *message)
{
	struct mysql_state *state = stream->state;
	message->kind = MYSQL_COMMAND;
	message->command = cursor_u8(in);
	state->command = message->command;
	state->expect = EXPECT_ANSWER;
	state->sends_file = false;
	switch (message->command) {
	case COM_QUERY:
		if (!skip_attributes(state, in))
			break;
		sql_shape(in->next, in->captured, SQL_MYSQL, message->text);
		break;
	case COM_PREPARE:
		sql_shape(in->next, in->captured, SQL_MYSQL, message->text);
		break;
	case COM_INIT_DB:
		cursor_words(*in, message->text, sizeof message->text);
		break;
	case COM_CHANGE_USER:
		read_user(stream, in, message);
		state->expect = EXPECT_AUTHENTICATION;
		break;
	case COM_QUIT:
	case COM_SEND_LONG_DATA:
	case COM_CLOSE_STATEMENT:
		message->silent = true;
		state->expect = EXPECT_NOTHING;
		break;
	case COM_FETCH:
		state->expect = EXPECT_ROWS;
		break;
	default:
		break;
	}
}

static void read_login(struct stream *stream, struct cursor *in, struct mysql_message *message)
{
	struct mysql_state *state = stream->state;
	uint32_t capabilities = cursor_le16(in);
	if (capabilities & CAPABILITY_41) {
		capabilities |= (uint32_t)cursor_le16(in) << 16;
		cursor_skip(in, LOGIN_FIXED - 4);
	} else {
		cursor_skip(in, 3); /* the longest packet */
	}
	state->capabilities = capabilities;
	state->expect = EXPECT_AUTHENTICATION;
	if (capabilities & CAPABILITY_SSL && cursor_ok(in) && !in->declared && !stream->around) {
		message->kind = MYSQL_SSL_REQUEST;
		stream->then = decoder_named("tls");
		return;
	}
	message->kind = MYSQL_LOGIN;
	read_user(stream, in, message);
}

static void read_client(struct stream *stream, struct cursor *in, uint8_t sequence,
			struct mysql_message *message)
{
	struct mysql_state *state = stream->state;
	if (sequence == 0) {
		state->logged_in = true;
		read_command(stream, in, message);
	} else if (state->expect == EXPECT_AUTHENTICATION && state->capabilities) {
		message->kind = MYSQL_AUTHENTICATION;
	} else {
		read_login(stream, in, message);
	}
}

static void read_greeting(struct mysql_state *state, struct cursor *in, struct mysql_message *message)
{
	message->kind = MYSQL_GREETING;
	cursor_words(cursor_string(in), message->text, sizeof message->text);
	state->expect = EXPECT_AUTHENTICATION;
}

static void read_error(struct mysql_state *state, struct cursor *in, struct mysql_message *message)
{
	message->kind = MYSQL_ERROR;
	message->last = true;
	message->code = cursor_le16(in);
	if (in->captured >= 6 && *in->next == '#') {
		cursor_skip(in, 1);
		cursor_words(cursor_split(in, 5), message->state, sizeof message->state);
	}
	state->expect = EXPECT_NOTHING;
}

/* Another result may follow: of a procedure, or of several statements in one. */
static void end_result(struct mysql_state *state, struct mysql_message *message, uint16_t status)
{
	message->last = !(status & MORE_RESULTS);
	state->expect = message->last ? EXPECT_NOTHING : EXPECT_ANSWER;
	if (state->capabilities & (CAPABILITY_COMPRESS | CAPABILITY_ZSTD) && !state->logged_in && message->last)
		state->opaque = true;
}

static void read_ok(struct mysql_state *state, struct cursor *in, struct mysql_message *message)
{
	message->kind = MYSQL_OK;
	if (state->command == COM_PREPARE && state->logged_in && state->expect == EXPECT_ANSWER) {
		cursor_skip(in, 4); /* statement */
		uint16_t columns = cursor_le16(in), parameters = cursor_le16(in);
		message->last = true;
		state->left = (uint64_t)columns + parameters;
		state->expect = state->left ? EXPECT_DEFINITIONS : EXPECT_NOTHING;
		return;
	}
	take_length_encoded(in);     /* rows that changed */
	take_length_encoded(in);     /* last inserted */
	end_result(state, message, cursor_le16(in));
}

static void read_end_of_rows(struct mysql_state *state, struct cursor *in, size_t length,
			     struct mysql_message *message)
{
	message->kind = MYSQL_END_OF_ROWS;
	if (length == OLD_END_LENGTH) {
		cursor_skip(in, 2); /* warnings */
	} else {
		take_length_encoded(in);
		take_length_encoded(in);
	}
	end_result(state, message, cursor_le16(in));
}

static void read_result(struct mysql_state *state, struct cursor *in, uint8_t first,
			struct mysql_message *message)
{
	if (state->command == COM_STATISTICS) {
		message->kind = MYSQL_STATISTICS;
		message->last = true;
		state->expect = EXPECT_NOTHING;
	} else if (first == NULL_COLUMN) {
		message->kind = MYSQL_INFILE;
		state->sends_file = true;
	} else {
		message->kind = MYSQL_RESULT;
		in->next--, in->captured++, in->declared++;
		state->left = take_length_encoded(in);
		state->expect = state->command == COM_FIELD_LIST || !state->left ? EXPECT_ROWS : EXPECT_COLUMNS;
	}
}

static void read_server(struct mysql_state *state, struct cursor *in, uint8_t sequence,
			struct mysql_message *message)
{
	size_t length = in->declared;
	uint8_t first = cursor_u8(in);
	bool authenticates = state->expect <= EXPECT_AUTHENTICATION, asked = state->login.packet != 0;
	if (first == PROTOCOL_10 && sequence == 0)
		read_greeting(state, in, message);
	else if (first == ERROR)
		read_error(state, in, message);
	else if (authenticates && (first == END || first == MORE_AUTHENTICATION))
		message->kind = MYSQL_SWITCH;
	else if (first == END && (length < END_LENGTH || state->expect == EXPECT_ROWS))
		read_end_of_rows(state, in, length, message);
	else if (first == OK)
		read_ok(state, in, message);
	else
		read_result(state, in, first, message);
	bool denied = message->code == ACCESS_DENIED || message->code == ACCESS_DENIED_NO_PASSWORD;
	if (authenticates && asked && (message->kind == MYSQL_OK || (message->kind == MYSQL_ERROR && denied)))
		credentials_decide(&state->login, message->kind == MYSQL_OK, &message->login);
}

static struct next decode_mysql(struct cursor *in, struct packet *packet, void *facts)
{
	struct mysql_message *message = facts;
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	cursor_skip(in, 3);
	uint8_t sequence = cursor_u8(in);
	struct cursor body = *in;
	if (stream->from_client)
		read_client(stream, &body, sequence, message);
	else
		read_server(stream->state, &body, sequence, message);
	/* What is too short for what it says it is stays what it is; the rest of its facts is empty. */
	cursor_rest(in);
	return next_none();
}

static bool is_greeting(struct cursor in)
{
	if (in.captured < 6 || in.next[3] || in.next[4] != PROTOCOL_10 || in.next[5] < '0' || in.next[5] > '9')
		return false;
	size_t at = 5;
	while (at < in.captured && at < 64 && in.next[at] >= ' ' && in.next[at] < 0x7f)
		at++;
	if (at == in.captured || in.next[at])
		return false;
	/* Behind the version: the thread, half of the salt, and a zero. */
	return in.captured > at + 13 && in.next[at + 13] == 0 && le24(in.next) > at && le24(in.next) < 512;
}

/* Version 4.1 and later: after the flags, the longest packet and the character set 23 bytes are reserved, the
 * last four of which MariaDB uses. */
static bool is_login(struct cursor in)
{
	if (in.captured < HEADER + LOGIN_FIXED || le24(in.next) < LOGIN_FIXED || le24(in.next) > 4096)
		return false;
	if (!(load_le16(in.next + HEADER) & CAPABILITY_41) || in.next[3] == 0 || in.next[3] > 3)
		return false;
	for (size_t i = 9; i < LOGIN_FIXED - 4; i++)
		if (in.next[HEADER + i])
			return false;
	return true;
}

static bool is_command(struct cursor in)
{
	return in.next[3] == 0 && in.next[4] <= COM_LAST && le24(in.next) > 0;
}

static struct frame pass(struct mysql_state *state, bool from_client, uint32_t length)
{
	state->goes_on[from_client] = length == LONGEST;
	return frame_skip(HEADER + (uint64_t)length);
}

/* Nothing may be remembered before all that is looked at has come: until then the same is asked again. */
static struct frame hold(struct mysql_state *state, bool from_client, struct cursor in, uint32_t length)
{
	uint64_t whole = HEADER + (uint64_t)length, held = whole < HELD ? whole : HELD;
	if (in.captured < held)
		return frame_more();
	state->goes_on[from_client] = length == LONGEST;
	state->rest[from_client] = whole - held;
	return frame_message(held);
}

static struct frame frame_client(struct stream *stream, struct cursor in, uint32_t length)
{
	struct mysql_state *state = stream->state;
	uint8_t sequence = in.next[3];
	if (state->sends_file) {
		state->sends_file = length > 0;
		return pass(state, true, length);
	}
	if (sequence == 0) {
		if (in.captured < HEADER + 1)
			return length ? frame_more() : frame_lost();
		return is_command(in) ? hold(state, true, in, length) : frame_lost();
	}
	/* The rest of something, unless it belongs to the login. */
	if (state->expect > EXPECT_AUTHENTICATION || sequence > 16)
		return pass(state, true, length);
	if (state->expect == EXPECT_GREETING || !state->capabilities) {
		if (in.captured < HEADER + LOGIN_FIXED && length >= LOGIN_FIXED)
			return frame_more();
		bool old = length >= 6 && in.captured >= HEADER + 2 &&
			   !(load_le16(in.next + HEADER) & CAPABILITY_41);
		if (!old && !is_login(in))
			return length < LOGIN_FIXED && state->expect ? pass(state, true, length) : frame_lost();
	}
	return hold(state, true, in, length);
}

/* What comes before and between rows is passed over, and so are they. */
static struct frame frame_server(struct stream *stream, struct cursor in, uint32_t length)
{
	struct mysql_state *state = stream->state;
	if (!length)
		return pass(state, false, 0);
	if (in.captured < HEADER + 1)
		return frame_more();
	uint8_t first = in.next[HEADER];
	switch ((enum expectation)state->expect) {
	case EXPECT_GREETING:
		if (first != PROTOCOL_10 && first != ERROR && !stream->around && !stream->middle[false])
			return frame_lost();
		return hold(state, false, in, length);
	case EXPECT_AUTHENTICATION:
	case EXPECT_ANSWER:
		return hold(state, false, in, length);
	case EXPECT_COLUMNS:
		if (first == ERROR)
			return hold(state, false, in, length);
		if (--state->left == 0)
			state->expect = EXPECT_ROWS;
		return pass(state, false, length);
	case EXPECT_DEFINITIONS:
		if (first != END || length != OLD_END_LENGTH)
			state->left--;
		if (!state->left)
			state->expect = EXPECT_NOTHING;
		return pass(state, false, length);
	case EXPECT_ROWS:
		/* Behind the columns an old server says that they end. */
		if (first == END && length == OLD_END_LENGTH && state->left == 0 && state->command != COM_FETCH &&
		    state->command != COM_FIELD_LIST) {
			state->left = 1;
			return pass(state, false, length);
		}
		state->left = 1;
		if (first == ERROR || (first == END && length < LONGEST))
			return hold(state, false, in, length);
		return pass(state, false, length);
	case EXPECT_NOTHING:
		break;
	}
	return pass(state, false, length);
}

static struct frame frame_mysql(struct stream *stream, struct cursor in)
{
	struct mysql_state *state = stream->state;
	bool from_client = stream->from_client;
	uint64_t rest = state->rest[from_client];
	if (!in.captured)
		return frame_more();
	if (rest) {
		state->rest[from_client] = 0;
		return frame_skip(rest);
	}
	if (state->opaque)
		return frame_skip(in.captured);
	if (in.captured < HEADER)
		return frame_more();
	uint32_t length = le24(in.next);
	if (state->goes_on[from_client])
		return pass(state, from_client, length);
	return from_client ? frame_client(stream, in, length) : frame_server(stream, in, length);
}

/* Which answer is under way is not known before the next command. */
static void lose_mysql(struct stream *stream)
{
	struct mysql_state *state = stream->state;
	state->rest[stream->from_client] = 0;
	state->goes_on[stream->from_client] = state->sends_file = false;
	state->expect = EXPECT_NOTHING;
}

static enum certainty probe_mysql(const struct stream *stream, struct cursor in)
{
	bool bound = stream->server_port == PORT;
	if (in.captured < 5)
		return bound || !in.captured ? CERTAINTY_MORE : CERTAINTY_NO;
	if (!stream->from_client) {
		if (is_greeting(in))
			return CERTAINTY_CERTAIN;
		return in.next[4] == ERROR || (stream->middle[false] && le24(in.next) <= in.captured)
			? CERTAINTY_PERHAPS : CERTAINTY_NO;
	}
	if (is_login(in))
		return stream->around || bound ? CERTAINTY_LIKELY : CERTAINTY_PERHAPS;
	return is_command(in) ? CERTAINTY_PERHAPS : CERTAINTY_NO;
}

static void say_error(struct text *to, const struct mysql_message *message)
{
	const char *words = field_words(errors, message->code);
	text_addf(to, "error %u", message->code);
	if (words)
		text_addf(to, " (%s)", words);
}

static void say_mysql(struct text *to, const void *facts)
{
	static const char *const kinds[] = { [MYSQL_OTHER] = "packet", [MYSQL_GREETING] = "server greeting",
		[MYSQL_LOGIN] = "login", [MYSQL_SSL_REQUEST] = "SSL request", [MYSQL_SWITCH] = "more authentication",
		[MYSQL_AUTHENTICATION] = "authentication", [MYSQL_COMMAND] = "command", [MYSQL_OK] = "OK",
		[MYSQL_ERROR] = "error", [MYSQL_RESULT] = "result", [MYSQL_END_OF_ROWS] = "end of rows",
		[MYSQL_INFILE] = "asks for a local file", [MYSQL_STATISTICS] = "statistics" };
	const struct mysql_message *message = facts;
	const char *command = field_words(commands, message->command);
	text_add(to, "mysql : ");
	if (message->kind == MYSQL_ERROR)
		say_error(to, message);
	else if (message->kind == MYSQL_COMMAND)
		text_add(to, command ? command : "unknown command");
	else
		text_add(to, kinds[message->kind]);
	if (message->text[0])
		text_addf(to, " %s", message->text);
}

static void mark_mysql(const void *facts, struct exchange_mark *mark)
{
	const struct mysql_message *message = facts;
	switch ((enum mysql_kind)message->kind) {
	case MYSQL_OTHER:
	case MYSQL_GREETING:
	case MYSQL_SSL_REQUEST:
		return;
	case MYSQL_COMMAND:
		mark->role = message->silent ? EXCHANGE_NONE : EXCHANGE_REQUEST;
		return;
	case MYSQL_LOGIN:
	case MYSQL_AUTHENTICATION:
		mark->role = EXCHANGE_REQUEST;
		return;
	case MYSQL_SWITCH:
	case MYSQL_STATISTICS:
		mark->role = EXCHANGE_RESPONSE;
		return;
	case MYSQL_RESULT:
	case MYSQL_INFILE:
		mark->role = EXCHANGE_RESPONSE_BEGIN;
		return;
	case MYSQL_END_OF_ROWS:
	case MYSQL_OK:
	case MYSQL_ERROR:
		break;
	}
	mark->role = !message->last ? EXCHANGE_RESPONSE_BEGIN
		   : message->kind == MYSQL_END_OF_ROWS ? EXCHANGE_RESPONSE_END : EXCHANGE_RESPONSE;
	mark->failed = message->kind == MYSQL_ERROR;
	mark->code = message->code;
	mark->status = mark->failed ? field_words(errors, message->code) : NULL;
}

enum { LENGTH, NUMBER, PROTOCOL, VERSION, THREAD, SALT, SERVER_CAPABILITIES, SERVER_LANGUAGE, SERVER_STATUS,
	SERVER_EXTENDED, PLUGIN_LENGTH, SALT2, PLUGIN, CLIENT_CAPABILITIES, CLIENT_EXTENDED, MAX_PACKET, CHARSET,
	USER, PASSWORD, SCHEMA, CLIENT_PLUGIN, COMMAND, QUERY, STATEMENT_ID, RESPONSE_CODE, ERROR_CODE, SQLSTATE,
	ERROR_MESSAGE, AFFECTED, INSERT_ID, WARNINGS, MESSAGE, COLUMNS, PARAMETERS, PAYLOAD, FIELDS };

static const struct field_name response_codes[] = { { OK, "OK Packet" }, { ERROR, "ERR Packet" },
	{ END, "EOF Packet" }, { NULL_COLUMN, "LOCAL INFILE Packet" }, { 0, NULL } };

static const struct field fields[FIELDS + 1] = {
	[LENGTH] = { "mysql.packet_length", "Packet Length", FIELD_UINT },
	[NUMBER] = { "mysql.packet_number", "Packet Number", FIELD_UINT },
	[PROTOCOL] = { "mysql.protocol", "Protocol", FIELD_UINT },
	[VERSION] = { "mysql.version", "Version", FIELD_TEXT },
	[THREAD] = { "mysql.thread_id", "Thread ID", FIELD_UINT },
	[SALT] = { "mysql.salt", "Salt", FIELD_TEXT },
	[SERVER_CAPABILITIES] = { "mysql.caps.server", "Server Capabilities", FIELD_UINT, FORM_HEX, 2 },
	[SERVER_LANGUAGE] = { "mysql.server_language", "Server Language", FIELD_UINT },
	[SERVER_STATUS] = { "mysql.server_status", "Server Status", FIELD_UINT, FORM_HEX, 2 },
	[SERVER_EXTENDED] = { "mysql.extcaps.server", "Extended Server Capabilities", FIELD_UINT, FORM_HEX, 2 },
	[PLUGIN_LENGTH] = { "mysql.auth_plugin.length", "Authentication Plugin Length", FIELD_UINT },
	[SALT2] = { "mysql.salt2", "Salt", FIELD_TEXT },
	[PLUGIN] = { "mysql.auth_plugin", "Authentication Plugin", FIELD_TEXT },
	[CLIENT_CAPABILITIES] = { "mysql.caps.client", "Client Capabilities", FIELD_UINT, FORM_HEX, 2 },
	[CLIENT_EXTENDED] = { "mysql.extcaps.client", "Extended Client Capabilities", FIELD_UINT, FORM_HEX, 2 },
	[MAX_PACKET] = { "mysql.max_packet", "MAX Packet", FIELD_UINT },
	[CHARSET] = { "mysql.charset", "Charset", FIELD_UINT },
	[USER] = { "mysql.user", "Username", FIELD_TEXT },
	[PASSWORD] = { "mysql.passwd", "Password", FIELD_BYTES },
	[SCHEMA] = { "mysql.schema", "Schema", FIELD_TEXT },
	[CLIENT_PLUGIN] = { "mysql.client_auth_plugin", "Client Auth Plugin", FIELD_TEXT },
	[COMMAND] = { "mysql.command", "Command", FIELD_UINT, .names = commands },
	[QUERY] = { "mysql.query", "Statement", FIELD_TEXT },
	[STATEMENT_ID] = { "mysql.stmt_id", "Statement ID", FIELD_UINT },
	[RESPONSE_CODE] = { "mysql.response_code", "Response Code", FIELD_UINT, FORM_HEX, 1, .names = response_codes },
	[ERROR_CODE] = { "mysql.error_code", "Error Code", FIELD_UINT, .names = errors },
	[SQLSTATE] = { "mysql.sqlstate", "SQL state", FIELD_TEXT },
	[ERROR_MESSAGE] = { "mysql.error.message", "Error message", FIELD_TEXT },
	[AFFECTED] = { "mysql.affected_rows", "Affected Rows", FIELD_UINT },
	[INSERT_ID] = { "mysql.insert_id", "Last INSERT ID", FIELD_UINT },
	[WARNINGS] = { "mysql.warnings", "Warnings", FIELD_UINT },
	[MESSAGE] = { "mysql.message", "Message", FIELD_TEXT },
	[COLUMNS] = { "mysql.num_fields", "Number of fields", FIELD_UINT },
	[PARAMETERS] = { "mysql.num_params", "Number of parameter", FIELD_UINT },
	[PAYLOAD] = { "mysql.payload", "Payload", FIELD_BYTES },
};

static void tell_words(struct teller *teller, int index, struct cursor text)
{
	tell_text(teller, &fields[index], text.next, text.captured, (const char *)text.next, text.captured);
}

static void tell_string(struct teller *teller, int index, struct cursor *in)
{
	tell_words(teller, index, cursor_string(in));
}

static void tell_rest(struct teller *teller, int index, struct cursor *in)
{
	if (cursor_ok(in) && in->captured)
		tell_words(teller, index, cursor_rest(in));
}

static void tell_length_encoded(struct teller *teller, int index, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint64_t value = take_length_encoded(in);
	if (cursor_ok(in))
		tell_number(teller, &fields[index], at, (size_t)(in->next - at), (int64_t)value);
}

static void tell_greeting(struct teller *teller, struct cursor *in)
{
	tell_u8(teller, &fields[PROTOCOL], in);
	tell_string(teller, VERSION, in);
	tell_le32(teller, &fields[THREAD], in);
	tell_string(teller, SALT, in);
	tell_le16(teller, &fields[SERVER_CAPABILITIES], in);
	if (!cursor_more(in))
		return;
	tell_u8(teller, &fields[SERVER_LANGUAGE], in);
	tell_le16(teller, &fields[SERVER_STATUS], in);
	tell_le16(teller, &fields[SERVER_EXTENDED], in);
	tell_u8(teller, &fields[PLUGIN_LENGTH], in);
	cursor_skip(in, 10);
	if (cursor_more(in))
		tell_string(teller, SALT2, in);
	if (cursor_more(in))
		tell_string(teller, PLUGIN, in);
}

static void tell_login(struct teller *teller, struct cursor *in, const struct mysql_message *message)
{
	uint32_t capabilities = tell_le16(teller, &fields[CLIENT_CAPABILITIES], in);
	if (!(capabilities & CAPABILITY_41)) {
		cursor_skip(in, 3);
		tell_string(teller, USER, in);
		return;
	}
	capabilities |= (uint32_t)tell_le16(teller, &fields[CLIENT_EXTENDED], in) << 16;
	tell_le32(teller, &fields[MAX_PACKET], in);
	tell_u8(teller, &fields[CHARSET], in);
	cursor_skip(in, 23);
	if (message->kind == MYSQL_SSL_REQUEST)
		return;
	tell_string(teller, USER, in);
	uint64_t length = capabilities & CAPABILITY_LENGTH_ENCODED ? take_length_encoded(in)
			: capabilities & CAPABILITY_SECURE ? cursor_u8(in) : strnlen((const char *)in->next, in->captured);
	if (length > in->declared)
		return;
	struct cursor password = cursor_split(in, (size_t)length);
	if (password.captured)
		tell_secret(teller, &fields[PASSWORD], password.next, password.captured);
	if (!(capabilities & (CAPABILITY_SECURE | CAPABILITY_LENGTH_ENCODED)))
		cursor_skip(in, 1);
	if (capabilities & CAPABILITY_DATABASE && cursor_more(in))
		tell_string(teller, SCHEMA, in);
	if (capabilities & CAPABILITY_PLUGIN && cursor_more(in))
		tell_string(teller, CLIENT_PLUGIN, in);
}

static void tell_query(struct teller *teller, struct cursor *in)
{
	if (!in->captured)
		return;
	if (sql_is_secret(in->next, in->captured))
		tell_secret(teller, &fields[QUERY], in->next, in->captured);
	else
		tell_rest(teller, QUERY, in);
}

static void tell_command(struct teller *teller, struct cursor *in)
{
	switch (tell_u8(teller, &fields[COMMAND], in)) {
	case COM_QUERY:
		/* Attributes begin with their number and that of their sets. */
		if (in->captured > 2 && in->next[0] == 0 && in->next[1] == 1)
			cursor_skip(in, 2);
		tell_query(teller, in);
		break;
	case COM_PREPARE:
		tell_query(teller, in);
		break;
	case COM_INIT_DB:
		tell_rest(teller, SCHEMA, in);
		break;
	case COM_CHANGE_USER: {
		tell_string(teller, USER, in);
		uint8_t length = cursor_u8(in);
		struct cursor password = cursor_split(in, length);
		if (cursor_ok(&password) && password.captured)
			tell_secret(teller, &fields[PASSWORD], password.next, password.captured);
		if (cursor_more(in))
			tell_string(teller, SCHEMA, in);
		if (cursor_more(in))
			tell_le16(teller, &fields[CHARSET], in);
		if (cursor_more(in))
			tell_string(teller, CLIENT_PLUGIN, in);
		break;
	}
	case COM_EXECUTE:
	case COM_CLOSE_STATEMENT:
	case COM_FETCH:
	case COM_SEND_LONG_DATA:
		tell_le32(teller, &fields[STATEMENT_ID], in);
		break;
	default:
		break;
	}
}

static void tell_answer(struct teller *teller, struct cursor *in, const struct mysql_message *message)
{
	size_t length = in->declared;
	tell_u8(teller, &fields[RESPONSE_CODE], in);
	if (message->kind == MYSQL_ERROR) {
		tell_le16(teller, &fields[ERROR_CODE], in);
		if (in->captured >= 6 && *in->next == '#') {
			cursor_skip(in, 1);
			tell_words(teller, SQLSTATE, cursor_split(in, 5));
		}
		tell_rest(teller, ERROR_MESSAGE, in);
	} else if (message->kind == MYSQL_END_OF_ROWS && length == OLD_END_LENGTH) {
		tell_le16(teller, &fields[WARNINGS], in);
		tell_le16(teller, &fields[SERVER_STATUS], in);
	} else {
		tell_length_encoded(teller, AFFECTED, in);
		tell_length_encoded(teller, INSERT_ID, in);
		tell_le16(teller, &fields[SERVER_STATUS], in);
		tell_le16(teller, &fields[WARNINGS], in);
		tell_rest(teller, MESSAGE, in);
	}
}

static void tell_mysql(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct mysql_message *message = facts;
	const uint8_t *at = in.next;
	(void)packet;
	if (in.captured < HEADER)
		return;
	tell_number(teller, &fields[LENGTH], at, 3, le24(at));
	cursor_skip(&in, 3);
	tell_u8(teller, &fields[NUMBER], &in);
	switch ((enum mysql_kind)message->kind) {
	case MYSQL_GREETING:
		tell_greeting(teller, &in);
		break;
	case MYSQL_LOGIN:
	case MYSQL_SSL_REQUEST:
		tell_login(teller, &in, message);
		break;
	case MYSQL_COMMAND:
		tell_command(teller, &in);
		break;
	case MYSQL_OK:
	case MYSQL_ERROR:
	case MYSQL_END_OF_ROWS:
		tell_answer(teller, &in, message);
		break;
	case MYSQL_SWITCH:
		if (in.captured && *in.next == END)
			tell_u8(teller, &fields[RESPONSE_CODE], &in);
		tell_rest(teller, PAYLOAD, &in);
		break;
	case MYSQL_RESULT:
		tell_length_encoded(teller, COLUMNS, &in);
		break;
	case MYSQL_AUTHENTICATION:
		if (in.captured)
			tell_secret(teller, &fields[PASSWORD], in.next, in.captured);
		break;
	default:
		tell_rest(teller, PAYLOAD, &in);
	}
}

static const struct streaming streaming = {
	.state_size = sizeof(struct mysql_state),
	.anywhere = true,
	.probe = probe_mysql,
	.frame = frame_mysql,
	.lost = lose_mysql,
};

const struct decoder mysql_decoder = {
	.name = "mysql",
	.protocol = "MySQL",
	.title = "MySQL",
	.bindings = { { BY_TCP_PORT, PORT } },
	.facts_size = sizeof(struct mysql_message),
	.decode = decode_mysql,
	.stream = &streaming,
	.words = say_mysql,
	.exchange = mark_mysql,
	.fields = fields,
	.tell = tell_mysql,
};

/* The fields of HTTP/2, by Wireshark's names. Headers stand in the facts: the block itself cannot be read without
 * those before it. */
#include <string.h>

#include "decode/http2.h"
#include "decode/http2_fields.h"

enum { STREAM, LENGTH, TYPE, FLAGS, END_STREAM, ACK_SETTINGS, ACK_PING, END_HEADERS, PADDED, PRIORITY, RESERVED,
	STREAM_ID, MAGIC, PAD_LENGTH, EXCLUSIVE, DEPENDENCY, WEIGHT, BLOCK, HEADER,
	NAME_LENGTH, NAME, VALUE_LENGTH, VALUE, RST_ERROR, SETTINGS, SETTING_ID, SETTING_UNKNOWN,
	SETTING_FIRST, SETTING_LAST = SETTING_FIRST + 5, SETTING_CONNECT, PROMISED, PING, PONG, LAST_STREAM,
	GOAWAY_ERROR, GOAWAY_DATA, INCREMENT, HEADERS };

static const struct field_name types[] = {
	{ 0, "DATA" }, { 1, "HEADERS" }, { 2, "PRIORITY" }, { 3, "RST_STREAM" }, { 4, "SETTINGS" },
	{ 5, "PUSH_PROMISE" }, { 6, "PING" }, { 7, "GOAWAY" }, { 8, "WINDOW_UPDATE" }, { 9, "CONTINUATION" },
	{ 10, "ALTSVC" }, { 12, "ORIGIN" }, { 16, "PRIORITY_UPDATE" }, { 0, NULL } };

static const struct field_name errors[] = {
	{ 0, "NO_ERROR" }, { 1, "PROTOCOL_ERROR" }, { 2, "INTERNAL_ERROR" }, { 3, "FLOW_CONTROL_ERROR" },
	{ 4, "SETTINGS_TIMEOUT" }, { 5, "STREAM_CLOSED" }, { 6, "FRAME_SIZE_ERROR" }, { 7, "REFUSED_STREAM" },
	{ 8, "CANCEL" }, { 9, "COMPRESSION_ERROR" }, { 10, "CONNECT_ERROR" }, { 11, "ENHANCE_YOUR_CALM" },
	{ 12, "INADEQUATE_SECURITY" }, { 13, "HTTP_1_1_REQUIRED" }, { 0, NULL } };

/* RFC 9113, 6.5.2; RFC 8441 */
static const struct field_name settings[] = {
	{ 1, "Header table size" }, { 2, "Enable PUSH" }, { 3, "Max concurrent streams" },
	{ 4, "Initial Windows size" }, { 5, "Max frame size" }, { 6, "Max header list size" },
	{ 8, "Extended CONNECT" }, { 0, NULL } };

const struct field http2_fields[] = {
	[STREAM] = { "http2.stream", "Stream", FIELD_GROUP },
	[LENGTH] = { "http2.length", "Length", FIELD_UINT },
	[TYPE] = { "http2.type", "Type", FIELD_UINT, .names = types },
	[FLAGS] = { "http2.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[END_STREAM] = { "http2.flags.end_stream", "End Stream", FIELD_FLAG, .mask = HTTP2_END_STREAM },
	[ACK_SETTINGS] = { "http2.flags.ack.settings", "ACK", FIELD_FLAG, .mask = HTTP2_ACK },
	[ACK_PING] = { "http2.flags.ack.ping", "ACK", FIELD_FLAG, .mask = HTTP2_ACK },
	[END_HEADERS] = { "http2.flags.eh", "End Headers", FIELD_FLAG, .mask = HTTP2_END_HEADERS },
	[PADDED] = { "http2.flags.padded", "Padded", FIELD_FLAG, .mask = HTTP2_PADDED },
	[PRIORITY] = { "http2.flags.priority", "Priority", FIELD_FLAG, .mask = HTTP2_HAS_PRIORITY },
	[RESERVED] = { "http2.r", "Reserved", FIELD_UINT, FORM_HEX },
	[STREAM_ID] = { "http2.streamid", "Stream Identifier", FIELD_UINT },
	[MAGIC] = { "http2.magic", "Magic", FIELD_TEXT },
	[PAD_LENGTH] = { "http2.padding", "Pad Length", FIELD_UINT, FORM_HEX, 1 },
	[EXCLUSIVE] = { "http2.exclusive", "Exclusive", FIELD_FLAG },
	[DEPENDENCY] = { "http2.stream_dependency", "Stream Dependency", FIELD_UINT },
	[WEIGHT] = { "http2.headers.weight", "Weight", FIELD_UINT },
	[BLOCK] = { "http2.headers", "Header Block Fragment", FIELD_BYTES },
	[HEADER] = { "http2.header", "Header", FIELD_GROUP },
	[NAME_LENGTH] = { "http2.header.name.length", "Name Length", FIELD_UINT },
	[NAME] = { "http2.header.name", "Name", FIELD_TEXT },
	[VALUE_LENGTH] = { "http2.header.value.length", "Value Length", FIELD_UINT },
	[VALUE] = { "http2.header.value", "Value", FIELD_TEXT },
	[RST_ERROR] = { "http2.rst_stream.error", "Error", FIELD_UINT, .names = errors },
	[SETTINGS] = { "http2.settings", "Settings", FIELD_GROUP },
	[SETTING_ID] = { "http2.settings.id", "Settings Identifier", FIELD_UINT, .names = settings },
	[SETTING_UNKNOWN] = { "http2.settings.unknown", "Unknown Settings", FIELD_UINT },
	[SETTING_FIRST] = { "http2.settings.header_table_size", "Header table size", FIELD_UINT },
	{ "http2.settings.enable_push", "Enable PUSH", FIELD_UINT },
	{ "http2.settings.max_concurrent_streams", "Max concurrent streams", FIELD_UINT },
	{ "http2.settings.initial_window_size", "Initial Windows Size", FIELD_UINT },
	{ "http2.settings.max_frame_size", "Max frame size", FIELD_UINT },
	[SETTING_LAST] = { "http2.settings.max_header_list_size", "Max header list size", FIELD_UINT },
	[SETTING_CONNECT] = { "http2.settings.extended_connect", "Extended CONNECT", FIELD_UINT },
	[PROMISED] = { "http2.push_promise.promised_stream_id", "Promised-Stream-ID", FIELD_UINT },
	[PING] = { "http2.ping", "Ping", FIELD_BYTES },
	[PONG] = { "http2.pong", "Pong", FIELD_BYTES },
	[LAST_STREAM] = { "http2.goaway.last_stream_id", "Last-Stream-ID", FIELD_UINT },
	[GOAWAY_ERROR] = { "http2.goaway.error", "Error", FIELD_UINT, .names = errors },
	[GOAWAY_DATA] = { "http2.goaway.addata", "Additional Debug Data", FIELD_BYTES },
	[INCREMENT] = { "http2.window_update.window_size_increment", "Window Size Increment", FIELD_UINT },
	/* Their titles are the headers. */
	{ "http2.headers.authority", ":authority", FIELD_TEXT },
	{ "http2.headers.status", ":status", FIELD_UINT },
	{ "http2.headers.path", ":path", FIELD_TEXT },
	{ "http2.headers.method", ":method", FIELD_TEXT },
	{ "http2.headers.scheme", ":scheme", FIELD_TEXT },
	{ "http2.headers.accept", "accept", FIELD_TEXT },
	{ "http2.headers.accept_charset", "accept-charset", FIELD_TEXT },
	{ "http2.headers.accept_encoding", "accept-encoding", FIELD_TEXT },
	{ "http2.headers.accept_language", "accept-language", FIELD_TEXT },
	{ "http2.headers.accept_ranges", "accept-ranges", FIELD_TEXT },
	{ "http2.headers.access_control_allow_origin", "access-control-allow-origin", FIELD_TEXT },
	{ "http2.headers.age", "age", FIELD_UINT },
	{ "http2.headers.allow", "allow", FIELD_TEXT },
	{ "http2.headers.authorization", "authorization", FIELD_TEXT },
	{ "http2.headers.cache_control", "cache-control", FIELD_TEXT },
	{ "http2.headers.content_disposition", "content-disposition", FIELD_TEXT },
	{ "http2.headers.content_encoding", "content-encoding", FIELD_TEXT },
	{ "http2.headers.content_language", "content-language", FIELD_TEXT },
	{ "http2.headers.content_length", "content-length", FIELD_UINT },
	{ "http2.headers.content_location", "content-location", FIELD_TEXT },
	{ "http2.headers.content_range", "content-range", FIELD_TEXT },
	{ "http2.headers.content_type", "content-type", FIELD_TEXT },
	{ "http2.headers.cookie", "cookie", FIELD_TEXT },
	{ "http2.headers.date", "date", FIELD_TEXT },
	{ "http2.headers.etag", "etag", FIELD_TEXT },
	{ "http2.headers.expect", "expect", FIELD_TEXT },
	{ "http2.headers.expires", "expires", FIELD_TEXT },
	{ "http2.headers.from", "from", FIELD_TEXT },
	{ "http2.headers.if_match", "if-match", FIELD_TEXT },
	{ "http2.headers.if_modified_since", "if-modified-since", FIELD_TEXT },
	{ "http2.headers.if_none_match", "if-none-match", FIELD_TEXT },
	{ "http2.headers.if_range", "if-range", FIELD_TEXT },
	{ "http2.headers.if_unmodified_since", "if-unmodified-since", FIELD_TEXT },
	{ "http2.headers.last_modified", "last-modified", FIELD_TEXT },
	{ "http2.headers.link", "link", FIELD_TEXT },
	{ "http2.headers.location", "location", FIELD_TEXT },
	{ "http2.headers.max_forwards", "max-forwards", FIELD_UINT },
	{ "http2.headers.proxy_authenticate", "proxy-authenticate", FIELD_TEXT },
	{ "http2.headers.proxy_authorization", "proxy-authorization", FIELD_TEXT },
	{ "http2.headers.range", "range", FIELD_TEXT },
	{ "http2.headers.referer", "referer", FIELD_TEXT },
	{ "http2.headers.refresh", "refresh", FIELD_TEXT },
	{ "http2.headers.retry_after", "retry-after", FIELD_TEXT },
	{ "http2.headers.server", "server", FIELD_TEXT },
	{ "http2.headers.set_cookie", "set-cookie", FIELD_TEXT },
	{ "http2.headers.strict_transport_security", "strict-transport-security", FIELD_TEXT },
	{ "http2.headers.user_agent", "user-agent", FIELD_TEXT },
	{ "http2.headers.vary", "vary", FIELD_TEXT },
	{ "http2.headers.via", "via", FIELD_TEXT },
	{ "http2.headers.www_authenticate", "www-authenticate", FIELD_TEXT },
	{ NULL },
};

/* What only the two ends should know. */
static bool is_secret(const uint8_t *name, size_t length)
{
	static const char *const secrets[] = { "authorization", "proxy-authorization", "cookie", "set-cookie" };
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (strlen(secrets[i]) == length && memcmp(secrets[i], name, length) == 0)
			return true;
	return false;
}

static const struct field *field_of_header(const uint8_t *name, size_t length)
{
	for (const struct field *field = http2_fields + HEADERS; field->name; field++)
		if (strlen(field->title) == length && memcmp(field->title, name, length) == 0)
			return field;
	return NULL;
}

static uint64_t decimal(const uint8_t *text, size_t length)
{
	uint64_t number = 0;
	for (size_t i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++)
		number = number < UINT64_MAX / 16 ? number * 10 + (text[i] - '0') : number;
	return number;
}

/* Values do not stand in the frame as they are, so they are told without a place. */
static void tell_value(struct teller *teller, const struct field *field, const uint8_t *text, size_t length,
		       bool secret)
{
	const struct told told = { field, { .bytes = text, .length = length }, .generated = true,
		.secret = secret };
	teller->value(teller, &told);
}

static void tell_header(struct teller *teller, const uint8_t *name, size_t name_length, const uint8_t *value,
			size_t value_length)
{
	bool secret = is_secret(name, name_length);
	tell_open(teller, &http2_fields[HEADER], NULL, 0, 0, "Header: %.*s", (int)name_length,
		  (const char *)name);
	tell_number(teller, &http2_fields[NAME_LENGTH], NULL, 0, (int64_t)name_length);
	tell_value(teller, &http2_fields[NAME], name, name_length, false);
	tell_number(teller, &http2_fields[VALUE_LENGTH], NULL, 0, (int64_t)value_length);
	tell_value(teller, &http2_fields[VALUE], value, value_length, secret);
	const struct field *field = field_of_header(name, name_length);
	if (field && field->type == FIELD_UINT)
		tell_number(teller, field, NULL, 0, (int64_t)decimal(value, value_length));
	else if (field)
		tell_value(teller, field, value, value_length, secret);
	tell_close(teller);
}

static void tell_headers(struct teller *teller, const struct http2_message *message)
{
	const uint8_t *at = (const uint8_t *)message->text;
	for (unsigned i = 0; i < message->header_count; i++) {
		size_t name_length = load_be16(at), value_length = load_be16(at + 2);
		tell_header(teller, at + 4, name_length, at + 4 + name_length, value_length);
		at += 4 + name_length + value_length;
	}
}

static void tell_priority(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint32_t word = cursor_be32(in);
	if (!cursor_ok(in))
		return;
	tell_number(teller, &http2_fields[EXCLUSIVE], at, 4, word >> 31);
	tell_number(teller, &http2_fields[DEPENDENCY], at, 4, word & 0x7fffffff);
	tell_u8(teller, &http2_fields[WEIGHT], in);
}

static void tell_settings(struct teller *teller, struct cursor in)
{
	while (cursor_more(&in) && in.captured >= 6) {
		uint16_t id = load_be16(in.next);
		tell_open(teller, &http2_fields[SETTINGS], in.next, 6, 0, NULL);
		tell_be16(teller, &http2_fields[SETTING_ID], &in);
		unsigned field = id >= 1 && id <= 6 ? SETTING_FIRST + id - 1u
						    : id == 8 ? SETTING_CONNECT : SETTING_UNKNOWN;
		tell_be32(teller, &http2_fields[field], &in);
		tell_close(teller);
	}
}

static void tell_low31(struct teller *teller, unsigned field, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint32_t word = cursor_be32(in);
	if (cursor_ok(in))
		tell_number(teller, &http2_fields[field], at, 4, word & 0x7fffffff);
}

static void tell_bytes_of(struct teller *teller, unsigned field, struct cursor in)
{
	if (in.captured)
		tell_text(teller, &http2_fields[field], in.next, in.captured, (const char *)in.next, in.captured);
}

/* Which flags a type has: RFC 9113, 6. */
static void tell_flags(struct teller *teller, const struct http2_message *message, const uint8_t *at)
{
	static const struct { uint8_t type, flag; } has[] = {
		{ HTTP2_DATA, END_STREAM }, { HTTP2_DATA, PADDED }, { HTTP2_HEADERS, END_STREAM },
		{ HTTP2_HEADERS, END_HEADERS }, { HTTP2_HEADERS, PADDED }, { HTTP2_HEADERS, PRIORITY },
		{ HTTP2_SETTINGS, ACK_SETTINGS }, { HTTP2_PUSH_PROMISE, END_HEADERS },
		{ HTTP2_PUSH_PROMISE, PADDED }, { HTTP2_PING, ACK_PING } };
	tell_number(teller, &http2_fields[FLAGS], at, 1, message->flags);
	for (size_t i = 0; i < sizeof has / sizeof *has; i++) {
		const struct field *field = &http2_fields[has[i].flag];
		if (has[i].type == message->type)
			tell_number(teller, field, at, 1, (message->flags & field->mask) != 0);
	}
}

static void tell_payload(struct teller *teller, const struct http2_message *message, struct cursor in)
{
	bool has_padding = message->flags & HTTP2_PADDED;
	switch (message->type) {
	case HTTP2_DATA:
		if (has_padding)
			tell_u8(teller, &http2_fields[PAD_LENGTH], &in);
		break;
	case HTTP2_HEADERS:
	case HTTP2_PUSH_PROMISE:
		if (has_padding)
			tell_u8(teller, &http2_fields[PAD_LENGTH], &in);
		if (message->type == HTTP2_PUSH_PROMISE)
			tell_low31(teller, PROMISED, &in);
		else if (message->flags & HTTP2_HAS_PRIORITY)
			tell_priority(teller, &in);
		tell_bytes_of(teller, BLOCK, in);
		tell_headers(teller, message);
		break;
	case HTTP2_PRIORITY:
		tell_priority(teller, &in);
		break;
	case HTTP2_RST_STREAM:
		tell_be32(teller, &http2_fields[RST_ERROR], &in);
		break;
	case HTTP2_SETTINGS:
		tell_settings(teller, in);
		break;
	case HTTP2_PING:
		tell_bytes_of(teller, message->flags & HTTP2_ACK ? PONG : PING, in);
		break;
	case HTTP2_GOAWAY:
		tell_low31(teller, LAST_STREAM, &in);
		tell_be32(teller, &http2_fields[GOAWAY_ERROR], &in);
		tell_bytes_of(teller, GOAWAY_DATA, in);
		break;
	case HTTP2_WINDOW_UPDATE:
		tell_low31(teller, INCREMENT, &in);
		break;
	default:
		break;
	}
}

void http2_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct http2_message *message = facts;
	(void)packet;
	if (message->type == HTTP2_NOTHING)
		return;
	const char *type = http2_type_name(message->type);
	if (message->type == HTTP2_MAGIC)
		tell_open(teller, &http2_fields[STREAM], in.next, in.captured, 0, "Stream: Magic");
	else
		tell_open(teller, &http2_fields[STREAM], in.next, in.captured, 0, "Stream: %s, Stream ID: %u, Length %u",
			  type ? type : "unknown", (unsigned)message->http.stream, message->length);
	if (message->type == HTTP2_MAGIC) {
		tell_bytes_of(teller, MAGIC, in);
	} else {
		tell_be24(teller, &http2_fields[LENGTH], &in);
		tell_u8(teller, &http2_fields[TYPE], &in);
		const uint8_t *flags = in.next;
		cursor_skip(&in, 1);
		tell_flags(teller, message, flags);
		const uint8_t *at = in.next;
		uint32_t word = cursor_be32(&in);
		tell_number(teller, &http2_fields[RESERVED], at, 4, word >> 31);
		tell_number(teller, &http2_fields[STREAM_ID], at, 4, word & 0x7fffffff);
		tell_payload(teller, message, in);
	}
	tell_close(teller);
}

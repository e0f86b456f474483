#include "decode/sip.h"

#include "core/hash.h"
#include "decode/lines.h"

#define PORT_SIP 5060
#define HEAD_LIMIT 16384         /* bytes of the lines before the body; real ones have 1 to 4 KiB */
#define BODY_LIMIT 49152

enum { REQUEST_LINE, METHOD, URI, STATUS_LINE, STATUS_CODE, CSEQ_NUMBER, CSEQ_METHOD, VIA, MAX_FORWARDS, FROM, TO,
	CALL_ID, CSEQ, CONTACT, EXPIRES, ALLOW, SUPPORTED, USER_AGENT, SERVER, REASON, WARNING, CHALLENGE, PROXY_CHALLENGE,
	AUTHORIZATION, PROXY_AUTHORIZATION, CONTENT_TYPE, CONTENT_LENGTH, RECORD_ROUTE, ROUTE, SUBJECT,
	SDP_VERSION, SDP_OWNER, SDP_NAME, SDP_CONNECTION, SDP_TIME, SDP_MEDIA, SDP_ATTRIBUTE };

static const struct field fields[] = {
	[REQUEST_LINE] = { "sip.Request-Line", "Request-Line", FIELD_TEXT },
	[METHOD] = { "sip.Method", "Method", FIELD_TEXT },
	[URI] = { "sip.r-uri", "Request-URI", FIELD_TEXT },
	[STATUS_LINE] = { "sip.Status-Line", "Status-Line", FIELD_TEXT },
	[STATUS_CODE] = { "sip.Status-Code", "Status-Code", FIELD_UINT },
	[CSEQ_NUMBER] = { "sip.CSeq.seq", "Sequence Number", FIELD_UINT },
	[CSEQ_METHOD] = { "sip.CSeq.method", "CSeq Method", FIELD_TEXT },
	[VIA] = { "sip.Via", "Via", FIELD_TEXT },
	[MAX_FORWARDS] = { "sip.Max-Forwards", "Max-Forwards", FIELD_TEXT },
	[FROM] = { "sip.From", "From", FIELD_TEXT },
	[TO] = { "sip.To", "To", FIELD_TEXT },
	[CALL_ID] = { "sip.Call-ID", "Call-ID", FIELD_TEXT },
	[CSEQ] = { "sip.CSeq", "CSeq", FIELD_TEXT },
	[CONTACT] = { "sip.Contact", "Contact", FIELD_TEXT },
	[EXPIRES] = { "sip.Expires", "Expires", FIELD_TEXT },
	[ALLOW] = { "sip.Allow", "Allow", FIELD_TEXT },
	[SUPPORTED] = { "sip.Supported", "Supported", FIELD_TEXT },
	[USER_AGENT] = { "sip.User-Agent", "User-Agent", FIELD_TEXT },
	[SERVER] = { "sip.Server", "Server", FIELD_TEXT },
	[REASON] = { "sip.Reason", "Reason", FIELD_TEXT },
	[WARNING] = { "sip.Warning", "Warning", FIELD_TEXT },
	[CHALLENGE] = { "sip.WWW-Authenticate", "WWW-Authenticate", FIELD_TEXT },
	[PROXY_CHALLENGE] = { "sip.Proxy-Authenticate", "Proxy-Authenticate", FIELD_TEXT },
	[AUTHORIZATION] = { "sip.Authorization", "Authorization", FIELD_TEXT },
	[PROXY_AUTHORIZATION] = { "sip.Proxy-Authorization", "Proxy-Authorization", FIELD_TEXT },
	[CONTENT_TYPE] = { "sip.Content-Type", "Content-Type", FIELD_TEXT },
	[CONTENT_LENGTH] = { "sip.Content-Length", "Content-Length", FIELD_UINT },
	[RECORD_ROUTE] = { "sip.Record-Route", "Record-Route", FIELD_TEXT },
	[ROUTE] = { "sip.Route", "Route", FIELD_TEXT },
	[SUBJECT] = { "sip.Subject", "Subject", FIELD_TEXT },
	[SDP_VERSION] = { "sdp.version", "Session Description Protocol Version (v)", FIELD_TEXT },
	[SDP_OWNER] = { "sdp.owner", "Owner/Creator, Session Id (o)", FIELD_TEXT },
	[SDP_NAME] = { "sdp.session_name", "Session Name (s)", FIELD_TEXT },
	[SDP_CONNECTION] = { "sdp.connection_info", "Connection Information (c)", FIELD_TEXT },
	[SDP_TIME] = { "sdp.time", "Time Description, active time (t)", FIELD_TEXT },
	[SDP_MEDIA] = { "sdp.media", "Media Description, name and address (m)", FIELD_TEXT },
	[SDP_ATTRIBUTE] = { "sdp.media_attr", "Media Attribute (a)", FIELD_TEXT },
	{ NULL },
};

/* RFC 3261, 20: the names of header fields are those of their Wireshark fields, or one letter. */
static const struct { uint8_t field; char letter; } headers[] = {
	{ VIA, 'v' }, { MAX_FORWARDS, 0 }, { FROM, 'f' }, { TO, 't' }, { CALL_ID, 'i' }, { CSEQ, 0 }, { CONTACT, 'm' },
	{ EXPIRES, 0 }, { ALLOW, 0 }, { SUPPORTED, 'k' }, { USER_AGENT, 0 }, { SERVER, 0 }, { REASON, 0 },
	{ WARNING, 0 }, { CHALLENGE, 0 }, { PROXY_CHALLENGE, 0 }, { AUTHORIZATION, 0 }, { PROXY_AUTHORIZATION, 0 },
	{ CONTENT_TYPE, 'c' }, { CONTENT_LENGTH, 'l' }, { RECORD_ROUTE, 0 }, { ROUTE, 0 }, { SUBJECT, 's' },
};

/* The next line without its end. */
static struct cursor next_line(struct cursor *in)
{
	const uint8_t *end = in->captured ? memchr(in->next, '\n', in->captured) : NULL;
	size_t length = end ? (size_t)(end - in->next) + 1 : in->captured;
	struct cursor line = cursor_make(in->next, length, length);
	cursor_skip(in, length);
	return line_text(line);
}

static void skip_blanks(struct cursor *in)
{
	while (in->captured && (*in->next == ' ' || *in->next == '\t'))
		cursor_skip(in, 1);
}

/* "Name: value", of which the value is left. -1: a header field that nobody asks for, or none. */
static int read_header(struct cursor *line)
{
	const uint8_t *colon = line->captured ? memchr(line->next, ':', line->captured) : NULL;
	if (!colon)
		return -1;
	size_t length = (size_t)(colon - line->next);
	while (length && (line->next[length - 1] == ' ' || line->next[length - 1] == '\t'))
		length--;
	struct cursor name = cursor_make(line->next, length, length);
	cursor_skip(line, (size_t)(colon - line->next) + 1);
	skip_blanks(line);
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
		const char *words = fields[headers[i].field].name + strlen("sip.");
		if ((length == strlen(words) && line_starts(name, words)) ||
		    (length == 1 && headers[i].letter && (*name.next | 0x20) == headers[i].letter))
			return headers[i].field;
	}
	return -1;
}

static struct cursor next_word(struct cursor *in)
{
	const uint8_t *start = in->next;
	while (in->captured && *in->next != ' ' && *in->next != '\t')
		cursor_skip(in, 1);
	struct cursor word = cursor_make(start, (size_t)(in->next - start), (size_t)(in->next - start));
	skip_blanks(in);
	return word;
}

static bool is_method(struct cursor word)
{
	if (!word.captured || word.captured > 15)
		return false;
	for (size_t i = 0; i < word.captured; i++)
		if (word.next[i] < 'A' || word.next[i] > 'Z')
			return false;
	return true;
}

static bool ends_with_version(struct cursor line)
{
	enum { LENGTH = 7 };
	return line.captured > LENGTH &&
	       memcmp(line.next + line.captured - LENGTH, "SIP/2.0", LENGTH) == 0;
}

/* "INVITE sip:a@b SIP/2.0" or "SIP/2.0 200 OK". */
static bool read_start(struct cursor line, struct sip_message *sip)
{
	if (line_starts(line, "SIP/2.0 ")) {
		cursor_skip(&line, 8);
		int64_t code = line_number(&line, 699);
		sip->response = true;
		sip->code = (uint16_t)code;
		return code >= 100;
	}
	struct cursor all = line, method = next_word(&line);
	if (!is_method(method) || !ends_with_version(all))
		return false;
	line_keep(method, sip->method, sizeof sip->method);
	return true;
}

/* "c=IN IP4 192.0.2.1" */
static bool read_connection(struct cursor line, struct address *to)
{
	char words[ADDRESS_TEXT_SIZE];
	next_word(&line);
	next_word(&line);
	struct cursor address = next_word(&line);
	const uint8_t *slash = address.captured ? memchr(address.next, '/', address.captured) : NULL;
	if (slash)
		address = cursor_make(address.next, (size_t)(slash - address.next), (size_t)(slash - address.next));
	if (address.captured >= sizeof words)
		return false;
	line_keep(address, words, sizeof words);
	return address_parse(words, to);
}

/* Each medium with the address of the session, or its own. A port of 0 turns it down. */
static void read_description(struct cursor body, struct sip_message *sip)
{
	struct endpoint medium = { 0 };
	struct address of_session = { 0 };
	bool in_media = false;
	while (body.captured && sip->media_count < DECODER_MAX_ANNOUNCED) {
		struct cursor line = next_line(&body);
		bool media = line_starts(line, "m=");
		if (media && medium.port)
			sip->media[sip->media_count++] = medium;
		if (line_starts(line, "c=")) {
			cursor_skip(&line, 2);
			read_connection(line, in_media ? &medium.address : &of_session);
		} else if (media) {
			in_media = true;
			next_word(&line);
			int64_t port = line_number(&line, UINT16_MAX);
			medium = (struct endpoint){ .port = (uint16_t)(port > 0 ? port : 0), .address = of_session };
		}
	}
	if (medium.port && sip->media_count < DECODER_MAX_ANNOUNCED)
		sip->media[sip->media_count++] = medium;
}

static void read_headers(struct cursor *in, struct sip_message *sip)
{
	bool description = false;
	while (in->captured) {
		struct cursor line = next_line(in);
		if (!line.captured)
			break;
		int header = read_header(&line);
		if (header == CALL_ID) {
			sip->call = hash_bytes(line.next, line.captured, 0);
		} else if (header == CSEQ) {
			int64_t sequence = line_number(&line, UINT32_MAX);
			sip->sequence = (uint32_t)(sequence > 0 ? sequence : 0);
			skip_blanks(&line);
			if (sip->response && is_method(line))
				line_keep(line, sip->method, sizeof sip->method);
		} else if (header == CONTENT_TYPE) {
			description = line_starts(line, "application/sdp");
		}
	}
	if (description)
		read_description(*in, sip);
}

static struct next decode_sip(struct cursor *in, struct packet *packet, void *facts)
{
	struct sip_message *sip = facts;
	struct cursor all = *in, text = cursor_make(in->next, in->captured, in->captured);
	sip->garbage = !read_start(next_line(&text), sip);
	if (!sip->garbage)
		read_headers(&text, sip);
	cursor_rest(in);
	return packet->stream ? next_none() : next_payload(all);
}

static enum certainty recognise_sip(uint64_t memory[2], struct cursor in)
{
	struct sip_message sip = { 0 };
	(void)memory;
	return in.captured > 20 && read_start(next_line(&in), &sip) ? CERTAINTY_CERTAIN : CERTAINTY_NO;
}

static enum certainty probe_sip(const struct stream *stream, struct cursor in)
{
	(void)stream;
	const uint8_t *end = in.captured ? memchr(in.next, '\n', in.captured) : NULL;
	if (!end)
		return line_printable(in) && in.captured < 20 ? CERTAINTY_MORE : CERTAINTY_NO;
	return recognise_sip(NULL, in);
}

/* The length of the body, by the header; on a stream it has to be there (RFC 3261, 20.14). */
static int64_t body_length(struct cursor head)
{
	while (head.captured) {
		struct cursor line = next_line(&head);
		if (read_header(&line) == CONTENT_LENGTH)
			return line_number(&line, BODY_LIMIT);
	}
	return 0;
}

static struct frame frame_sip(struct stream *stream, struct cursor in)
{
	/* RFC 5626, 4.4.1: empty lines keep the connection alive. */
	if (in.captured >= 2 && in.next[0] == '\r' && in.next[1] == '\n')
		return frame_skip(2);
	const uint8_t *end = in.captured ? memmem(in.next, in.captured, "\r\n\r\n", 4) : NULL;
	if (!end && in.captured && (stream->cut || stream->ended))
		return frame_message(in.captured);
	if (!end)
		return in.captured < HEAD_LIMIT ? frame_more() : frame_lost();
	size_t head = (size_t)(end - in.next) + 4;
	int64_t body = body_length(cursor_make(in.next, head, head));
	return body < 0 ? frame_lost() : frame_message(head + (uint64_t)body);
}

static void say_sip(struct text *to, const void *facts)
{
	const struct sip_message *sip = facts;
	if (sip->garbage)
		return;
	if (sip->response)
		text_addf(to, "sip : response %u%s%s", sip->code, sip->method[0] ? " to " : "", sip->method);
	else
		text_addf(to, "sip : %s", sip->method);
}

/* A call that rings was answered by the server; then a person has to come. ACK has no answer. */
static void mark_sip(const void *facts, struct exchange_mark *mark)
{
	enum { RINGING = 180, CHALLENGED = 401, PROXY_CHALLENGED = 407 };
	const struct sip_message *sip = facts;
	if (sip->garbage || !sip->call || strcmp(sip->method, "ACK") == 0)
		return;
	mark->id = hash_mix(sip->call, hash_bytes(sip->method, strlen(sip->method), sip->sequence)) | 1;
	mark->role = EXCHANGE_REQUEST;
	if (!sip->response)
		return;
	bool rings = sip->code >= RINGING && strcmp(sip->method, "INVITE") == 0;
	mark->role = sip->code >= 200 || rings ? EXCHANGE_RESPONSE : EXCHANGE_PROGRESS;
	mark->code = sip->code;
	mark->failed = sip->code >= 400 && sip->code != CHALLENGED && sip->code != PROXY_CHALLENGED;
}

static unsigned announce_sip(const void *facts, struct endpoint to[static DECODER_MAX_ANNOUNCED])
{
	const struct sip_message *sip = facts;
	memcpy(to, sip->media, sizeof sip->media);
	return sip->media_count;
}

static void tell_start(struct teller *teller, struct cursor line, const struct sip_message *sip)
{
	line_tell(teller, &fields[sip->response ? STATUS_LINE : REQUEST_LINE], line, false);
	if (sip->response) {
		tell_number(teller, &fields[STATUS_CODE], line.next + 8, 3, sip->code);
		return;
	}
	line_tell(teller, &fields[METHOD], next_word(&line), false);
	line_tell(teller, &fields[URI], next_word(&line), false);
}

static void tell_header(struct teller *teller, struct cursor line)
{
	int header = read_header(&line);
	if (header < 0)
		return;
	if (header == CONTENT_LENGTH) {
		struct cursor digits = line;
		int64_t length = line_number(&digits, INT32_MAX);
		if (length >= 0)
			tell_number(teller, &fields[header], line.next, line.captured, length);
		return;
	}
	/* A digest lets anybody try passwords at leisure. */
	line_tell(teller, &fields[header], line, header == AUTHORIZATION || header == PROXY_AUTHORIZATION);
	if (header != CSEQ)
		return;
	const uint8_t *at = line.next;
	int64_t sequence = line_number(&line, UINT32_MAX);
	if (sequence >= 0)
		tell_number(teller, &fields[CSEQ_NUMBER], at, (size_t)(line.next - at), sequence);
	skip_blanks(&line);
	line_tell(teller, &fields[CSEQ_METHOD], line, false);
}

static void tell_description(struct teller *teller, struct cursor body)
{
	static const struct { char letter; uint8_t field; } lines[] = { { 'v', SDP_VERSION }, { 'o', SDP_OWNER },
		{ 's', SDP_NAME }, { 'c', SDP_CONNECTION }, { 't', SDP_TIME }, { 'm', SDP_MEDIA }, { 'a', SDP_ATTRIBUTE } };
	bool in_media = false;
	while (body.captured) {
		struct cursor line = next_line(&body);
		if (line.captured < 3 || line.next[1] != '=')
			continue;
		char letter = (char)*line.next;
		in_media = in_media || letter == 'm';
		cursor_skip(&line, 2);
		for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
			if (lines[i].letter == letter && (letter != 'a' || in_media))
				line_tell(teller, &fields[lines[i].field], line, false);
	}
}

static void tell_sip(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct sip_message *sip = facts;
	(void)packet;
	if (sip->garbage)
		return;
	struct cursor text = cursor_make(in.next, in.captured, in.captured);
	tell_start(teller, next_line(&text), sip);
	while (text.captured) {
		struct cursor line = next_line(&text);
		if (!line.captured)
			break;
		tell_header(teller, line);
	}
	if (sip->media_count || line_starts(text, "v=0"))
		tell_description(teller, text);
}

static const struct streaming sip_streaming = {
	.anywhere = true,
	.probe = probe_sip,
	.frame = frame_sip,
};

const struct decoder sip_decoder = {
	.name = "sip",
	.protocol = "SIP",
	.title = "Session Initiation Protocol",
	.bindings = { { BY_UDP_PORT, PORT_SIP }, { BY_TCP_PORT, PORT_SIP } },
	.facts_size = sizeof(struct sip_message),
	.decode = decode_sip,
	.stream = &sip_streaming,
	.datagram = recognise_sip,
	.words = say_sip,
	.exchange = mark_sip,
	.announce = announce_sip,
	.announces = "rtp",
	.fields = fields,
	.tell = tell_sip,
};

/* Syslog, RFC 5424 and RFC 3164, over UDP (RFC 5426) and TCP (RFC 6587: with its length in front, or a line). */
#include "decode/decoder.h"
#include "decode/lines.h"

#define PORT_SYSLOG 514
#define PORT_SYSLOG_TCP 601
#define MESSAGE_LIMIT 32768
#define SYSLOG_TEXT 100

struct syslog_message {
	bool is_message;             /* it has a priority */
	uint8_t facility, level;
	uint8_t text_length;
	char text[SYSLOG_TEXT];      /* behind the priority, cut to what fits */
};

static const struct field_name levels[] = { { 0, "EMERG" }, { 1, "ALERT" }, { 2, "CRIT" }, { 3, "ERR" },
	{ 4, "WARNING" }, { 5, "NOTICE" }, { 6, "INFO" }, { 7, "DEBUG" }, { 0, NULL } };
static const struct field_name facilities[] = { { 0, "KERN" }, { 1, "USER" }, { 2, "MAIL" }, { 3, "DAEMON" },
	{ 4, "AUTH" }, { 5, "SYSLOG" }, { 6, "LPR" }, { 7, "NEWS" }, { 8, "UUCP" }, { 9, "CRON" }, { 10, "AUTHPRIV" },
	{ 11, "FTP" }, { 12, "NTP" }, { 13, "LOGAUDIT" }, { 14, "LOGALERT" }, { 15, "CRON2" }, { 16, "LOCAL0" },
	{ 17, "LOCAL1" }, { 18, "LOCAL2" }, { 19, "LOCAL3" }, { 20, "LOCAL4" }, { 21, "LOCAL5" }, { 22, "LOCAL6" },
	{ 23, "LOCAL7" }, { 0, NULL } };

/* "<34>": facility times 8 and level; -1 when there is none. */
static int64_t read_priority(struct cursor *in)
{
	struct cursor at = *in;
	if (!at.captured || *at.next != '<')
		return -1;
	cursor_skip(&at, 1);
	int64_t priority = line_number(&at, 191);
	if (priority < 0 || !at.captured || *at.next != '>')
		return -1;
	cursor_skip(&at, 1);
	*in = at;
	return priority;
}

/* "123 " in front of a message on TCP: the length of what follows, -1 when there is none. */
static int64_t read_length(struct cursor *in)
{
	struct cursor at = *in;
	if (!at.captured || *at.next == '0')
		return -1;
	int64_t length = line_number(&at, MESSAGE_LIMIT);
	if (length < 0 || !at.captured || *at.next != ' ')
		return -1;
	cursor_skip(&at, 1);
	*in = at;
	return length;
}

static struct next decode_syslog(struct cursor *in, struct packet *packet, void *facts)
{
	struct syslog_message *syslog = facts;
	struct cursor all = *in, text = cursor_make(in->next, in->captured, in->captured);
	if (packet->stream)
		read_length(&text);
	int64_t priority = read_priority(&text);
	syslog->is_message = priority >= 0;
	if (syslog->is_message) {
		syslog->facility = (uint8_t)(priority >> 3);
		syslog->level = priority & 7;
		syslog->text_length = (uint8_t)line_keep(line_text(text), syslog->text, SYSLOG_TEXT);
	}
	cursor_rest(in);
	return packet->stream ? next_none() : next_payload(all);
}

static void say_syslog(struct text *to, const void *facts)
{
	const struct syslog_message *syslog = facts;
	if (!syslog->is_message)
		return;
	text_addf(to, "syslog %s.%s : ", field_words(facilities, syslog->facility),
		  field_words(levels, syslog->level));
	text_add_printable(to, syslog->text, syslog->text_length);
}

static enum certainty probe_syslog(const struct stream *stream, struct cursor in)
{
	if (!stream->from_client)
		return CERTAINTY_NO;
	if (in.captured < 12)
		return CERTAINTY_MORE;
	read_length(&in);
	return read_priority(&in) >= 0 ? CERTAINTY_PERHAPS : CERTAINTY_NO;
}

static struct frame frame_syslog(struct stream *stream, struct cursor in)
{
	struct cursor at = in;
	int64_t length = read_length(&at);
	if (length >= 0)
		return frame_message((uint64_t)length + (in.captured - at.captured));
	return frame_line(stream, in, MESSAGE_LIMIT);
}

enum { FACILITY, LEVEL, MESSAGE, VERSION, HOSTNAME, APPLICATION, PROCESS, MESSAGE_ID, OLD_TIME };

static const struct field fields[] = {
	[FACILITY] = { "syslog.facility", "Facility", FIELD_UINT, .names = facilities },
	[LEVEL] = { "syslog.level", "Level", FIELD_UINT, .names = levels },
	[MESSAGE] = { "syslog.msg", "Message", FIELD_TEXT },
	[VERSION] = { "syslog.version", "Syslog version", FIELD_TEXT },
	[HOSTNAME] = { "syslog.hostname", "Syslog hostname", FIELD_TEXT },
	[APPLICATION] = { "syslog.appname", "Syslog app name", FIELD_TEXT },
	[PROCESS] = { "syslog.procid", "Syslog process id", FIELD_TEXT },
	[MESSAGE_ID] = { "syslog.msgid", "Syslog message id", FIELD_TEXT },
	[OLD_TIME] = { "syslog.timestamp_rfc3164", "Syslog timestamp (RFC3164)", FIELD_TEXT },
	{ NULL },
};

static struct cursor next_word(struct cursor *in)
{
	const uint8_t *blank = in->captured ? memchr(in->next, ' ', in->captured) : NULL;
	size_t length = blank ? (size_t)(blank - in->next) : in->captured;
	struct cursor word = cursor_make(in->next, length, length);
	cursor_skip(in, length + (blank != NULL));
	return word;
}

/* Version, time, host, application, process, message; "-" stands for nothing. */
static void tell_parts(struct teller *teller, struct cursor text)
{
	line_tell(teller, &fields[VERSION], next_word(&text), false);
	next_word(&text);
	for (int i = HOSTNAME; i <= MESSAGE_ID && text.captured; i++)
		line_tell(teller, &fields[i], next_word(&text), false);
}

/* "Oct 11 22:14:15 host …". */
static void tell_old_parts(struct teller *teller, struct cursor text)
{
	enum { TIME = 15 };
	if (text.captured <= TIME || text.next[3] != ' ' || text.next[9] != ':' || text.next[12] != ':' ||
	    text.next[TIME] != ' ')
		return;
	line_tell(teller, &fields[OLD_TIME], cursor_make(text.next, TIME, TIME), false);
	cursor_skip(&text, TIME + 1);
	line_tell(teller, &fields[HOSTNAME], next_word(&text), false);
}

static void tell_syslog(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct syslog_message *syslog = facts;
	(void)packet;
	struct cursor text = cursor_make(in.next, in.captured, in.captured);
	if (syslog->is_message) {
		read_length(&text);
		const uint8_t *at = text.next;
		read_priority(&text);
		size_t length = (size_t)(text.next - at);
		tell_number(teller, &fields[FACILITY], at, length, syslog->facility);
		tell_number(teller, &fields[LEVEL], at, length, syslog->level);
	}
	line_tell(teller, &fields[MESSAGE], text, false);
	if (syslog->is_message && line_starts(text, "1 "))
		tell_parts(teller, line_text(text));
	else if (syslog->is_message)
		tell_old_parts(teller, text);
}

static const struct streaming syslog_streaming = {
	.probe = probe_syslog,
	.frame = frame_syslog,
};

const struct decoder syslog_decoder = {
	.name = "syslog",
	.protocol = "SYSLOG",
	.title = "Syslog",
	.bindings = { { BY_UDP_PORT, PORT_SYSLOG }, { BY_TCP_PORT, PORT_SYSLOG }, { BY_TCP_PORT, PORT_SYSLOG_TCP } },
	.facts_size = sizeof(struct syslog_message),
	.decode = decode_syslog,
	.stream = &syslog_streaming,
	.words = say_syslog,
	.fields = fields,
	.tell = tell_syslog,
};

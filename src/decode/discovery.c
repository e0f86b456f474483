/* How devices at home and in offices find each other: SSDP (UPnP Device Architecture 2.0, 1: HTTP over UDP) and
 * WS-Discovery (OASIS, 1.1: SOAP over UDP). Wireshark names no fields of its own for them; these are culprit's. */
#include <string.h>

#include "decode/decoder.h"

#define TARGET 80
#define ACTION 24

struct ssdp_message {
	char method[12];             /* "NOTIFY", "M-SEARCH"; "" of a response */
	uint16_t status;             /* of a response */
	char target[TARGET];         /* what is searched for, or what there is */
	char state[16];              /* NTS without "ssdp:": alive, byebye, update */
};

struct line { const uint8_t *bytes; size_t length; };

static bool take_line(struct cursor *in, struct line *line)
{
	const uint8_t *end = in->captured ? memchr(in->next, '\n', in->captured) : NULL;
	size_t length = end ? (size_t)(end - in->next) : in->captured;
	*line = (struct line){ in->next, length };
	if (length && line->bytes[length - 1] == '\r')
		line->length--;
	cursor_skip(in, end ? length + 1 : length);
	return length > 0;
}

/* "Name: value", whose name is this one? Then the value, without the blanks before it. */
static bool is_header(struct line line, const char *name, struct line *value)
{
	size_t length = strlen(name);
	if (line.length <= length || line.bytes[length] != ':')
		return false;
	for (size_t i = 0; i < length; i++)
		if ((line.bytes[i] | 0x20) != (name[i] | 0x20))
			return false;
	*value = (struct line){ line.bytes + length + 1, line.length - length - 1 };
	while (value->length && *value->bytes == ' ') {
		value->bytes++;
		value->length--;
	}
	return true;
}

static bool begins(struct line line, const char *words)
{
	size_t length = strlen(words);
	return line.length >= length && memcmp(line.bytes, words, length) == 0;
}

static bool read_first(struct line line, struct ssdp_message *ssdp)
{
	if (begins(line, "HTTP/1.") && line.length >= 12) {
		for (size_t i = 9; i < 12; i++)
			ssdp->status = (uint16_t)(ssdp->status * 10 + (line.bytes[i] - '0') % 10);
		return true;
	}
	if (!begins(line, "NOTIFY ") && !begins(line, "M-SEARCH "))
		return false;
	size_t length = (size_t)((const uint8_t *)memchr(line.bytes, ' ', line.length) - line.bytes);
	cursor_words(cursor_make(line.bytes, length, length), ssdp->method, sizeof ssdp->method);
	return true;
}

static struct next decode_ssdp(struct cursor *in, struct packet *packet, void *facts)
{
	struct ssdp_message *ssdp = facts;
	struct cursor text = *in;
	struct line line, value;
	(void)packet;
	if (!take_line(&text, &line) || !read_first(line, ssdp))
		return next_payload(cursor_rest(in));
	while (take_line(&text, &line))
		if (is_header(line, "st", &value) || is_header(line, "nt", &value))
			cursor_words(cursor_make(value.bytes, value.length, value.length), ssdp->target, sizeof ssdp->target);
		else if (is_header(line, "nts", &value) && begins(value, "ssdp:"))
			cursor_words(cursor_make(value.bytes + 5, value.length - 5, value.length - 5), ssdp->state, sizeof ssdp->state);
	return next_payload(cursor_rest(in));
}

static void say_ssdp(struct text *to, const void *facts)
{
	const struct ssdp_message *ssdp = facts;
	if (!ssdp->method[0] && !ssdp->status)
		return;
	text_add(to, "ssdp : ");
	if (ssdp->method[0])
		text_add(to, ssdp->method);
	else
		text_addf(to, "response %u", ssdp->status);
	if (ssdp->state[0])
		text_addf(to, " %s", ssdp->state);
	if (ssdp->target[0])
		text_addf(to, " %s", ssdp->target);
}

enum { METHOD, STATUS, HOST, SEARCH_TARGET, NOTIFICATION_TYPE, STATE, USN, LOCATION, SERVER, MAN, MX, CACHE, FIELDS };

/* What stands behind METHOD and STATUS is found by its title. */
static const struct field fields[FIELDS + 1] = {
	[METHOD] = { "ssdp.method", "Method", FIELD_TEXT },
	[STATUS] = { "ssdp.status", "Status", FIELD_UINT },
	[HOST] = { "ssdp.host", "Host", FIELD_TEXT },
	[SEARCH_TARGET] = { "ssdp.st", "ST", FIELD_TEXT, .description = "What is searched for, or was found" },
	[NOTIFICATION_TYPE] = { "ssdp.nt", "NT", FIELD_TEXT, .description = "What there is" },
	[STATE] = { "ssdp.nts", "NTS", FIELD_TEXT, .description = "Whether it comes or goes" },
	[USN] = { "ssdp.usn", "USN", FIELD_TEXT, .description = "The unique name of the service" },
	[LOCATION] = { "ssdp.location", "Location", FIELD_TEXT },
	[SERVER] = { "ssdp.server", "Server", FIELD_TEXT },
	[MAN] = { "ssdp.man", "MAN", FIELD_TEXT },
	[MX] = { "ssdp.mx", "MX", FIELD_TEXT, .description = "Seconds within which to answer" },
	[CACHE] = { "ssdp.cache_control", "Cache-Control", FIELD_TEXT },
};

static void tell_ssdp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct ssdp_message *ssdp = facts;
	struct line line, value;
	(void)packet;
	if ((!ssdp->method[0] && !ssdp->status) || !take_line(&in, &line))
		return;
	if (ssdp->method[0])
		tell_text(teller, &fields[METHOD], line.bytes, strlen(ssdp->method), ssdp->method,
			  strlen(ssdp->method));
	else
		tell_number(teller, &fields[STATUS], line.bytes + 9, 3, ssdp->status);
	while (take_line(&in, &line))
		for (int i = HOST; i < FIELDS; i++)
			if (is_header(line, fields[i].title, &value))
				tell_text(teller, &fields[i], value.bytes, value.length, (const char *)value.bytes,
					  value.length);
}

const struct decoder ssdp_decoder = {
	.name = "ssdp",
	.protocol = "SSDP",
	.title = "Simple Service Discovery Protocol",
	.bindings = { { BY_UDP_PORT, 1900 } },
	.facts_size = sizeof(struct ssdp_message),
	.decode = decode_ssdp,
	.words = say_ssdp,
	.fields = fields,
	.tell = tell_ssdp,
};

struct wsd_message { char action[ACTION]; };     /* "Probe", "Hello" … */

/* What stands between `before` and `until` first. */
static bool find_between(struct cursor in, const char *before, char until, struct line *found)
{
	size_t length = strlen(before);
	while (in.captured > length) {
		const uint8_t *start = memchr(in.next, before[0], in.captured - length);
		if (!start)
			return false;
		cursor_skip(&in, (size_t)(start - in.next));
		if (memcmp(in.next, before, length) == 0) {
			const uint8_t *end = memchr(in.next + length, until, in.captured - length);
			*found = (struct line){ in.next + length, end ? (size_t)(end - in.next) - length : 0 };
			return end;
		}
		cursor_skip(&in, 1);
	}
	return false;
}

/* "<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action>": the last part of it. */
static bool read_action(struct cursor in, struct line *action)
{
	if (!find_between(in, "Action>", '<', action) && !find_between(in, "Action ", '<', action))
		return false;
	for (size_t i = action->length; i > 0; i--)
		if (action->bytes[i - 1] == '/' || action->bytes[i - 1] == '>') {
			action->bytes += i;
			action->length -= i;
			break;
		}
	return action->length > 0;
}

static struct next decode_wsd(struct cursor *in, struct packet *packet, void *facts)
{
	struct wsd_message *wsd = facts;
	struct line action;
	(void)packet;
	if (read_action(*in, &action))
		cursor_words(cursor_make(action.bytes, action.length, action.length), wsd->action, sizeof wsd->action);
	return next_payload(cursor_rest(in));
}

static void say_wsd(struct text *to, const void *facts)
{
	const struct wsd_message *wsd = facts;
	if (wsd->action[0])
		text_addf(to, "ws-discovery : %s", wsd->action);
}

static const struct field wsd_fields[] = { { "wsd.action", "Action", FIELD_TEXT }, { NULL } };

static void tell_wsd(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	struct line action;
	(void)packet, (void)facts;
	if (read_action(in, &action))
		tell_text(teller, &wsd_fields[0], action.bytes, action.length, (const char *)action.bytes,
			  action.length);
}

const struct decoder wsd_decoder = {
	.name = "wsd",
	.protocol = "WSD",
	.title = "WS-Discovery",
	.bindings = { { BY_UDP_PORT, 3702 } },
	.facts_size = sizeof(struct wsd_message),
	.decode = decode_wsd,
	.words = say_wsd,
	.fields = wsd_fields,
	.tell = tell_wsd,
};

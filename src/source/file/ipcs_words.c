#include "source/file/ipcs_words.h"

#include <stdio.h>

enum reading {
	READ_DECIMAL, READ_HEX, READ_WORD, READ_ADDRESS, READ_DISCARD, READ_SUM, READ_NAME,
	READ_DEVICE, READ_TOD, READ_FLAGS, READ_FRAGMENT,
};

/* One label. `in`: the parts in which it means this. */
struct label {
	const char *text;
	int field;                   /* enum ipcs_field; INBOUND … of names, SOURCE … of addresses */
	enum reading reading;
	uint8_t in;
};

enum { INBOUND, OUTBOUND };
enum { SOURCE, DESTINATION };

#define IN(part) (1u << (part))
#define ANYWHERE (IN(IPCS_TRACE) | IN(IPCS_IP) | IN(IPCS_TRANSPORT))

/* Where one label is the end of another, the longer one stands first. */
static const struct label labels[] = {
	{ "From Interface", INBOUND, READ_NAME, IN(IPCS_TRACE) },
	{ "To Interface", OUTBOUND, READ_NAME, IN(IPCS_TRACE) },
	{ "From Link", INBOUND, READ_NAME, IN(IPCS_TRACE) },
	{ "To Link", OUTBOUND, READ_NAME, IN(IPCS_TRACE) },
	{ "From Jobname", INBOUND, READ_NAME, IN(IPCS_TRACE) },
	{ "To Jobname", OUTBOUND, READ_NAME, IN(IPCS_TRACE) },
	{ "Device", 0, READ_DEVICE, IN(IPCS_TRACE) },
	{ "Full", IPCS_FULL, READ_DECIMAL, IN(IPCS_TRACE) },
	{ "Abbrev", IPCS_ABBREV, READ_DECIMAL, IN(IPCS_TRACE) },
	{ "Tod Clock", 0, READ_TOD, IN(IPCS_TRACE) },
	{ "Intfx", IPCS_INTERFACE_INDEX, READ_DECIMAL, IN(IPCS_TRACE) },
	{ "Cid", IPCS_CONNECTION, READ_HEX, IN(IPCS_TRACE) },
	{ "Domain", IPCS_FAMILY, READ_WORD, IN(IPCS_TRACE) },
	{ "Type", IPCS_SOCKET_TYPE, READ_WORD, IN(IPCS_TRACE) },
	{ "Protocol", IPCS_SOCKET_PROTOCOL, READ_WORD, IN(IPCS_TRACE) },
	{ "Discard", IPCS_DISCARD, READ_DISCARD, IN(IPCS_TRACE) },
	{ "Asid", IPCS_ASID, READ_HEX, IN(IPCS_TRACE) },
	{ "TCB", IPCS_TCB, READ_HEX, IN(IPCS_TRACE) },
	{ "Tcb", IPCS_TCB, READ_HEX, IN(IPCS_TRACE) },
	{ "Source Port", IPCS_SOCKET_SOURCE_PORT, READ_DECIMAL, IN(IPCS_TRACE) },
	{ "Dest Port", IPCS_SOCKET_DESTINATION_PORT, READ_DECIMAL, IN(IPCS_TRACE) },
	{ "Source", SOURCE, READ_ADDRESS, IN(IPCS_TRACE) | IN(IPCS_IP) },
	{ "Destination", DESTINATION, READ_ADDRESS, IN(IPCS_TRACE) | IN(IPCS_IP) },
	{ "Version", IPCS_VERSION, READ_DECIMAL, IN(IPCS_IP) },
	{ "Header Length", IPCS_HEADER_LENGTH, READ_DECIMAL, IN(IPCS_IP) },
	{ "Tos", IPCS_TOS, READ_HEX, IN(IPCS_IP) },
	{ "Packet Length", IPCS_PACKET_LENGTH, READ_DECIMAL, IN(IPCS_IP) },
	{ "ID Number", IPCS_ID, READ_HEX, IN(IPCS_IP) },
	{ "Fragment", IPCS_FRAGMENT, READ_FRAGMENT, IN(IPCS_IP) },
	{ "Offset", IPCS_OFFSET, READ_DECIMAL, IN(IPCS_IP) },
	{ "TTL", IPCS_TTL, READ_DECIMAL, IN(IPCS_IP) },
	{ "Protocol", IPCS_PROTOCOL, READ_WORD, IN(IPCS_IP) },
	{ "CheckSum", IPCS_IP_CHECKSUM, READ_SUM, IN(IPCS_IP) },
	{ "Payload Length", IPCS_PAYLOAD_LENGTH, READ_DECIMAL, IN(IPCS_IP) },
	{ "Hop Limit", IPCS_HOP_LIMIT, READ_DECIMAL, IN(IPCS_IP) },
	{ "Next Header", IPCS_PROTOCOL, READ_WORD, IN(IPCS_IP) },
	{ "Source Port", IPCS_SOURCE_PORT, READ_DECIMAL, IN(IPCS_TRANSPORT) },
	{ "Destination Port", IPCS_DESTINATION_PORT, READ_DECIMAL, IN(IPCS_TRANSPORT) },
	{ "Sequence Number", IPCS_SEQUENCE, READ_DECIMAL, IN(IPCS_TRANSPORT) },
	{ "Ack Number", IPCS_ACKNOWLEDGMENT, READ_DECIMAL, IN(IPCS_TRANSPORT) },
	{ "Header Length", IPCS_TCP_LENGTH, READ_DECIMAL, IN(IPCS_TRANSPORT) },
	{ "Flags", IPCS_TCP_FLAGS, READ_FLAGS, IN(IPCS_TRANSPORT) },
	{ "Window Size", IPCS_WINDOW, READ_DECIMAL, IN(IPCS_TRANSPORT) },
	{ "CheckSum", IPCS_CHECKSUM, READ_HEX, IN(IPCS_TRANSPORT) },
	{ "Urgent Data Pointer", IPCS_URGENT, READ_HEX, IN(IPCS_TRANSPORT) },
	{ "Datagram Length", IPCS_DATAGRAM_LENGTH, READ_DECIMAL, IN(IPCS_TRANSPORT) },
};

#define LABELS (sizeof labels / sizeof *labels)

struct named { const char *name; uint8_t value; };

static const struct named protocols[] = {
	{ "ICMP", 1 }, { "IGMP", 2 }, { "TCP", 6 }, { "UDP", 17 }, { "IPv6", 41 }, { "GRE", 47 },
	{ "ESP", 50 }, { "AH", 51 }, { "ICMP6", 58 }, { "ICMPv6", 58 }, { "OSPF", 89 }, { NULL, 0 },
};
static const struct named families[] = { { "AF_Inet", 2 }, { "AF_Inet6", 19 }, { NULL, 0 } };
static const struct named socket_types[] = {
	{ "Stream", 1 }, { "Datagram", 2 }, { "Raw", 3 }, { NULL, 0 },
};
/* RFC 9293, 3.1, as both FORMAT and SUMMARY write them. */
static const struct named flags[] = {
	{ "FIN", 0x01 }, { "SYN", 0x02 }, { "RST", 0x04 }, { "PSH", 0x08 }, { "ACK", 0x10 },
	{ "URG", 0x20 }, { "Fin", 0x01 }, { "Syn", 0x02 }, { "Rst", 0x04 }, { "Psh", 0x08 },
	{ "Ack", 0x10 }, { "Urg", 0x20 }, { "ECE", 0x40 }, { "CWR", 0x80 }, { NULL, 0 },
};

static bool find_named(const struct named *list, struct word word, uint64_t *value)
{
	for (; list->name; list++) {
		if (word_is(word, list->name)) {
			*value = list->value;
			return true;
		}
	}
	return false;
}

bool ipcs_learn(struct ipcs_words *words, enum ipcs_field field, uint64_t value)
{
	if (ipcs_knows(words, field))
		return false;
	words->known |= (uint64_t)1 << field;
	words->value[field] = value;
	return true;
}

bool ipcs_find_flag(struct word word, uint64_t *bit)
{
	return find_named(flags, word, bit);
}

static void keep(char *to, size_t room, struct word word)
{
	snprintf(to, room, "%.*s", (int)(word.length < room ? word.length : room - 1), word.text);
}

/* "4114 (IP_MAC_BRDCST)" */
static bool read_discard(struct ipcs_words *words, const char *at)
{
	uint64_t code;
	struct word name;
	if (!words_decimal(&at, &code) || code > UINT16_MAX)
		return false;
	at = skip_blanks(at);
	if (*at == '(') {
		name = (struct word){ at + 1, strcspn(at + 1, ") ") };
		keep(words->discard_name, sizeof words->discard_name, name);
	}
	return ipcs_learn(words, IPCS_DISCARD, code);
}

static bool read_address(struct ipcs_words *words, bool destination, const char *at)
{
	struct word word;
	struct address address;
	uint16_t port;
	if (!words_next(&at, &word) || !word_endpoint(word, &address, &port))
		return false;
	bool ip = words->part == IPCS_IP;
	struct address *to = destination ? ip ? &words->destination : &words->socket_destination
					 : ip ? &words->source : &words->socket_source;
	if (to->family)
		return false;
	*to = address;
	return true;
}

/* "77A4 FFFF": the field, and the sum over the header with it. */
static bool read_sum(struct ipcs_words *words, enum ipcs_field field, const char *at)
{
	uint64_t sum;
	struct word over_all;
	if (!words_hex(&at, &sum) || sum > UINT16_MAX)
		return false;
	if (words_next(&at, &over_all))
		words->header_was_right = word_is(over_all, "FFFF");
	return ipcs_learn(words, field, sum);
}

static bool read_name(struct ipcs_words *words, bool outbound, const char *at)
{
	struct word word;
	if (words->placed || !words_next(&at, &word))
		return false;
	keep(words->name, sizeof words->name, word);
	words->placed = true;
	words->outbound = outbound;
	return true;
}

/* Up to the blanks before the next label. */
static bool read_device(struct ipcs_words *words, const char *at)
{
	const char *end = strstr(at, "  ");
	struct word word = { at, end ? (size_t)(end - at) : strlen(at) };
	if (words->device[0] || !word.length)
		return false;
	keep(words->device, sizeof words->device, word);
	return true;
}

static bool read_tod(struct ipcs_words *words, const char *at)
{
	int64_t date, time;
	if (words->tod != INT64_MIN || !words_date(&at, &date) || !words_time(&at, &time))
		return false;
	words->tod = date + time;
	return true;
}

static bool read_word(struct ipcs_words *words, enum ipcs_field field, const char *at)
{
	struct word word;
	uint64_t value;
	const struct named *list = field == IPCS_FAMILY ? families
				 : field == IPCS_SOCKET_TYPE ? socket_types : protocols;
	const char *digit = at;
	if (list == protocols && words_decimal(&digit, &value) && value <= UINT8_MAX)
		return ipcs_learn(words, field, value);
	return words_next(&at, &word) && find_named(list, word, &value) &&
	       ipcs_learn(words, field, value);
}

/* "Ack Psh" */
static bool read_flags(struct ipcs_words *words, enum ipcs_field field, const char *at)
{
	struct word word;
	uint64_t all = 0, one;
	bool any = false;
	while (words_next(&at, &word) && find_named(flags, word, &one)) {
		all |= one;
		any = true;
	}
	return any && ipcs_learn(words, field, all);
}

/* Empty, "DontFragment", "MoreFragments": the bits as in the header, RFC 791, 3.1. */
static bool read_fragment(struct ipcs_words *words, enum ipcs_field field, const char *at)
{
	uint64_t bits = (strncmp(at, "Dont", 4) == 0 ? 0x4000u : 0) |
			(strncmp(at, "More", 4) == 0 ? 0x2000u : 0);
	return ipcs_learn(words, field, bits);
}

static bool read_number(struct ipcs_words *words, const struct label *label, const char *at)
{
	uint64_t value;
	bool got = label->reading == READ_HEX ? words_hex(&at, &value) : words_decimal(&at, &value);
	return got && (*at == ' ' || *at == '\0') &&
	       ipcs_learn(words, (enum ipcs_field)label->field, value);
}

static bool assign(struct ipcs_words *words, const struct label *label, const char *at)
{
	enum ipcs_field field = (enum ipcs_field)label->field;
	at = skip_blanks(at);
	switch (label->reading) {
	case READ_DECIMAL:
	case READ_HEX:
		return read_number(words, label, at);
	case READ_WORD:
		return read_word(words, field, at);
	case READ_ADDRESS:
		return read_address(words, label->field == DESTINATION, at);
	case READ_DISCARD:
		return read_discard(words, at);
	case READ_SUM:
		return read_sum(words, field, at);
	case READ_NAME:
		return read_name(words, label->field == OUTBOUND, at);
	case READ_DEVICE:
		return read_device(words, at);
	case READ_TOD:
		return read_tod(words, at);
	case READ_FLAGS:
		return read_flags(words, field, at);
	case READ_FRAGMENT:
		return read_fragment(words, field, at);
	}
	return false;
}

/* The label that ends where this text of `length` does, or NULL. */
static const struct label *label_before(const struct ipcs_words *words, const char *text,
					size_t length)
{
	for (size_t i = 0; i < LABELS; i++) {
		size_t size = strlen(labels[i].text);
		if (size > length || !(labels[i].in & IN(words->part)) ||
		    memcmp(text + length - size, labels[i].text, size) != 0)
			continue;
		if (size == length || text[length - size - 1] == ' ' ||
		    text[length - size - 1] == ':')
			return &labels[i];
	}
	return NULL;
}

static void change_part(struct ipcs_words *words, enum ipcs_part part)
{
	words->part = part;
	words->waiting_label = 0;
	words->waiting_value[0] = '\0';
}

/* A label without its value, or a value without its label: what fits together finds itself. */
static void read_cell(struct ipcs_words *words, const char *line)
{
	const char *end = strstr(line, "  ");
	size_t length = end ? (size_t)(end - line) : strlen(line);
	const struct label *label = label_before(words, line, length);
	if (label && strlen(label->text) != length)
		label = NULL;
	if (label && end) {
		assign(words, label, end);
	} else if (label) {
		words->waiting_label = 0;
		if (words->waiting_value[0] && assign(words, label, words->waiting_value))
			words->waiting_value[0] = '\0';
		else
			words->waiting_label = (int)(label - labels) + 1;
	} else if (words->waiting_label && assign(words, &labels[words->waiting_label - 1], line)) {
		words->waiting_label = 0;
	} else if (length < sizeof words->waiting_value) {
		keep(words->waiting_value, sizeof words->waiting_value,
		     (struct word){ line, length });
	}
}

/* Does a value follow this mark? Times and addresses have colons, too. */
static bool is_mark(const char *at)
{
	return (*at == ':' && (at[1] == ' ' || at[1] == '\0')) || (*at == '=' && is_digit(at[1]));
}

void ipcs_read_words(struct ipcs_words *words, const char *line)
{
	line = skip_blanks(line);
	if (strncmp(line, "IpHeader", 8) == 0)
		change_part(words, IPCS_IP);
	else if (words->part == IPCS_IP && (strcmp(line, "TCP") == 0 || strcmp(line, "UDP") == 0))
		change_part(words, IPCS_TRANSPORT);
	else if (words->part == IPCS_IP && strncmp(line, "ICMP", 4) == 0)
		change_part(words, IPCS_OTHER);
	bool marked = false;
	const char *from = line;     /* of the label */
	for (const char *at = line; *at; at++) {
		if (!is_mark(at))
			continue;
		size_t length = (size_t)(at - from);
		while (length && from[length - 1] == ' ')
			length--;
		const struct label *label = label_before(words, from, length);
		marked |= length > 0;
		/* A value that is missing shows as the next label. */
		if (label)
			assign(words, label, at + 1);
		from = at + 1;
	}
	if (!marked)
		read_cell(words, skip_blanks(*line == ':' ? line + 1 : line));
}

bool ipcs_is_place(const char *line)
{
	struct word first, second;
	if (!words_next(&line, &first) || !words_next(&line, &second))
		return false;
	return (word_is(first, "From") || word_is(first, "To")) &&
	       (word_is(second, "Interface") || word_is(second, "Link") ||
		word_is(second, "Jobname"));
}

void ipcs_begin(struct ipcs_words *words, enum ipcs_kind kind, uint64_t number, int64_t time)
{
	*words = (struct ipcs_words){
		.kind = kind, .number = number, .time_of_day = time, .tod = INT64_MIN,
	};
}

/* 54550962 S0W1     PACKET   00000004 14:13:05.687445 Packet Trace
 * number   system   mnemonic entry id time            description */
bool ipcs_begin_format(struct ipcs_words *words, const char *line)
{
	uint64_t number, entry;
	int64_t time;
	struct word system, word;
	/* Printers take a minus sign in the first column for an order. */
	line = skip_blanks(line + (*line == '-'));
	if (!words_decimal(&line, &number) || *line != ' ' || !words_next(&line, &system) ||
	    system.length > 8 || !words_next(&line, &word))
		return false;
	/* The mnemonic may be missing in spoilt text; it may also be made of hexadecimal digits. */
	const char *rest = line;
	struct word next;
	if (words_next(&rest, &next) && word_is_hex(next, 8, 8)) {
		word = next;
		line = rest;
	}
	if (!word_is_hex(word, 8, 8) || !words_time(&line, &time))
		return false;
	words_hex(&word.text, &entry);
	ipcs_begin(words, IPCS_FORMAT, number, time);
	words->format = entry < ZOS_FORMATS || entry >= ZOS_LOST_RECORDS ? (uint32_t)entry : 0;
	return true;
}

#include "capture/translate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/address.h"

#define WORD_LONGEST 64
#define DEEPEST 32

struct translation {
	const char *at;
	char token[WORD_LONGEST];
	struct text *to;
	unsigned depth;
};

/* One operand of the display language and what the other one says instead. */
static const struct { const char *field, *before, *protocol; enum { ADDRESS, PORT, LENGTH, NUMBER, MAC } kind; } fields[] = {
	{ "ip.addr", "ip host", "ip", ADDRESS }, { "ip.src", "ip src host", "ip", ADDRESS },
	{ "ip.dst", "ip dst host", "ip", ADDRESS }, { "ipv6.addr", "ip6 host", "ip6", ADDRESS },
	{ "ipv6.src", "ip6 src host", "ip6", ADDRESS }, { "ipv6.dst", "ip6 dst host", "ip6", ADDRESS },
	{ "tcp.port", "tcp port", "tcp", PORT }, { "tcp.srcport", "tcp src port", "tcp", PORT },
	{ "tcp.dstport", "tcp dst port", "tcp", PORT }, { "udp.port", "udp port", "udp", PORT },
	{ "udp.srcport", "udp src port", "udp", PORT }, { "udp.dstport", "udp dst port", "udp", PORT },
	{ "ip.proto", "ip proto", "ip", NUMBER }, { "frame.len", "len", NULL, LENGTH },
	{ "eth.addr", "ether host", NULL, MAC }, { "eth.src", "ether src", NULL, MAC },
	{ "eth.dst", "ether dst", NULL, MAC },
};

static const char *const protocols[][2] = { { "ip", "ip" }, { "ipv6", "ip6" }, { "arp", "arp" }, { "tcp", "tcp" },
	{ "udp", "udp" }, { "icmp", "icmp" }, { "icmpv6", "icmp6" }, { "sctp", "sctp" } };

/* The next token: a bracket, an operator or a word; empty at the end, or when it is too long. */
static void next(struct translation *in)
{
	static const char signs[] = "()!=<>&|";
	in->at += strspn(in->at, " \t\n");
	size_t length = strcspn(in->at, " \t\n()!=<>&|");
	if (length == 0 && *in->at) {
		bool pair = strchr("=<>&|!", *in->at) && in->at[1] && strchr("=&|", in->at[1]);
		length = pair && strchr(signs, in->at[1]) ? 2 : 1;
	}
	if (length >= WORD_LONGEST)
		length = 0;
	memcpy(in->token, in->at, length);
	in->token[length] = '\0';
	in->at += length;
}

static bool is(const struct translation *in, const char *one, const char *other)
{
	return strcmp(in->token, one) == 0 || (other && strcasecmp(in->token, other) == 0);
}

static const char *operator_of(const struct translation *in)
{
	static const char *const operators[][2] = { { "==", "eq" }, { "!=", "ne" }, { ">=", "ge" }, { "<=", "le" },
		{ ">", "gt" }, { "<", "lt" } };
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
		if (is(in, operators[i][0], operators[i][1]))
			return operators[i][0];
	return NULL;
}

static bool is_number(const char *word, unsigned long most)
{
	char *end;
	unsigned long number = strtoul(word, &end, 0);
	return isdigit((unsigned char)*word) && !*end && number <= most;
}

/* "10.0.0.1" or "10.0.0.0/8"; with the bits behind the prefix zero, as libpcap wants it. */
static bool is_address(const char *word, bool *is_net)
{
	char address[WORD_LONGEST];
	struct address parsed;
	const char *slash = strchr(word, '/');
	size_t length = slash ? (size_t)(slash - word) : strlen(word);
	memcpy(address, word, length);
	address[length] = '\0';
	*is_net = slash != NULL;
	if (!address_parse(address, &parsed))
		return false;
	unsigned most = parsed.family == ADDRESS_IPV4 ? 32 : 128;
	if (!slash)
		return true;
	if (!is_number(slash + 1, most))
		return false;
	for (unsigned bit = (unsigned)atoi(slash + 1); bit < most; bit++)
		if (parsed.bytes[bit / 8] >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static bool is_mac(const char *word)
{
	unsigned colons = 0, digits = 0;
	for (; *word; word++) {
		colons += *word == ':';
		digits += isxdigit((unsigned char)*word) != 0;
	}
	return colons == 5 && digits == 12;
}

static bool add_test(struct translation *in, size_t field)
{
	const char *before = fields[field].before, *protocol = fields[field].protocol;
	int kind = fields[field].kind;
	bool is_net = false;
	const char *operator = operator_of(in);
	if (!operator || (operator[0] != '=' && operator[0] != '!' && kind != LENGTH))
		return false;
	bool differs = operator[0] == '!';
	next(in);
	if (kind == ADDRESS ? !is_address(in->token, &is_net) : kind == MAC ? !is_mac(in->token)
	    : !is_number(in->token, kind == PORT ? 65535 : kind == NUMBER ? 255 : UINT32_MAX))
		return false;
	/* A packet without the field fulfils no comparison. */
	if (differs && kind != LENGTH)
		text_addf(in->to, "(%s%snot ", protocol ? protocol : "", protocol ? " and " : "");
	if (kind == LENGTH)
		text_addf(in->to, "%s %s %s", before, operator, in->token);
	else if (is_net)
		text_addf(in->to, "%.*snet %s", (int)(strlen(before) - strlen("host")), before, in->token);
	else
		text_addf(in->to, "%s %s", before, in->token);
	if (differs && kind != LENGTH)
		text_add(in->to, ")");
	next(in);
	return true;
}

static bool add_or(struct translation *in);

static bool add_one(struct translation *in)
{
	if (is(in, "!", "not")) {
		text_add(in->to, "not ");
		next(in);
		return ++in->depth < DEEPEST && add_one(in);
	}
	if (is(in, "(", NULL)) {
		text_add(in->to, "(");
		next(in);
		if (++in->depth >= DEEPEST || !add_or(in) || !is(in, ")", NULL))
			return false;
		text_add(in->to, ")");
		next(in);
		return true;
	}
	char word[WORD_LONGEST];
	memcpy(word, in->token, sizeof word);
	next(in);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (strcmp(word, fields[i].field) == 0)
			return add_test(in, i);
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (strcmp(word, protocols[i][0]) == 0) {
			text_add(in->to, protocols[i][1]);
			return true;
		}
	return false;
}

/* libpcap's "and" and "or" bind alike, so both are put into brackets. */
static bool add_and(struct translation *in)
{
	text_add(in->to, "(");
	if (!add_one(in))
		return false;
	while (is(in, "&&", "and")) {
		text_add(in->to, " and ");
		next(in);
		if (!add_one(in))
			return false;
	}
	text_add(in->to, ")");
	return true;
}

static bool add_or(struct translation *in)
{
	if (!add_and(in))
		return false;
	while (is(in, "||", "or")) {
		text_add(in->to, " or ");
		next(in);
		if (!add_and(in))
			return false;
	}
	return true;
}

bool translate_filter(const char *display, struct text *to)
{
	struct translation in = { .at = display, .to = to };
	size_t before = to->length;
	next(&in);
	if (add_or(&in) && !in.token[0] && !*in.at)
		return true;
	text_cut(to, before);
	return false;
}

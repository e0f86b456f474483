/* Templates to words: {name} becomes the fact of that name, in words fit for people. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/text.h"
#include "finding/finding.h"

/* A number with so many significant digits, without exponent and trailing zeros. */
static void add_number(struct text *to, double value, int digits)
{
	double size = fabs(value);
	int whole = size >= 1 ? (int)floor(log10(size)) + 1 : 1;
	int decimals = digits > whole ? digits - whole : 0;
	if (size > 0 && size < 1)
		decimals = digits - 1 - (int)floor(log10(size));
	if (decimals > 12)
		decimals = 12;
	char text[352];          /* DBL_MAX has 309 digits */
	snprintf(text, sizeof text, "%.*f", decimals, value);
	if (decimals) {
		size_t length = strlen(text);
		while (text[length - 1] == '0')
			length--;
		if (text[length - 1] == '.')
			length--;
		text[length] = '\0';
	}
	text_add(to, text);
}

static void add_bits(struct text *to, double value)
{
	static const char *const units[] = { "bit/s", "kb/s", "Mb/s", "Gb/s", "Tb/s" };
	unsigned unit = 0;
	while (value >= 1000 && unit < sizeof units / sizeof *units - 1) {
		value /= 1000;
		unit++;
	}
	add_number(to, value, 3);
	text_add_char(to, ' ');
	text_add(to, units[unit]);
}

static void add_bytes(struct text *to, double value)
{
	char size[DURATION_TEXT_SIZE];
	text_add(to, size_text(value < 0 ? 0 : value > 1e18 ? (uint64_t)1e18 : (uint64_t)value, size));
}

static void add_seconds(struct text *to, double value)
{
	char duration[DURATION_TEXT_SIZE];
	double limit = (double)INT64_MAX / NANOSECONDS - 1;
	double bounded = value > limit ? limit : value < -limit ? -limit : value;
	text_add(to, duration_text((int64_t)llround(bounded * NANOSECONDS), duration));
}

void fact_render(const struct fact *fact, struct text *to)
{
	switch (fact->unit) {
	case UNIT_NONE:
		add_number(to, fact->value, fact->value == floor(fact->value) ? 15 : 4);
		break;
	case UNIT_COUNT:
		text_addf(to, "%.0f", fact->value);
		break;
	case UNIT_SECONDS:
		add_seconds(to, fact->value);
		break;
	case UNIT_BYTES:
		add_bytes(to, fact->value);
		break;
	case UNIT_RATIO:
		add_number(to, fact->value * 100, 2 + (fabs(fact->value) >= 0.1));
		text_add(to, " %");
		break;
	case UNIT_RATE_PER_SECOND:
		add_number(to, fact->value, 3);
		text_add(to, "/s");
		break;
	case UNIT_BITS_PER_SECOND:
		add_bits(to, fact->value);
		break;
	case UNIT_TEXT:
		text_add(to, fact->text);
		break;
	}
}

static bool is(const char *name, size_t length, const char *word)
{
	return strlen(word) == length && memcmp(name, word, length) == 0;
}

static bool add_address(struct text *to, const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];
	if (!address->family)
		return false;
	text_add(to, address_text(address, text));
	return true;
}

static void add_protocol(struct text *to, uint8_t protocol)
{
	static const struct { uint8_t number; const char *name; } names[] = {
		{ 1, "ICMP" }, { 2, "IGMP" }, { 6, "TCP" }, { 17, "UDP" }, { 47, "GRE" }, { 50, "ESP" },
		{ 58, "ICMPv6" }, { 89, "OSPF" }, { 132, "SCTP" },
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (names[i].number == protocol) {
			text_add(to, names[i].name);
			return;
		}
	}
	text_addf(to, "IP protocol %u", protocol);
}

/* Names that every finding knows without a fact. */
static bool add_known(struct text *to, const struct finding *finding, const char *name, size_t length)
{
	const struct subject *subject = &finding->subject;
	if (is(name, length, "client"))
		return add_address(to, &subject->client);
	if (is(name, length, "host"))
		return subject->is_host && add_address(to, &subject->client);
	if (is(name, length, "server"))
		return add_address(to, &subject->server);
	if (is(name, length, "server_port")) {
		text_addf(to, "%u", subject->server_port);
		return true;
	}
	if (is(name, length, "service")) {
		if (finding->service)
			text_add(to, finding->service);
		else
			text_addf(to, "port %u", subject->server_port);
		return true;
	}
	if (is(name, length, "count")) {
		text_addf(to, "%llu", (unsigned long long)finding->count);
		return true;
	}
	if (is(name, length, "cost")) {
		char duration[DURATION_TEXT_SIZE];
		text_add(to, duration_text(finding->cost, duration));
		return true;
	}
	if (is(name, length, "protocol")) {
		add_protocol(to, subject->protocol);
		return true;
	}
	return false;
}

static const struct fact *find_fact(const struct finding *finding, const char *name, size_t length)
{
	for (unsigned i = 0; i < finding->fact_count; i++)
		if (is(name, length, finding->facts[i].name))
			return &finding->facts[i];
	return NULL;
}

static bool add_name(struct text *to, const struct finding *finding, const char *name, size_t length)
{
	const struct fact *fact = find_fact(finding, name, length);
	if (!fact)
		return add_known(to, finding, name, length);
	fact_render(fact, to);
	return true;
}

/* Is the value of that name exactly one? */
static bool is_one(const struct finding *finding, const char *name, size_t length)
{
	const struct fact *fact = find_fact(finding, name, length);
	return fact ? fact->value == 1 : is(name, length, "count") && finding->count == 1;
}

/* What stands between the braces: a name, or name|singular|plural. False: nothing known about it. */
static bool add_placeholder(struct text *to, const struct finding *finding, const char *inside,
			    size_t length)
{
	const char *end = inside + length;
	const char *singular = memchr(inside, '|', length);
	if (!singular)
		return add_name(to, finding, inside, length);
	size_t name_length = (size_t)(singular - inside);
	const char *plural = memchr(singular + 1, '|', (size_t)(end - singular - 1));
	if (!plural || !add_name(to, finding, inside, name_length))
		return false;
	text_add_char(to, ' ');
	if (is_one(finding, inside, name_length))
		text_add_bytes(to, singular + 1, (size_t)(plural - singular - 1));
	else
		text_add_bytes(to, plural + 1, (size_t)(end - plural - 1));
	return true;
}

void finding_render(const struct finding *finding, const char *template_, struct text *to)
{
	const char *rest = template_;
	for (;;) {
		const char *open = strchr(rest, '{');
		const char *close = open ? strchr(open, '}') : NULL;
		if (!close) {
			text_add(to, rest);
			return;
		}
		text_add_bytes(to, rest, (size_t)(open - rest));
		if (!add_placeholder(to, finding, open + 1, (size_t)(close - open - 1)))
			text_add_bytes(to, open, (size_t)(close - open + 1));
		rest = close + 1;
	}
}

void finding_text(const struct finding *finding, struct text *to)
{
	static const struct { const char *group, *one, *many; } more[] = {
		{ "targets", "target of this client", "targets of this client" },
		{ "sources", "client of this server", "clients of this server" },
		{ "others", "conversation", "conversations" },
	};
	finding_render(finding, finding->say ? finding->say : finding->kind->say, to);
	for (size_t i = 0; finding->group && i < sizeof more / sizeof *more; i++)
		if (strcmp(finding->group, more[i].group) == 0)
			text_addf(to, " The same holds for %llu more %s.",
				  (unsigned long long)finding->group_size - 1,
				  finding->group_size == 2 ? more[i].one : more[i].many);
}

const char *finding_unrendered(const char *rendered)
{
	for (const char *open = strchr(rendered, '{'); open; open = strchr(open + 1, '{')) {
		const char *at = open + 1;
		while (islower((uint8_t)*at) || isdigit((uint8_t)*at) || *at == '_')
			at++;
		if (at > open + 1 && (*at == '}' || *at == '|'))
			return open;
	}
	return NULL;
}

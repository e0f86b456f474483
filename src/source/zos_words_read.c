#include <stdio.h>
#include <string.h>

#include "source/zos_discard.h"
#include "source/zos_words.h"

#define PREFIX "zos."
#define FIRST_KEY "zos.format="

struct piece { const char *text; size_t length; };

/* The numbers, and how wide the field of each is. */
struct number {
	const char *key;
	size_t offset, size;
	bool is_claim;               /* holds nothing but 0 and 1 */
};

#define NUMBER(key, field) \
	{ key, offsetof(struct zos_record, field), sizeof(((struct zos_record *)0)->field), false }
#define CLAIM(key, field) { key, offsetof(struct zos_record, field), sizeof(bool), true }

static const struct number numbers[] = {
	NUMBER("format", format),
	NUMBER("interface_index", interface_index),
	NUMBER("device_type", device_type),
	NUMBER("flags", flags),
	CLAIM("local", local),
	CLAIM("confidential", confidential),
	CLAIM("clear_text", clear_text),
	NUMBER("discard", discard),
	NUMBER("trace_count", trace_count),
	NUMBER("capture_time", capture_time),
	NUMBER("buffer_time", buffer_time),
	NUMBER("asid", asid),
	NUMBER("tcb", tcb),
	NUMBER("connection", connection),
	NUMBER("family", family),
	NUMBER("socket_type", socket_type),
	NUMBER("state", state),
	NUMBER("protocol", protocol),
	NUMBER("packet_length", packet_length),
	NUMBER("traced_length", traced_length),
	NUMBER("vlan", vlan),
	NUMBER("offload_segment_length", offload_segment_length),
	NUMBER("segments", segments),
	CLAIM("incomplete", incomplete),
};

static bool is(struct piece piece, const char *word)
{
	return piece.length == strlen(word) && memcmp(piece.text, word, piece.length) == 0;
}

/* Cuts off what comes before the next blank, or between quotes. */
static struct piece take_value(struct piece *in)
{
	struct piece value = *in;
	char end = ' ';
	if (value.length && *value.text == '"') {
		end = '"';
		value.text++;
		value.length--;
	}
	const char *at = value.length ? memchr(value.text, end, value.length) : NULL;
	size_t used = at ? (size_t)(at - value.text) : value.length;
	in->length = at ? value.length - used - 1 : 0;
	in->text = value.text + used + (at != NULL);
	value.length = used;
	return value;
}

static bool take_key(struct piece *in, struct piece *key)
{
	while (in->length && *in->text == ' ') {
		in->text++;
		in->length--;
	}
	const char *at = in->length ? memchr(in->text, '=', in->length) : NULL;
	size_t prefix = strlen(PREFIX);
	if (!at || (size_t)(at - in->text) <= prefix || memcmp(in->text, PREFIX, prefix) != 0)
		return false;
	*key = (struct piece){ in->text + prefix, (size_t)(at - in->text) - prefix };
	in->length -= (size_t)(at - in->text) + 1;
	in->text = at + 1;
	return true;
}

/* Decimal, with a sign where it has one, or hexadecimal behind 0x. What is no number is 0. */
static uint64_t number_of(struct piece value)
{
	bool negative = value.length && *value.text == '-';
	bool hex = value.length > 2 && value.text[0] == '0' && value.text[1] == 'x';
	uint64_t number = 0;
	for (size_t i = negative ? 1 : hex ? 2 : 0; i < value.length; i++) {
		char c = value.text[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0')
			       : hex && c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
		if (digit >= (hex ? 16u : 10u))
			return 0;
		number = number * (hex ? 16 : 10) + digit;
	}
	return negative ? 0 - number : number;
}

static void store(const struct number *number, uint64_t value, struct zos_record *zos)
{
	void *field = (char *)zos + number->offset;
	uint32_t four = (uint32_t)value;
	uint16_t two = (uint16_t)value;
	uint8_t one = (uint8_t)value;
	switch (number->size) {
	case 8:
		memcpy(field, &value, 8);
		break;
	case 4:
		memcpy(field, &four, 4);
		break;
	case 2:
		memcpy(field, &two, 2);
		break;
	default:
		if (number->is_claim)
			one = value != 0;
		memcpy(field, &one, 1);
	}
}

static void copy_words(char *to, size_t room, struct piece value)
{
	size_t length = value.length < room ? value.length : room - 1;
	memcpy(to, value.text, length);
	to[length] = '\0';
	for (char *c = to; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '.';
}

/* "10.1.1.1:80", "[2001:db8::1]:80", or no port. */
static void read_end(struct piece value, struct address *address, uint16_t *port)
{
	char text[ENDPOINT_TEXT_SIZE];
	copy_words(text, sizeof text, value);
	char *start = text, *colon = strrchr(text, ':'), *bracket = strchr(text, ']');
	if (*text == '[' && bracket) {
		start++;
		*bracket = '\0';
		colon = bracket[1] == ':' ? bracket + 1 : NULL;
	} else if (colon && strchr(text, ':') != colon) {
		colon = NULL;                /* one of the colons of an address without a port */
	}
	if (colon) {
		*port = (uint16_t)number_of((struct piece){ colon + 1, strlen(colon + 1) });
		*colon = '\0';
	}
	if (!address_parse(start, address))
		*address = (struct address){ .family = ADDRESS_NONE };
}

static void use(struct piece key, struct piece value, struct zos_words *to)
{
	struct zos_record *zos = &to->zos;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (is(key, numbers[i].key)) {
			store(&numbers[i], number_of(value), zos);
			return;
		}
	}
	if (is(key, "interface") || is(key, "job"))
		copy_words(zos->name, sizeof zos->name, value);
	else if (is(key, "discard_name"))
		copy_words(to->discard_name, sizeof to->discard_name, value);
	else if (is(key, "source"))
		read_end(value, &zos->source, &zos->source_port);
	else if (is(key, "destination"))
		read_end(value, &zos->destination, &zos->destination_port);
}

/* What the words do not say because it follows from the rest. */
static void complete(struct zos_words *to)
{
	struct zos_record *zos = &to->zos;
	zos->capture_tod = zos_tod_from_time(zos->capture_time, 0);
	zos->buffer_tod = zos_tod_from_time(zos->buffer_time, 0);
	zos->header_length = ZOS_PACKET_HEADER;
	if (!zos->segments)
		zos->segments = 1;
	if (zos->format != ZOS_DATA) {
		zos_text_to_ebcdic(zos->name, zos->raw_name, sizeof zos->raw_name);
	} else {
		zos_text_to_ebcdic(zos->name, zos->raw_name, 8);
		zos->raw_name[8] = zos->family;
		zos->raw_name[9] = zos->socket_type;
		zos->raw_name[10] = zos->protocol;
		zos->raw_name[11] = zos->state;
		for (unsigned i = 0; i < 4; i++)
			zos->raw_name[12 + i] = (uint8_t)(zos->connection >> (24 - 8 * i));
	}
	if (to->discard_name[0])
		zos->discard_name = to->discard_name;
}

bool zos_words_read(const char *words, size_t length, struct zos_words *to)
{
	if (length < strlen(FIRST_KEY) || memcmp(words, FIRST_KEY, strlen(FIRST_KEY)) != 0)
		return false;
	struct piece in = { words, length }, key;
	memset(to, 0, sizeof *to);
	while (take_key(&in, &key))
		use(key, take_value(&in), to);
	complete(to);
	return to->zos.format > 0 && to->zos.format < ZOS_FORMATS;
}

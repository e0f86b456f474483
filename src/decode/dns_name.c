#include "decode/dns_name.h"

#define LABEL_MAX 63
#define POINTER 0xc0         /* the first two bits of a length byte: the name goes on elsewhere */
#define MAX_POINTERS 32      /* each can jump anywhere, so only their number ends a loop */

/* Reads the length byte before a label: its value, or 0 when the name ends, by itself or with a
 * pointer whose target goes to `pointer`. */
static size_t read_label_length(struct cursor *in, size_t *pointer)
{
	size_t length = cursor_u8(in);
	if (length <= LABEL_MAX)
		return length;
	if (length < POINTER)
		cursor_reject(in, "a domain name label of an unknown kind");
	*pointer = (length & (POINTER ^ 0xffu)) << 8 | cursor_u8(in);
	return 0;
}

void dns_name_skip(struct cursor *in)
{
	size_t length, pointer = 0;
	while ((length = read_label_length(in, &pointer)) > 0)
		cursor_skip(in, length);
}

/* False when the name is full. */
static bool append_label(struct dns_name *name, const uint8_t *label, size_t length)
{
	size_t used = name->length;
	if (used + (used > 0) + length > DNS_NAME_MAX - 2)
		return false;
	if (used)
		name->text[used++] = '.';
	memcpy(name->text + used, label, length);
	name->length = (uint8_t)(used + length);
	name->labels++;
	return true;
}

/* Appends the labels at `at` up to the end or a pointer, which it returns. 0: the name ends. */
static size_t read_labels(struct cursor *at, struct dns_name *to)
{
	size_t length, pointer = 0;
	while ((length = read_label_length(at, &pointer)) > 0) {
		const uint8_t *label = cursor_take(at, length);
		if (!label || !append_label(to, label, length))
			return 0;
	}
	return cursor_ok(at) ? pointer : 0;
}

void dns_name_read(struct cursor *in, struct cursor message, struct dns_name *to)
{
	struct cursor at = *in;
	to->length = to->labels = 0;
	dns_name_skip(in);
	for (int i = 0; i < MAX_POINTERS && cursor_ok(in); i++) {
		size_t pointer = read_labels(&at, to);
		if (!pointer)
			break;
		at = message;
		cursor_skip(&at, pointer);
	}
	to->text[to->length] = '\0';
}

void dns_name_lower(struct dns_name *name)
{
	for (size_t i = 0; i < name->length; i++)
		if (name->text[i] >= 'A' && name->text[i] <= 'Z')
			name->text[i] = (char)(name->text[i] | 0x20);
}

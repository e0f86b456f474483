/* DNS messages: each label of a name by its pseudonym, addresses by theirs, other data wiped. Nothing
 * changes its length, so that compression pointers stay right. */
#include "convert/edit.h"

#include <string.h>

#include "core/cursor.h"

#define HEADER 12
#define LABEL_MOST 63
#define LABELS_MOST 128              /* of a name of 255 bytes */

struct message { struct edit *edit; size_t at, end; bool good; };

static size_t left(const struct message *message)
{
	return message->at < message->end ? message->end - message->at : 0;
}

static bool take(struct message *message, size_t length, size_t *at)
{
	*at = message->at;
	if (length > left(message))
		message->good = false;
	if (message->good)
		message->at += length;
	return message->good;
}

static bool is_word(const uint8_t *bytes, size_t length, const char *word)
{
	return strlen(word) == length && strncasecmp((const char *)bytes, word, length) == 0;
}

/* Names of services and of the trees that have a meaning of their own. */
static bool tells_nothing(const uint8_t *bytes, size_t length)
{
	return bytes[0] == '_' || is_word(bytes, length, "arpa") || is_word(bytes, length, "in-addr") ||
	       is_word(bytes, length, "ip6") || is_word(bytes, length, "local") ||
	       is_word(bytes, length, "localhost");
}

static void edit_name(struct message *message)
{
	uint8_t *bytes = message->edit->bytes;
	size_t at;
	for (int labels = 0; labels < LABELS_MOST && take(message, 1, &at); labels++) {
		size_t length = bytes[at];
		if (length > LABEL_MOST) {
			if (length < 0xc0)
				message->good = false;
			take(message, 1, &at);       /* a pointer to what is or will be edited */
			return;
		}
		if (!length || !take(message, length, &at))
			return;
		if (!tells_nothing(bytes + at, length))
			pseudonym_word(message->edit->pseudonyms, bytes + at, length);
	}
	message->good = false;
}

static void edit_bytes(struct message *message, size_t length, bool wipe)
{
	size_t at;
	if (take(message, length, &at) && wipe)
		edit_wipe(message->edit, at, length);
}

/* Sizes and flags of EDNS are kept; options name clients (RFC 7871) or mark them (RFC 7873). */
static void edit_edns(struct message *message, size_t end)
{
	while (message->good && message->at + 4 <= end) {
		size_t at, length;
		if (!take(message, 4, &at))
			return;
		length = load_be16(message->edit->bytes + at + 2);
		if (length > end - message->at)
			message->good = false;
		edit_bytes(message, length, true);
	}
}

static void edit_data(struct message *message, uint16_t type, size_t length)
{
	enum { A = 1, NS = 2, CNAME = 5, SOA = 6, PTR = 12, MX = 15, AAAA = 28, SRV = 33, DNAME = 39,
		OPT = 41 };
	size_t end = message->at + length;
	if (length > left(message)) {
		message->good = false;
		return;
	}
	switch (type) {
	case A:
		edit_ipv4(message->edit, message->at);
		message->at += length < 4 ? length : 4;
		break;
	case AAAA:
		edit_ipv6(message->edit, message->at);
		message->at += length < 16 ? length : 16;
		break;
	case NS:
	case CNAME:
	case PTR:
	case DNAME:
		edit_name(message);
		break;
	case MX:
		edit_bytes(message, 2, false);
		edit_name(message);
		break;
	case SRV:
		edit_bytes(message, 6, false);
		edit_name(message);
		break;
	case SOA:
		edit_name(message);
		edit_name(message);
		edit_bytes(message, 20, false);
		break;
	case OPT:
		edit_edns(message, end);
		break;
	}
	if (message->at > end)
		message->good = false;
	if (message->good)
		edit_bytes(message, end - message->at, true);
}

static void edit_question(struct message *message)
{
	edit_name(message);
	edit_bytes(message, 4, false);
}

static void edit_resource(struct message *message)
{
	size_t at;
	edit_name(message);
	if (!take(message, 10, &at))
		return;
	edit_data(message, load_be16(message->edit->bytes + at), load_be16(message->edit->bytes + at + 8));
}

void edit_dns(struct edit *edit, size_t at, size_t end)
{
	struct message message = { .edit = edit, .at = at, .end = end < edit->length ? end : edit->length,
		.good = true };
	size_t header;
	if (!take(&message, HEADER, &header))
		return;
	unsigned questions = load_be16(edit->bytes + at + 4);
	unsigned resources = load_be16(edit->bytes + at + 6) + load_be16(edit->bytes + at + 8) +
			     load_be16(edit->bytes + at + 10);
	edit->known = message.at;
	/* A part that is wrong or cut off is not known, and neither is what comes behind it. */
	for (; questions && message.good; questions--) {
		edit_question(&message);
		if (message.good)
			edit->known = message.at;
	}
	for (; resources && message.good; resources--) {
		edit_resource(&message);
		if (message.good)
			edit->known = message.at;
	}
}

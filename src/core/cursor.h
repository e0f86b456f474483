/* The only way to read bytes that came from outside.
 *
 * A cursor is a value over bytes that somebody else owns. A read that does not fit returns 0 and the
 * failure sticks, so a decoder reads its fields in wire order and looks once at the end. Two failures
 * are never mixed up: TRUNCATED means that the trace holds less than the packet had (nobody is to
 * blame), MALFORMED means that the packet contradicts itself. */
#ifndef CORE_CURSOR_H
#define CORE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum cursor_status { CURSOR_OK, CURSOR_TRUNCATED, CURSOR_MALFORMED };

struct cursor {
	const uint8_t *next;       /* next unread byte */
	size_t captured;           /* unread bytes that the trace holds, at most declared */
	size_t declared;           /* unread bytes that the enclosing length promises */
	enum cursor_status status; /* CURSOR_OK, or the first failure; it sticks */
	const char *reason;        /* constant text once status is not OK */
};

static inline struct cursor cursor_make(const void *bytes, size_t captured, size_t declared)
{
	struct cursor in = { bytes, captured < declared ? captured : declared, declared, CURSOR_OK,
		NULL };
	return in;
}

static inline bool cursor_ok(const struct cursor *in)
{
	return in->status == CURSOR_OK;
}

/* True while there is something left to read and nothing failed: the condition of loops over lists. */
static inline bool cursor_more(const struct cursor *in)
{
	return in->status == CURSOR_OK && in->declared > 0;
}

/* The first failure wins; later ones change nothing. */
static inline void cursor_fail(struct cursor *in, enum cursor_status status, const char *reason)
{
	if (in->status == CURSOR_OK) {
		in->status = status;
		in->reason = reason;
	}
	in->captured = 0;
	in->declared = 0;
}

static inline void cursor_reject(struct cursor *in, const char *reason)
{
	cursor_fail(in, CURSOR_MALFORMED, reason);
}

/* Makes sure that `count` bytes can be read; fails with the right status otherwise. */
static inline bool cursor_need(struct cursor *in, size_t count)
{
	if (__builtin_expect(count <= in->captured, 1))
		return true;
	if (in->status == CURSOR_OK) {
		if (count > in->declared)
			cursor_fail(in, CURSOR_MALFORMED, "the packet ends before the field does");
		else
			cursor_fail(in, CURSOR_TRUNCATED, "the trace holds only part of the packet");
	}
	return false;
}

static inline void cursor_advance(struct cursor *in, size_t count)
{
	in->next += count;
	in->captured -= count;
	in->declared -= count;
}

static inline uint8_t cursor_u8(struct cursor *in)
{
	if (!cursor_need(in, 1))
		return 0;
	uint8_t value = in->next[0];
	cursor_advance(in, 1);
	return value;
}

static inline uint16_t load_be16(const uint8_t *b)
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t load_be32(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t load_be64(const uint8_t *b)
{
	return (uint64_t)load_be32(b) << 32 | load_be32(b + 4);
}

static inline uint16_t load_le16(const uint8_t *b)
{
	return (uint16_t)(b[1] << 8 | b[0]);
}

static inline uint32_t load_le32(const uint8_t *b)
{
	return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

static inline uint64_t load_le64(const uint8_t *b)
{
	return (uint64_t)load_le32(b + 4) << 32 | load_le32(b);
}

static inline uint16_t cursor_be16(struct cursor *in)
{
	if (!cursor_need(in, 2))
		return 0;
	uint16_t value = load_be16(in->next);
	cursor_advance(in, 2);
	return value;
}

static inline uint32_t cursor_be24(struct cursor *in)
{
	if (!cursor_need(in, 3))
		return 0;
	uint32_t value = (uint32_t)in->next[0] << 16 | (uint32_t)in->next[1] << 8 | in->next[2];
	cursor_advance(in, 3);
	return value;
}

static inline uint32_t cursor_be32(struct cursor *in)
{
	if (!cursor_need(in, 4))
		return 0;
	uint32_t value = load_be32(in->next);
	cursor_advance(in, 4);
	return value;
}

static inline uint64_t cursor_be64(struct cursor *in)
{
	if (!cursor_need(in, 8))
		return 0;
	uint64_t value = load_be64(in->next);
	cursor_advance(in, 8);
	return value;
}

static inline uint16_t cursor_le16(struct cursor *in)
{
	if (!cursor_need(in, 2))
		return 0;
	uint16_t value = load_le16(in->next);
	cursor_advance(in, 2);
	return value;
}

static inline uint32_t cursor_le32(struct cursor *in)
{
	if (!cursor_need(in, 4))
		return 0;
	uint32_t value = load_le32(in->next);
	cursor_advance(in, 4);
	return value;
}

/* Copies `count` bytes out, or zeros when they do not fit. */
static inline void cursor_bytes(struct cursor *in, void *to, size_t count)
{
	if (!cursor_need(in, count)) {
		memset(to, 0, count);
		return;
	}
	memcpy(to, in->next, count);
	cursor_advance(in, count);
}

/* The address of the next `count` bytes, which are skipped; NULL when they do not fit. */
static inline const uint8_t *cursor_take(struct cursor *in, size_t count)
{
	if (!cursor_need(in, count))
		return NULL;
	const uint8_t *bytes = in->next;
	cursor_advance(in, count);
	return bytes;
}

static inline void cursor_skip(struct cursor *in, size_t count)
{
	(void)cursor_take(in, count);
}

/* A cursor over the next `count` declared bytes, which are moved past. What the trace cut off the end
 * stays cut: the inner cursor becomes TRUNCATED only where it is really read. Past `declared` both
 * are MALFORMED. */
static inline struct cursor cursor_split(struct cursor *in, size_t count)
{
	if (in->status != CURSOR_OK || count > in->declared) {
		cursor_reject(in, "a length reaches past its enclosing layer");
		return *in;
	}
	struct cursor inner = cursor_make(in->next, in->captured, count);
	in->next += inner.captured;
	in->captured -= inner.captured;
	in->declared -= count;
	return inner;
}

/* The bytes up to the next NUL, which is moved past; without one, those that are there. */
static inline struct cursor cursor_string(struct cursor *in)
{
	const uint8_t *end = in->captured ? memchr(in->next, 0, in->captured) : NULL;
	size_t length = end ? (size_t)(end - in->next) : in->captured;
	struct cursor text = cursor_make(in->next, length, length);
	cursor_skip(in, end ? length + 1 : length);
	return text;
}

/* As a string of at most size - 1 characters that is fit to be shown: what is not printable ASCII becomes '.'. */
static inline void cursor_words(struct cursor text, char *to, size_t size)
{
	size_t length = text.captured < size - 1 ? text.captured : size - 1;
	for (size_t i = 0; i < length; i++)
		to[i] = text.next[i] >= ' ' && text.next[i] < 0x7f ? (char)text.next[i] : '.';
	to[length] = '\0';
}

/* Everything that is left, as a cursor of its own. */
static inline struct cursor cursor_rest(struct cursor *in)
{
	return cursor_split(in, in->declared);
}

#endif

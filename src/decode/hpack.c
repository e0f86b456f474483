#include "decode/hpack.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#define OVERHEAD 32              /* what each entry costs besides its text: RFC 7541, 4.1 */
#define STATIC_COUNT 61
#define UNKNOWN UINT16_MAX       /* as a length: the text is not known */

struct hpack_entry {
	uint32_t at;                 /* its name in `bytes`, its value behind it */
	uint16_t name_length, value_length;
	uint32_t size;
};

/* RFC 7541, appendix A */
static const struct { const char *name, *value; } known[STATIC_COUNT] = {
	{ ":authority", "" },
	{ ":method", "GET" },
	{ ":method", "POST" },
	{ ":path", "/" },
	{ ":path", "/index.html" },
	{ ":scheme", "http" },
	{ ":scheme", "https" },
	{ ":status", "200" },
	{ ":status", "204" },
	{ ":status", "206" },
	{ ":status", "304" },
	{ ":status", "400" },
	{ ":status", "404" },
	{ ":status", "500" },
	{ "accept-charset", "" },
	{ "accept-encoding", "gzip, deflate" },
	{ "accept-language", "" },
	{ "accept-ranges", "" },
	{ "accept", "" },
	{ "access-control-allow-origin", "" },
	{ "age", "" },
	{ "allow", "" },
	{ "authorization", "" },
	{ "cache-control", "" },
	{ "content-disposition", "" },
	{ "content-encoding", "" },
	{ "content-language", "" },
	{ "content-length", "" },
	{ "content-location", "" },
	{ "content-range", "" },
	{ "content-type", "" },
	{ "cookie", "" },
	{ "date", "" },
	{ "etag", "" },
	{ "expect", "" },
	{ "expires", "" },
	{ "from", "" },
	{ "host", "" },
	{ "if-match", "" },
	{ "if-modified-since", "" },
	{ "if-none-match", "" },
	{ "if-range", "" },
	{ "if-unmodified-since", "" },
	{ "last-modified", "" },
	{ "link", "" },
	{ "location", "" },
	{ "max-forwards", "" },
	{ "proxy-authenticate", "" },
	{ "proxy-authorization", "" },
	{ "range", "" },
	{ "referer", "" },
	{ "refresh", "" },
	{ "retry-after", "" },
	{ "server", "" },
	{ "set-cookie", "" },
	{ "strict-transport-security", "" },
	{ "transfer-encoding", "" },
	{ "user-agent", "" },
	{ "vary", "" },
	{ "via", "" },
	{ "www-authenticate", "" },
};

void hpack_init(struct hpack_table *table)
{
	*table = (struct hpack_table){ .most = HPACK_FIRST_SIZE };
}

void hpack_finish(struct hpack_table *table)
{
	free(table->entries);
	free(table->bytes);
	*table = (struct hpack_table){ .most = table->most };
}

void hpack_lose(struct hpack_table *table)
{
	table->count = table->first = 0;
	table->start = table->end = 0;
	table->size = 0;
	table->incomplete = true;
}

size_t hpack_held(const struct hpack_table *table)
{
	return table->capacity * sizeof *table->entries + table->room;
}

/* Counted from the newest, 0. */
static struct hpack_entry *entry_at(const struct hpack_table *table, uint32_t index)
{
	return &table->entries[(table->first + table->count - 1 - index) % table->capacity];
}

static size_t kept(uint16_t length)
{
	return length == UNKNOWN ? 0 : length;
}

static void evict(struct hpack_table *table, size_t most)
{
	while (table->count && table->size > most) {
		const struct hpack_entry *oldest = &table->entries[table->first];
		table->size -= oldest->size;
		table->start += kept(oldest->name_length) + kept(oldest->value_length);
		table->first = (table->first + 1) % table->capacity;
		table->count--;
	}
}

static void resize(struct hpack_table *table, uint64_t most)
{
	if (most > HPACK_MOST_SIZE)
		table->incomplete = true;
	table->most = most < HPACK_MOST_SIZE ? (size_t)most : HPACK_MOST_SIZE;
	evict(table, table->most);
}

static void grow_ring(struct hpack_table *table)
{
	uint32_t capacity = table->capacity ? table->capacity * 2 : 8;
	struct hpack_entry *entries = memory_zeroed(capacity, sizeof *entries);
	for (uint32_t i = 0; i < table->count; i++)
		entries[i] = table->entries[(table->first + i) % table->capacity];
	free(table->entries);
	table->entries = entries;
	table->first = 0;
	table->capacity = capacity;
}

/* Text moves to the front once half of the room is free, so that each byte is moved about once. */
static void make_room(struct hpack_table *table, size_t length)
{
	size_t used = table->end - table->start;
	if (table->end + length <= table->room)
		return;
	if (used + length > table->room / 2)
		table->bytes = memory_grow(table->bytes, &table->room, (used + length) * 2, 1);
	if (used && table->start)
		memmove(table->bytes, table->bytes + table->start, used);
	for (uint32_t i = 0; i < table->count; i++)
		table->entries[(table->first + i) % table->capacity].at -= (uint32_t)table->start;
	table->start = 0;
	table->end = used;
}

static void add_text(struct hpack_table *table, const uint8_t *text, size_t length)
{
	if (length)
		memcpy(table->bytes + table->end, text, length);
	table->end += length;
}

static void insert(struct hpack_table *table, const struct hpack_header *header, size_t size)
{
	/* One that is larger than the table empties it: RFC 7541, 4.4. */
	evict(table, size <= table->most ? table->most - size : 0);
	if (size > table->most)
		return;
	size_t name_length = header->name ? header->name_length : 0;
	size_t value_length = header->value ? header->value_length : 0;
	if (table->count == table->capacity)
		grow_ring(table);
	make_room(table, name_length + value_length);
	table->entries[(table->first + table->count) % table->capacity] = (struct hpack_entry){
		.at = (uint32_t)table->end, .size = (uint32_t)size,
		.name_length = header->name ? (uint16_t)name_length : UNKNOWN,
		.value_length = header->value ? (uint16_t)value_length : UNKNOWN };
	table->count++;
	table->size += size;
	add_text(table, header->name, name_length);
	add_text(table, header->value, value_length);
}

/* An integer behind `prefix` bits of its first byte: RFC 7541, 5.1. */
static uint32_t take_integer(struct cursor *in, unsigned prefix)
{
	uint32_t most = (1u << prefix) - 1;
	uint64_t value = cursor_u8(in) & most;
	if (value < most)
		return (uint32_t)value;
	for (unsigned shift = 0; cursor_ok(in); shift += 7) {
		uint8_t byte = cursor_u8(in);
		if (shift > 28) {
			cursor_reject(in, "an integer of a header is too large");
			break;
		}
		value += (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			break;
	}
	if (value > UINT32_MAX)
		cursor_reject(in, "an integer of a header is too large");
	return cursor_ok(in) ? (uint32_t)value : 0;
}

/* A string: RFC 7541, 5.2. Returns its whole length; `kept_length` of it stand at *text, which is `room` unless
 * it stands in the block as it is. */
static size_t take_string(struct cursor *in, uint8_t *room, const uint8_t **text, size_t *kept_length)
{
	if (!cursor_need(in, 1))
		return 0;
	bool coded = in->next[0] & 0x80;
	struct cursor string = cursor_split(in, take_integer(in, 7));
	size_t length = string.declared;
	if (!cursor_ok(in) || !cursor_need(&string, length)) {
		cursor_fail(in, string.status, string.reason);
		return 0;
	}
	*text = string.next;
	if (coded) {
		length = hpack_huffman(&string, room, HPACK_KEPT);
		*text = room;
		if (!cursor_ok(&string))
			cursor_fail(in, string.status, string.reason);
	}
	*kept_length = length < HPACK_KEPT ? length : HPACK_KEPT;
	return length;
}

/* What stands at an index: RFC 7541, 2.3.3. */
static void look_up(const struct hpack_table *table, struct cursor *in, uint32_t index,
		    struct hpack_header *header)
{
	if (!index) {
		cursor_reject(in, "a header has the index 0");
	} else if (index <= STATIC_COUNT) {
		header->name = (const uint8_t *)known[index - 1].name;
		header->name_length = strlen(known[index - 1].name);
		header->value = (const uint8_t *)known[index - 1].value;
		header->value_length = strlen(known[index - 1].value);
	} else if (index - STATIC_COUNT <= table->count) {
		const struct hpack_entry *entry = entry_at(table, index - STATIC_COUNT - 1);
		const uint8_t *text = table->bytes + entry->at;
		header->name = entry->name_length == UNKNOWN ? NULL : text;
		header->name_length = kept(entry->name_length);
		header->value = entry->value_length == UNKNOWN ? NULL : text + header->name_length;
		header->value_length = kept(entry->value_length);
	} else if (!table->incomplete) {
		cursor_reject(in, "a header has an index behind the table");
	}
}

static void take_literal(struct hpack_table *table, struct cursor *in, unsigned prefix, bool keep,
			 struct hpack_scratch *scratch, struct hpack_header *header)
{
	size_t name_length, value_length;
	uint32_t index = take_integer(in, prefix);
	if (index) {
		look_up(table, in, index, header);
		name_length = header->name_length;
		/* The table may move while the header is added to it. */
		if (name_length && cursor_ok(in))
			memcpy(scratch->name, header->name, name_length);
		header->name = header->name ? scratch->name : NULL;
	} else {
		name_length = take_string(in, scratch->name, &header->name, &header->name_length);
	}
	value_length = take_string(in, scratch->value, &header->value, &header->value_length);
	header->cut = name_length > HPACK_KEPT || value_length > HPACK_KEPT;
	if (keep && cursor_ok(in))
		insert(table, header, name_length + value_length + OVERHEAD);
}

bool hpack_next(struct hpack_table *table, struct cursor *block, struct hpack_scratch *scratch,
		struct hpack_header *header)
{
	*header = (struct hpack_header){ 0 };
	while (cursor_more(block) && cursor_need(block, 1)) {
		uint8_t first = block->next[0];
		if ((first & 0xe0) == 0x20) {
			resize(table, take_integer(block, 5));
			continue;
		}
		if (first & 0x80)
			look_up(table, block, take_integer(block, 7), header);
		else if (first & 0x40)
			take_literal(table, block, 6, true, scratch, header);
		else
			take_literal(table, block, 4, false, scratch, header);
		return cursor_ok(block);
	}
	return false;
}

#include "index/entry.h"

#include "decode/decoder.h"

/* What an entry has; the bits of its first byte. */
enum {
	HAS_SESSION = 1, IS_CUT = 2, IS_FRAGMENT = 4, HAS_QUALITY = 8, HAS_RECORDER = 16, HAS_MORE = 32,
};
/* The bits of the second, with HAS_MORE. */
enum { IS_TWIN = 1, HAS_BEFORE = 2, HAS_PARENT = 4, HAS_COMMENT = 8 };
/* What the recorder said, with HAS_RECORDER. */
enum { DIRECTION_BITS = 3, HAS_FLAGS = 4, IS_TIMELESS = 8 };

void varint_put(struct text *to, uint64_t number)
{
	char bytes[10];
	size_t length = 0;
	for (; number > 0x7f; number >>= 7)
		bytes[length++] = (char)(0x80 | (number & 0x7f));
	bytes[length++] = (char)number;
	text_add_bytes(to, bytes, length);
}

uint64_t varint_get(struct cursor *in)
{
	uint64_t number = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cursor_u8(in);
		number |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return number;
	}
	cursor_reject(in, "a number has no end");
	return 0;
}

void varint_put_signed(struct text *to, int64_t number)
{
	uint64_t twice = (uint64_t)number << 1;
	varint_put(to, number < 0 ? ~twice : twice);
}

int64_t varint_get_signed(struct cursor *in)
{
	uint64_t number = varint_get(in);
	return (int64_t)(number & 1 ? ~(number >> 1) : number >> 1);
}

void varint_put_words(struct text *to, const char *words)
{
	size_t length = words ? strlen(words) + 1 : 0;
	varint_put(to, length);
	text_add_bytes(to, words, length);
}

const char *varint_get_words(struct cursor *in)
{
	size_t length = (size_t)varint_get(in);
	const uint8_t *words = length ? cursor_take(in, length) : NULL;
	if (!words)
		return NULL;
	if (memchr(words, 0, length) == words + length - 1)
		return (const char *)words;
	cursor_reject(in, "words that do not end where they should");
	return NULL;
}

static bool same_recorder(const struct record *a, const struct record *b)
{
	return a->link_type == b->link_type && a->interface == b->interface && a->direction == b->direction &&
	       a->has_flags == b->has_flags && a->fcs_length == b->fcs_length && a->timeless == b->timeless &&
	       a->drop_count == b->drop_count;
}

static void put_recorder(struct text *to, const struct record *record)
{
	varint_put(to, record->direction | (record->has_flags ? HAS_FLAGS : 0u) |
		       (record->timeless ? IS_TIMELESS : 0u));
	varint_put(to, record->link_type);
	varint_put(to, record->interface);
	varint_put(to, record->fcs_length);
	varint_put(to, record->drop_count);
}

static void get_recorder(struct cursor *in, struct record *record)
{
	uint64_t bits = varint_get(in);
	record->direction = bits & DIRECTION_BITS;
	record->has_flags = bits & HAS_FLAGS;
	record->timeless = bits & IS_TIMELESS;
	record->link_type = (uint32_t)varint_get(in);
	record->interface = (uint32_t)varint_get(in);
	record->fcs_length = (uint8_t)varint_get(in);
	record->drop_count = (uint32_t)varint_get(in);
}

static void put_twin(struct text *to, const struct entry *entry)
{
	varint_put(to, entry->record.number - entry->told.twin_of);
	varint_put_signed(to, entry->told.twin_lag);
	varint_put_signed(to, entry->told.twin_ttl_change);
	varint_put(to, entry->told.twin_other_path);
}

static void get_twin(struct cursor *in, struct entry *entry)
{
	entry->told.twin_of = entry->record.number - varint_get(in);
	entry->told.twin_lag = varint_get_signed(in);
	entry->told.twin_ttl_change = (int8_t)varint_get_signed(in);
	entry->told.twin_other_path = varint_get(in) != 0;
}

static void put_parent(struct text *to, const struct session_parent *parent)
{
	varint_put_words(to, parent->decoder->name);
	varint_put(to, parent->kind);
	varint_put(to, parent->number);
	varint_put(to, parent->packet);
	varint_put_signed(to, parent->time);
}

static void get_parent(struct cursor *in, struct session_parent *parent)
{
	const char *name = varint_get_words(in);
	parent->decoder = name ? decoder_named(name) : NULL;
	parent->kind = (uint8_t)varint_get(in);
	parent->number = (uint32_t)varint_get(in);
	parent->packet = varint_get(in);
	parent->time = varint_get_signed(in);
	if (!parent->decoder)
		cursor_reject(in, "a protocol that this build does not have");
}

static void put_more(struct text *to, const struct entry *entry)
{
	if (entry->told.twin_of)
		put_twin(to, entry);
	if (entry->told.before)
		varint_put(to, entry->told.before);
	if (entry->told.parent.decoder)
		put_parent(to, &entry->told.parent);
	if (entry->record.comment) {
		varint_put(to, entry->record.comment_length);
		text_add_bytes(to, entry->record.comment, entry->record.comment_length);
	}
}

static void get_more(struct cursor *in, uint64_t has, struct entry *entry)
{
	if (has & IS_TWIN)
		get_twin(in, entry);
	if (has & HAS_BEFORE)
		entry->told.before = (uint32_t)varint_get(in);
	if (has & HAS_PARENT)
		get_parent(in, &entry->told.parent);
	if (has & HAS_COMMENT) {
		size_t length = (size_t)varint_get(in);
		entry->record.comment = (const char *)cursor_take(in, length);
		entry->record.comment_length = entry->record.comment ? (uint32_t)length : 0;
	}
}

static uint64_t end_of(const struct record *record)
{
	return record->bytes_offset + record->captured_length;
}

void entry_put(struct text *to, const struct entry *before, const struct entry *entry)
{
	const struct record *record = &entry->record;
	const struct session_told *told = &entry->told;
	unsigned more = (told->twin_of ? IS_TWIN : 0u) | (told->before ? HAS_BEFORE : 0u) |
			(told->parent.decoder ? HAS_PARENT : 0u) | (record->comment ? HAS_COMMENT : 0u);
	unsigned has = (told->number ? HAS_SESSION : 0u) |
		       (record->captured_length != record->original_length ? IS_CUT : 0u) |
		       (entry->fragment ? IS_FRAGMENT : 0u) | (told->has_quality ? HAS_QUALITY : 0u) |
		       (same_recorder(&before->record, record) ? 0u : HAS_RECORDER) | (more ? HAS_MORE : 0u);
	varint_put(to, has);
	if (more)
		varint_put(to, more);
	varint_put_signed(to, (int64_t)(record->bytes_offset - end_of(&before->record)));
	varint_put(to, record->captured_length);
	varint_put_signed(to, (int64_t)((uint64_t)record->time - (uint64_t)before->record.time));
	if (has & IS_CUT)
		varint_put(to, record->original_length);
	if (has & HAS_SESSION)
		varint_put(to, (uint64_t)told->number * SESSION_KINDS + entry->kind);
	if (has & HAS_QUALITY)
		varint_put(to, told->quality);
	if (has & HAS_RECORDER)
		put_recorder(to, record);
	put_more(to, entry);
}

bool entry_get(struct cursor *in, struct entry *entry)
{
	if (!cursor_more(in))
		return false;
	struct record *record = &entry->record;
	uint64_t has = varint_get(in), more = has & HAS_MORE ? varint_get(in) : 0;
	entry->told = (struct session_told){ 0 };
	entry->fragment = has & IS_FRAGMENT;
	record->comment = NULL;
	record->comment_length = 0;
	record->number++;
	record->bytes_offset = end_of(record) + (uint64_t)varint_get_signed(in);
	record->captured_length = (uint32_t)varint_get(in);
	record->time = (int64_t)((uint64_t)record->time + (uint64_t)varint_get_signed(in));
	record->original_length = has & IS_CUT ? (uint32_t)varint_get(in) : record->captured_length;
	if (has & HAS_SESSION) {
		uint64_t session = varint_get(in);
		entry->kind = (uint8_t)(session % SESSION_KINDS);
		entry->told.number = (uint32_t)(session / SESSION_KINDS);
	}
	entry->told.has_quality = has & HAS_QUALITY;
	if (has & HAS_QUALITY)
		entry->told.quality = (uint32_t)varint_get(in);
	if (has & HAS_RECORDER)
		get_recorder(in, record);
	get_more(in, more, entry);
	return cursor_ok(in);
}

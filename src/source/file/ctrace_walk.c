/* What can stand in the way of entry after entry:
 *
 *     zeros                   the rest of a trace buffer that the next entry did not fit into
 *     N bytes of header       at the start of each logical record; N is learned from the data
 *     an entry that does not end with its record: the rest is in the next one, behind its header
 *     the same without record lengths (binary FTP drops them): the header lies inside the entry
 *     anything else           damage: skipped to the next place that has all marks of an entry
 */
#include "source/file/ctrace_walk.h"

#include <stdlib.h>

#include "core/memory.h"

/* Bytes of an entry that decide whether it may be one: header, data offset, packet header. */
#define HEAD 192
/* One entry can lie in so many logical records; with those of real writers it is three. */
#define MOST_PARTS 16
/* What the external writer puts into one logical record on a disk: LRECL 27994 less the RDW. */
#define USUAL_PAYLOAD 27990

void walk_init(struct walk *walk, struct reader *reader, enum ctrace_framing framing)
{
	memset(walk, 0, sizeof *walk);
	content_init(&walk->content, reader, framing);
	walk->joined = memory_allocate(CTE_LONGEST);
}

void walk_finish(struct walk *walk)
{
	content_finish(&walk->content);
	free(walk->joined);
	walk->joined = NULL;
}

static size_t most(size_t available)
{
	return available < CTE_LONGEST ? available : CTE_LONGEST;
}

static enum cte_check check_at(struct walk *walk, size_t ahead)
{
	size_t available = content_need(&walk->content, ahead + CTE_HEADER);
	if (available < ahead + CTE_HEADER)
		return CTE_NO;
	/* Most places are ruled out by the length and the format alone. */
	const uint8_t *at = walk->content.next + ahead;
	if (cte_check(at, CTE_HEADER) == CTE_NO)
		return CTE_NO;
	available = content_need(&walk->content, ahead + cte_length(at));
	return cte_check(walk->content.next + ahead, most(available - ahead));
}

/* Is what lies ahead something that may follow an entry? */
static bool goes_on(struct walk *walk, size_t ahead, bool zeros_do)
{
	size_t available = content_need(&walk->content, ahead + CTE_HEADER);
	if (available <= ahead)
		return available == ahead;
	if (available < ahead + CTE_HEADER)
		return zeros_do;
	if (zeros_do && load_be64(walk->content.next + ahead) == 0)
		return true;
	for (size_t i = 0, start; zeros_do && (start = content_start_ahead(&walk->content, i)) <= ahead; i++)
		if (start == ahead)
			return true;
	return check_at(walk, ahead) != CTE_NO;
}

/* Where headers of one length lie inside an entry: at places ahead, each counted with the headers before. */
struct parts {
	size_t starts[MOST_PARTS];
	size_t count;
	size_t header;
};

/* How many bytes the first `length` bytes of an entry take up together with the headers in them. */
static size_t parts_reach(const struct parts *parts, size_t length)
{
	for (size_t i = 0; i < parts->count && parts->starts[i] < length; i++)
		length += parts->header;
	return length;
}

static void parts_copy(const struct parts *parts, const uint8_t *from, size_t length, uint8_t *to)
{
	size_t at = 0;
	for (size_t i = 0; i < parts->count && length; i++) {
		size_t count = parts->starts[i] - at < length ? parts->starts[i] - at : length;
		memcpy(to, from + at, count);
		to += count;
		length -= count;
		at = parts->starts[i] + parts->header;
	}
	memcpy(to, from + at, length);
}

static struct parts parts_known(const struct walk *walk, size_t header)
{
	struct parts parts = { .header = header };
	size_t least = 0, start;
	while (parts.count < MOST_PARTS &&
	       (start = content_start_ahead(&walk->content, parts.count)) != SIZE_MAX && start >= least) {
		parts.starts[parts.count++] = start;
		least = start + header;
	}
	return parts;
}

/* Reads entry `bytes`, which takes up `reach` bytes of the content. */
static void take(struct walk *walk, const uint8_t *bytes, size_t available, size_t reach, struct cte *cte,
		 uint64_t *offset)
{
	*offset = content_offset(&walk->content, 0);
	cte_read(bytes, available, walk->content.reader->leap_seconds, cte);
	content_skip(&walk->content, reach);
}

static void learn(struct walk *walk, size_t header)
{
	walk->learned = true;
	walk->header = header;
}

/* Does an entry begin here that goes on in the next logical record behind `header` bytes? */
static bool join_with(struct walk *walk, size_t header, struct cte *cte, uint64_t *offset)
{
	struct content *content = &walk->content;
	size_t length = cte_length(content->next), head = length < HEAD ? length : HEAD;
	struct parts parts = parts_known(walk, header);
	if (parts_reach(&parts, head) > content->available)
		return false;
	parts_copy(&parts, content->next, head, walk->joined);
	if (cte_check(walk->joined, head) == CTE_NO)
		return false;
	size_t available = content_need(content, length + MOST_PARTS * header);
	parts = parts_known(walk, header);
	size_t reach = parts_reach(&parts, length);
	if (reach > available)
		return false;
	parts_copy(&parts, content->next, length, walk->joined);
	bool sure = walk->learned && header == walk->header;
	if (cte_check(walk->joined, length) != CTE_WHOLE || !(sure || goes_on(walk, reach, true)))
		return false;
	take(walk, walk->joined, length, reach, cte, offset);
	learn(walk, header);
	return true;
}

static bool join(struct walk *walk, struct cte *cte, uint64_t *offset)
{
	if (join_with(walk, walk->header, cte, offset))
		return true;
	for (size_t header = 0; header <= WRITER_HEADER_LONGEST; header += 2)
		if (header != walk->header && join_with(walk, header, cte, offset))
			return true;
	return false;
}

/* How alike the bytes at two headers are. */
static size_t alike(const uint8_t *a, const uint8_t *b, size_t length)
{
	size_t count = 0;
	for (size_t i = 0; i < length; i++)
		count += a[i] == b[i];
	return count;
}

/* The place in the next `length` bytes that looks most like the first header; 0 when none really does. */
static size_t find_header(const struct walk *walk, size_t length, size_t header)
{
	size_t best = header / 2 > 4 ? header / 2 : 4, place = 0;
	bool twice = false;
	for (size_t at = 2; at + header <= length; at += 2) {
		size_t same = alike(walk->content.next + at, walk->sample, header);
		if (same >= best) {
			twice = same == best && place;
			best = same;
			place = at;
		}
	}
	return twice ? 0 : place;
}

/* Works out where the headers lie inside an entry that reaches `reach` bytes with them. */
static struct parts parts_guessed(struct walk *walk, size_t reach, size_t header)
{
	struct parts parts = { .header = header };
	uint64_t here = content_offset(&walk->content, 0);
	uint64_t payload = walk->payload ? walk->payload : USUAL_PAYLOAD;
	uint64_t start = walk->record_start + payload;
	if (start <= here || start >= here + reach) {
		size_t found = walk->learned ? find_header(walk, reach, header) : 0;
		if (!found || here + found <= walk->record_start)
			return parts;
		start = here + found;
		payload = start - walk->record_start;
	}
	for (; start + header < here + reach && parts.count < MOST_PARTS; start += payload)
		parts.starts[parts.count++] = (size_t)(start - here);
	walk->payload = (size_t)payload;
	return parts;
}

/* An entry of which a header makes the end come `times` headers late. */
static bool split_with(struct walk *walk, size_t header, size_t times, struct cte *cte, uint64_t *offset)
{
	struct content *content = &walk->content;
	size_t length = cte_length(content->next), reach = length + header * times;
	if (content_need(content, reach) < reach ||
	    load_be16(content->next + reach - CTE_TRAILER) != length)
		return false;
	if (!walk->learned && !goes_on(walk, reach, false))
		return false;
	struct parts parts = parts_guessed(walk, reach, header);
	if (parts.count != times) {
		/* Where the header lies is not known: better no packet than a wrong one. */
		walk->headers_inside++;
		return false;
	}
	parts_copy(&parts, content->next, length, walk->joined);
	if (cte_check(walk->joined, length) != CTE_WHOLE)
		return false;
	walk->record_start = content_offset(content, parts.starts[times - 1]);
	take(walk, walk->joined, length, reach, cte, offset);
	learn(walk, header);
	return true;
}

static bool split(struct walk *walk, struct cte *cte, uint64_t *offset)
{
	for (size_t times = 1; walk->header && times <= 3; times++)
		if (split_with(walk, walk->header, times, cte, offset))
			return true;
	if (walk->learned)
		return false;
	for (size_t header = 2; header <= WRITER_HEADER_LONGEST; header += 2)
		if (split_with(walk, header, 1, cte, offset))
			return true;
	return false;
}

/* Without record lengths: is a header due within the bytes by which an entry is known? */
static bool header_is_due(const struct walk *walk)
{
	if (walk->content.framing != FRAMING_NONE || !walk->learned || !walk->header)
		return false;
	uint64_t here = content_offset(&walk->content, 0);
	uint64_t start = walk->record_start + (walk->payload ? walk->payload : USUAL_PAYLOAD);
	return start > here && start < here + HEAD;
}

/* Does another entry follow somewhere in what is left? Then this one's length is wrong. */
static bool another_follows(struct walk *walk)
{
	size_t available = content_need(&walk->content, CTE_LONGEST);
	for (size_t ahead = CTE_SHORTEST_LOST; ahead + CTE_HEADER <= available; ahead++)
		if (cte_check(walk->content.next + ahead, most(available - ahead)) == CTE_WHOLE)
			return true;
	return false;
}

static bool take_cut(struct walk *walk, struct cte *cte, uint64_t *offset)
{
	struct content *content = &walk->content;
	if (another_follows(walk))
		return false;
	uint64_t at = content_offset(content, 0);
	size_t available = content->available;
	take(walk, content->next, available, available, cte, offset);
	reader_cut(content->reader, at, available, "the file ends inside a trace entry");
	/* Without its packet header there is nothing to tell of it. */
	return !cte_has_header(cte->zos.format) || cte->zos.header_length >= PTHDR_SHORTEST;
}

/* Nearly every entry: whole, and far from what needs a second look. */
static bool take_plain(struct walk *walk, struct cte *cte, uint64_t *offset)
{
	struct content *content = &walk->content;
	if (content->available < CTE_LONGEST + WRITER_HEADER_LONGEST)
		return false;
	size_t length = cte_length(content->next);
	if (content_start_ahead(content, 0) < length || header_is_due(walk) ||
	    cte_check_behind(content->next, CTE_LONGEST, cte) != CTE_WHOLE)
		return false;
	take(walk, content->next, length, length, cte, offset);
	return true;
}

/* The entry that begins with the next byte. */
static bool take_entry(struct walk *walk, struct cte *cte, uint64_t *offset, bool *cut)
{
	struct content *content = &walk->content;
	if (take_plain(walk, cte, offset))
		return true;
	if (content_need(content, CTE_HEADER) < CTE_HEADER)
		return false;
	size_t length = cte_length(content->next);
	size_t start = content_start_ahead(content, 0);
	if (length >= CTE_SHORTEST && header_is_due(walk) && split(walk, cte, offset))
		return true;
	if (start >= CTE_HEADER && cte_check(content->next, CTE_HEADER) == CTE_NO)
		return false;
	content_need(content, length + WRITER_HEADER_LONGEST);
	start = content_start_ahead(content, 0);
	if (length >= CTE_SHORTEST_LOST && start < length && join(walk, cte, offset))
		return true;
	switch (cte_check(content->next, most(content->available))) {
	case CTE_WHOLE:
		take(walk, content->next, length, length, cte, offset);
		return true;
	case CTE_HEAD:
		if (goes_on(walk, length, false) && start >= length) {
			reader_damage(content->reader, content_offset(content, length - CTE_TRAILER),
				      CTE_TRAILER, "a trace entry's second length differs from its first");
			take(walk, content->next, length, length, cte, offset);
			return true;
		}
		return content->framing == FRAMING_NONE && split(walk, cte, offset);
	case CTE_CUT:
		*cut = take_cut(walk, cte, offset);
		return *cut;
	case CTE_NO:
		break;
	}
	return false;
}

static void keep_sample(struct walk *walk, size_t header)
{
	memcpy(walk->sample, walk->content.next, header);
}

/* At the start of a logical record: passes the writer's header. False when none is to be seen. */
static bool pass_header(struct walk *walk)
{
	struct content *content = &walk->content;
	size_t available = content_need(content, WRITER_HEADER_LONGEST + CTE_HEADER);
	bool framed = content->framing != FRAMING_NONE;
	size_t found = 0;
	/* Without record lengths zeros behind a header prove nothing. */
	if (walk->learned && walk->header <= available && goes_on(walk, walk->header, framed))
		found = walk->header;
	for (size_t header = 2; !found && !walk->learned && header <= WRITER_HEADER_LONGEST; header += 2)
		if (check_at(walk, header) == CTE_WHOLE)
			found = header;
	if (!found)
		return false;
	if (!walk->learned)
		keep_sample(walk, found);
	learn(walk, found);
	walk->record_start = content_offset(content, 0);
	content_skip(content, found);
	return true;
}

/* Without record lengths a header shows as a few bytes in front of an entry. */
static bool may_be_start(const struct walk *walk)
{
	if (walk->content.framing != FRAMING_NONE)
		return content_at_start(&walk->content);
	return walk->content.reader->input.offset == 0 || (walk->learned && walk->header);
}

/* Passes zero fill up to the next start of a record. Entries have even lengths, and a short one begins
 * with a zero byte, so zeros go in pairs. */
static void pass_zeros(struct walk *walk)
{
	struct content *content = &walk->content;
	while (content_need(content, 8) >= 2 && load_be16(content->next) == 0) {
		size_t limit = content_start_ahead(content, 0);
		if (limit > content->available)
			limit = content->available;
		size_t count = 0;
		while (count + 8 <= limit && load_be64(content->next + count) == 0)
			count += 8;
		while (count + 2 <= limit && load_be16(content->next + count) == 0)
			count += 2;
		if (!count)
			return;
		content_skip(content, count);
		if (content_at_start(content))
			return;
	}
}

static void lose_byte(struct walk *walk)
{
	if (!walk->lost_bytes)
		walk->lost_offset = content_offset(&walk->content, 0);
	walk->lost_bytes++;
	content_skip(&walk->content, 1);
}

static void tell_lost(struct walk *walk)
{
	if (walk->lost_bytes)
		reader_damage(walk->content.reader, walk->lost_offset, walk->lost_bytes,
			      walk->headers_inside
			      ? "a header of z/OS lies inside a trace entry: repeat the FTP with SITE RDW"
			      : "bytes that are no trace entries");
	walk->lost_bytes = 0;
	walk->headers_inside = 0;
}

/* What was skipped since `before` zeros may have been a header that itself begins or ends with zeros. */
static void forgive_header(struct walk *walk, uint64_t lost_before)
{
	if (walk->learned && walk->lost_bytes - lost_before <= walk->header)
		walk->lost_bytes = lost_before;
}

bool walk_next(struct walk *walk, struct cte *cte, uint64_t *offset, bool *cut)
{
	struct content *content = &walk->content;
	uint64_t run = walk->lost_bytes;     /* lost before the present run of bytes */
	*cut = false;
	for (;;) {
		bool entry = take_entry(walk, cte, offset, cut);
		if (entry) {
			forgive_header(walk, run);
			tell_lost(walk);
			return true;
		}
		if (may_be_start(walk) && pass_header(walk))
			continue;
		uint64_t before = content_offset(content, 0);
		pass_zeros(walk);
		if (content_offset(content, 0) != before) {
			forgive_header(walk, run);
			run = walk->lost_bytes;
		} else if (content_need(content, 1)) {
			lose_byte(walk);
		} else {
			forgive_header(walk, run);
			tell_lost(walk);
			return false;
		}
	}
}

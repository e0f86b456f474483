#include "source/file/pcapng.h"

#include <stdlib.h>
#include <string.h>

#include "source/file/order.h"
#include "source/linktype.h"

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define BLOCK_OVERHEAD 12            /* type and the two lengths */
#define BYTE_ORDER_OFFSET 8          /* of the byte order magic in a section header */

/* While searching for the next block only blocks up to this size are believed, so that a search
 * through garbage does not keep looking far ahead. */
#define LARGEST_SEARCHED ((uint32_t)1024 * 1024)

struct block {
	uint32_t type;
	size_t length;               /* whole, with its padding */
	struct cursor body;
	bool big_endian;
};

enum framing { FRAMING_BLOCK, FRAMING_END, FRAMING_CUT, FRAMING_BROKEN };

/* A transfer in text mode changes the 0a 0d 0d 0a that begins every section: it is there for
 * that. */
static bool is_text_mode(struct cursor head)
{
	static const struct { const char *bytes; size_t length; } changed[] = {
		{ "\r\n\r\r\r\n", 6 },   /* LF became CR LF */
		{ "\n\r\n", 3 },         /* CR LF became LF */
		{ "\n\n\n\n", 4 },       /* CR became LF */
		{ "\r\r\r\r", 4 },       /* LF became CR */
	};
	for (size_t i = 0; i < sizeof changed / sizeof *changed; i++) {
		struct cursor in = head;
		const uint8_t *first = cursor_take(&in, changed[i].length);
		if (!first || memcmp(first, changed[i].bytes, changed[i].length) != 0)
			continue;
		cursor_skip(&in, 4);
		if (cursor_le32(&in) == BYTE_ORDER_MAGIC)
			return true;
		in = head;
		cursor_skip(&in, changed[i].length + 4);
		if (cursor_be32(&in) == BYTE_ORDER_MAGIC)
			return true;
	}
	return false;
}

static enum probe pcapng_probe(struct cursor head)
{
	struct cursor in = head;
	if (cursor_le32(&in) != BLOCK_SECTION)
		return is_text_mode(head) ? PROBE_CERTAIN : PROBE_NO;
	cursor_skip(&in, 4);
	const uint8_t *magic = cursor_take(&in, 4);
	bool has_order = magic && (load_le32(magic) == BYTE_ORDER_MAGIC ||
				   load_be32(magic) == BYTE_ORDER_MAGIC);
	return has_order ? PROBE_CERTAIN : PROBE_PERHAPS;
}

/* The frame around the block at the input's position: its two lengths must agree. */
static enum framing frame(struct reader *reader, size_t largest, struct block *block,
			  const char **reason)
{
	const struct pcapng *pcapng = reader->state;
	struct input *input = &reader->input;
	struct cursor in = input_peek(input, BLOCK_OVERHEAD);
	block->big_endian = pcapng->big_endian;
	if (!in.captured)
		return FRAMING_END;
	if (in.captured < BLOCK_OVERHEAD) {
		*reason = "the file ends inside a block header";
		return FRAMING_CUT;
	}
	if (load_le32(in.next) == BLOCK_SECTION) {
		block->big_endian = load_be32(in.next + BYTE_ORDER_OFFSET) == BYTE_ORDER_MAGIC;
		if (!block->big_endian &&
		    load_le32(in.next + BYTE_ORDER_OFFSET) != BYTE_ORDER_MAGIC) {
			*reason = "a section header has no byte order";
			return FRAMING_BROKEN;
		}
	}
	block->type = order_32(&in, block->big_endian);
	uint32_t said = order_32(&in, block->big_endian);
	if (said < BLOCK_OVERHEAD || said > largest) {
		*reason = "a block length makes no sense";
		return FRAMING_BROKEN;
	}
	block->length = ((size_t)said + 3) & ~(size_t)3;   /* some writers forget the padding */
	in = input_peek(input, block->length);
	if (in.captured < block->length) {
		*reason = "the file ends inside a block";
		return FRAMING_CUT;
	}
	cursor_skip(&in, 8);
	block->body = cursor_split(&in, block->length - BLOCK_OVERHEAD);
	uint32_t again = order_32(&in, block->big_endian);
	if (again != said && again != block->length) {
		*reason = "the two lengths of a block differ";
		return FRAMING_BROKEN;
	}
	return FRAMING_BLOCK;
}

static bool is_known(uint32_t type)
{
	return (type >= BLOCK_INTERFACE && type <= BLOCK_SECRETS) || type == BLOCK_SECTION ||
	       type == BLOCK_CUSTOM || type == BLOCK_CUSTOM_UNCOPIED;
}

static bool begins_block(struct reader *reader)
{
	struct block block;
	const char *reason;
	/* Cheap before dear: the type alone rules out nearly every position. */
	struct cursor in = input_peek(&reader->input, 4);
	const struct pcapng *pcapng = reader->state;
	uint32_t type = order_32(&in, pcapng->big_endian);
	return is_known(type) &&
	       frame(reader, LARGEST_SEARCHED, &block, &reason) == FRAMING_BLOCK &&
	       block.length % 4 == 0 && block.length > BLOCK_OVERHEAD;
}

static enum record_direction direction(uint32_t flags)
{
	switch (flags & 3) {
	case 1:
		return DIRECTION_INBOUND;
	case 2:
		return DIRECTION_OUTBOUND;
	default:
		return DIRECTION_UNKNOWN;
	}
}

/* A packet may have several comments: they become lines of one. */
static void add_comment(struct pcapng *pcapng, struct cursor value, struct record *record)
{
	if (!record->comment) {
		record->comment = (const char *)value.next;
		record->comment_length = (uint32_t)value.captured;
		return;
	}
	if (record->comment != pcapng->comments.bytes) {
		text_clear(&pcapng->comments);
		text_add_bytes(&pcapng->comments, record->comment, record->comment_length);
	}
	text_add_char(&pcapng->comments, '\n');
	text_add_bytes(&pcapng->comments, value.next, value.captured);
	record->comment = pcapng->comments.bytes;
	record->comment_length = (uint32_t)pcapng->comments.length;
}

static void packet_options(struct reader *reader, struct cursor options, struct record *record)
{
	enum { COMMENT = 1, FLAGS = 2, DROP_COUNT = 4 };
	struct pcapng *pcapng = reader->state;
	struct pcapng_option option;
	while (pcapng_option(&options, pcapng->big_endian, &option)) {
		const struct cursor *value = &option.value;
		if (option.code == COMMENT && stack_drop_read((const char *)value->next, value->captured, &pcapng->drop))
			record->drop = &pcapng->drop;
		if (option.code == COMMENT &&
		    zos_words_read((const char *)value->next, value->captured, &pcapng->zos)) {
			record->zos = &pcapng->zos.zos;
		} else if (option.code == COMMENT && reader->keep_comments) {
			add_comment(pcapng, option.value, record);
		} else if (option.code == FLAGS) {
			uint32_t flags = order_32(&option.value, pcapng->big_endian);
			record->has_flags = true;
			record->direction = (uint8_t)direction(flags);
			if (flags >> 5 & 15)
				record->fcs_length = flags >> 5 & 15;
		} else if (option.code == DROP_COUNT) {
			uint64_t count = order_64(&option.value, pcapng->big_endian);
			record->drop_count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
		}
	}
}

/* Link types of our own go by numbers that are free for everybody; the comment says which they are. */
static void name_link_type(struct reader *reader, struct record *record)
{
	uint32_t format = record->zos->format;
	if ((format != ZOS_DATA && format != ZOS_EE && format != ZOS_SMC) ||
	    record->link_type != LINKTYPE_USER0 + format)
		return;
	record->link_type = LINKTYPE_ZOS_DATA - ZOS_DATA + format;
	reader->ledger->report.interfaces[record->interface].link_type = record->link_type;
}

static const struct pcapng_interface *interface_of(const struct pcapng *pcapng, uint32_t number)
{
	return number < pcapng->interface_count ? &pcapng->interfaces[number] : NULL;
}

static const char undeclared[] = "a packet names an interface that the section did not declare";
static const char overlong[] = "a packet is longer than its block";

/* What all kinds of packets have in common, behind their lengths. */
static bool packet_bytes(struct reader *reader, const struct pcapng_interface *interface,
			 struct cursor *body, struct record *record, const char **reason)
{
	record->bytes = cursor_take(body, record->captured_length);
	if (!record->bytes) {
		*reason = overlong;
		return false;
	}
	record->link_type = interface->link_type;
	record->interface = interface->index;
	record->fcs_length = interface->fcs_length;
	record->offset = reader->input.offset;
	record->bytes_offset = record->offset + (uint64_t)(record->bytes - reader->input.next);
	if (interface->snap_length && record->captured_length > interface->snap_length)
		reader->ledger->report.snap_length_exceeded++;
	return true;
}

/* Enhanced packet blocks, and the old ones before them: only the first fields differ. */
static bool packet(struct reader *reader, struct cursor body, bool old, struct record *record,
		   const char **reason)
{
	const struct pcapng *pcapng = reader->state;
	bool big_endian = pcapng->big_endian;
	uint32_t number = old ? order_16(&body, big_endian) : order_32(&body, big_endian);
	uint32_t drops = old ? order_16(&body, big_endian) : 0;
	uint64_t ticks = (uint64_t)order_32(&body, big_endian) << 32;
	ticks |= order_32(&body, big_endian);
	record->captured_length = order_32(&body, big_endian);
	record->original_length = order_32(&body, big_endian);
	const struct pcapng_interface *interface = interface_of(pcapng, number);
	if (!interface) {
		*reason = undeclared;
		return false;
	}
	if (!packet_bytes(reader, interface, &body, record, reason))
		return false;
	record->time = ticks_time(&interface->ticks, ticks);
	record->drop_count = old && drops != UINT16_MAX ? drops : 0;   /* all ones: not known */
	if (body.captured > 4) {
		size_t padding = (4 - record->captured_length % 4) % 4;
		cursor_skip(&body, padding);
		packet_options(reader, body, record);
		if (record->zos)
			name_link_type(reader, record);
	}
	return true;
}

/* Simple packet blocks have no time and no captured length: it follows from the snap length. */
static bool simple_packet(struct reader *reader, struct cursor body, struct record *record,
			  const char **reason)
{
	const struct pcapng *pcapng = reader->state;
	const struct pcapng_interface *interface = interface_of(pcapng, 0);
	record->original_length = order_32(&body, pcapng->big_endian);
	if (!interface || !cursor_ok(&body)) {
		*reason = interface ? overlong : undeclared;
		return false;
	}
	record->captured_length = record->original_length;
	if (interface->snap_length && record->captured_length > interface->snap_length)
		record->captured_length = interface->snap_length;
	if (record->captured_length > body.captured)
		record->captured_length = (uint32_t)body.captured;
	record->time = INT64_MIN;
	return packet_bytes(reader, interface, &body, record, reason);
}

/* Custom blocks and journal entries are no packets, but Wireshark numbers them like packets, and
 * packet numbers are what people compare. So they become records that no decoder takes. */
static bool foreign_block(struct reader *reader, const struct block *block, struct record *record)
{
	const struct pcapng *pcapng = reader->state;
	struct cursor body = block->body;
	if (block->type != BLOCK_JOURNAL)
		cursor_skip(&body, 4);   /* whose block it is */
	record->link_type = LINKTYPE_NOT_A_PACKET;
	record->time = INT64_MIN;
	record->captured_length = record->original_length = (uint32_t)body.captured;
	record->bytes = body.next;
	record->offset = reader->input.offset;
	reader->ledger->report.unknown_blocks++;
	if (pcapng->interface_count)
		record->interface = pcapng->interfaces[0].index;
	else if (reader->ledger->report.interface_count)
		record->interface = (uint32_t)reader->ledger->report.interface_count - 1;
	else
		ledger_interface(reader->ledger, reader->file, &record->interface)->link_type =
			LINKTYPE_NOT_A_PACKET;
	return true;
}

/* Reads a block that is about the packets. */
static void describe(struct reader *reader, const struct block *block, const char **reason)
{
	struct pcapng *pcapng = reader->state;
	switch (block->type) {
	case BLOCK_SECTION:
		pcapng->big_endian = block->big_endian;
		*reason = pcapng_section(reader, block->body);
		break;
	case BLOCK_INTERFACE:
		*reason = pcapng_interface(reader, block->body);
		break;
	case BLOCK_NAMES:
		*reason = pcapng_names(reader, block->body);
		break;
	case BLOCK_STATISTICS:
		*reason = pcapng_statistics(reader, block->body);
		break;
	case BLOCK_SECRETS:
		*reason = pcapng_secrets(reader, block->body);
		break;
	default:
		reader->ledger->report.unknown_blocks++;
	}
}

/* True when `record` is filled. `reason` is set when the block is broken, and then it is not. */
static bool read_block(struct reader *reader, const struct block *block, struct record *record,
		       const char **reason)
{
	switch (block->type) {
	case BLOCK_PACKET:
	case BLOCK_OLD_PACKET:
		return packet(reader, block->body, block->type == BLOCK_OLD_PACKET, record, reason);
	case BLOCK_SIMPLE_PACKET:
		return simple_packet(reader, block->body, record, reason);
	case BLOCK_JOURNAL:
	case BLOCK_CUSTOM:
	case BLOCK_CUSTOM_UNCOPIED:
		return foreign_block(reader, block, record);
	default:
		describe(reader, block, reason);
		return false;
	}
}

static bool pcapng_next(struct reader *reader, struct record *record)
{
	for (;;) {
		struct block block;
		const char *reason = NULL;
		enum framing framing = frame(reader, INPUT_MAX_PEEK, &block, &reason);
		if (framing == FRAMING_END)
			return false;
		if (framing != FRAMING_BLOCK) {
			if (!reader_lost(reader, reason, framing == FRAMING_CUT, begins_block))
				return false;
			continue;
		}
		bool filled = read_block(reader, &block, record, &reason);
		if (reason) {
			reader_damage(reader, reader->input.offset, block.length, reason);
			*record = (struct record){ .file = reader->file };
		}
		input_skip(&reader->input, block.length);
		if (filled)
			return true;
	}
}

static bool pcapng_open(struct reader *reader, struct error *error)
{
	if (is_text_mode(input_peek(&reader->input, 32)))
		return error_set(error, ERROR_DAMAGED, format_again_remedy,
				 "a transfer in text mode changed the line ends of the file");
	struct pcapng *pcapng = reader->state;
	struct block block;
	const char *reason = NULL;
	enum framing framing = frame(reader, INPUT_MAX_PEEK, &block, &reason);
	pcapng->big_endian = block.big_endian;
	if (framing == FRAMING_BLOCK)
		return true;
	if (framing != FRAMING_BROKEN)
		return error_set(error, ERROR_DAMAGED, format_cut_remedy,
				 "the pcapng file ends inside its first block");
	/* A broken header hides nothing but the byte order, and that may be whole. */
	return reader_lost(reader, reason, false, begins_block) ||
	       error_set(error, ERROR_DAMAGED, format_again_remedy,
			 "nothing in the pcapng file can be read: %s", reason);
}

static void pcapng_close(struct reader *reader)
{
	struct pcapng *pcapng = reader->state;
	free(pcapng->interfaces);
	text_finish(&pcapng->comments);
}

const struct source_format format_pcapng = {
	.name = "pcapng",
	.title = "pcapng: Wireshark, dumpcap, tcpdump and many others",
	.probe = pcapng_probe,
	.state_size = sizeof(struct pcapng),
	.open = pcapng_open,
	.next = pcapng_next,
	.close = pcapng_close,
};

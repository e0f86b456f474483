/* pcap, draft-ietf-opsawg-pcap, with the variants that other programs wrote under its magic
 * numbers:
 *
 *     magic     version  record header  times  who
 *     a1b2c3d4  2.4      16             us     libpcap, tcpdump, everybody
 *     a1b23c4d  2.4      16             ns     the same since 2009
 *     a1b2c3d4  2.0-2.3  16             us     libpcap before 1994: the two lengths are swapped
 *     a1b2c3d4  2.2      16             ns     AIX tcpdump: link types are RFC 1573 interface types
 *     a1b2c3d4  543.0    16             us     DG/UX: the two lengths are swapped
 *     a1b2c3d4  2.4      24             us     Linux with the patch of 1999-04-17
 *     a1b2c3d4  2.4      20             us     Nokia firewalls
 *     a1b2cd34  2.4      24, 28         us     Linux with the patches of 1999-10-29 and 1999-09-15
 *     1c0001ac  2.4      16             ns     Ixia hardware; 4 bytes more in the file header
 *     1c0001ab  2.4      16             us     Ixia software, the same
 *
 * Which record header a file has is seen by trying which one makes its first records follow each
 * other. */
#include "core/clock.h"
#include "source/file/order.h"
#include "source/format.h"
#include "source/linktype.h"

#define FILE_HEADER 24
#define MAGIC_MICROSECONDS 0xa1b2c3d4u
#define MAGIC_NANOSECONDS 0xa1b23c4du
#define MAGIC_MODIFIED 0xa1b2cd34u
#define MAGIC_IXIA_HARDWARE 0x1c0001acu
#define MAGIC_IXIA_SOFTWARE 0x1c0001abu

/* No recorder writes longer ones: libpcap's MAXIMUM_SNAPLEN, and USB or D-Bus where the header
 * asks for it. A length beyond that is a broken record header. */
#define LARGEST_RECORD ((uint32_t)256 * 1024)
#define LARGEST_ASKED_FOR ((uint32_t)16 * 1024 * 1024)
#define LARGEST_ORIGINAL ((uint32_t)128 * 1024 * 1024)

/* After damage so many headers must follow each other before we believe that they are records. */
#define CHAIN 3
/* And their times must be that close to each other, in seconds: a year. */
#define CHAIN_TIME ((int64_t)366 * 86400)

enum lengths { LENGTHS_CAPTURED_FIRST, LENGTHS_ORIGINAL_FIRST, LENGTHS_EITHER };

struct pcap {
	bool big_endian;
	enum lengths lengths;
	uint32_t record_header;      /* bytes */
	uint32_t fractions;          /* in a second */
	uint32_t fraction;           /* nanoseconds in one */
	uint32_t snap_length, largest;
	bool snap_length_lies;       /* a record was longer, and a good one */
	uint32_t link_type;
	uint32_t interface;
	uint8_t fcs_length;
	int64_t seconds;             /* of the last good record; -1 before the first */
};

struct header {
	uint32_t seconds, fraction, captured, original;
	uint8_t packet_type;         /* Linux' PACKET_*, in modified files */
};

#define PACKET_HOST 0
#define PACKET_OUTGOING 4

static bool is_magic(uint32_t magic)
{
	return magic == MAGIC_MICROSECONDS || magic == MAGIC_NANOSECONDS ||
	       magic == MAGIC_MODIFIED || magic == MAGIC_IXIA_HARDWARE ||
	       magic == MAGIC_IXIA_SOFTWARE;
}

static enum probe pcap_probe(struct cursor head)
{
	const uint8_t *magic = cursor_take(&head, 4);
	return magic && (is_magic(load_le32(magic)) || is_magic(load_be32(magic))) ? PROBE_CERTAIN
										   : PROBE_NO;
}

static struct header read_header(const struct pcap *pcap, struct cursor *in)
{
	struct header header = { .packet_type = UINT8_MAX };
	header.seconds = order_32(in, pcap->big_endian);
	header.fraction = order_32(in, pcap->big_endian);
	header.captured = order_32(in, pcap->big_endian);
	header.original = order_32(in, pcap->big_endian);
	if (pcap->record_header >= 24) {
		cursor_skip(in, 4 + 2);   /* interface, protocol */
		header.packet_type = cursor_u8(in);
	}
	if (pcap->lengths == LENGTHS_ORIGINAL_FIRST ||
	    (pcap->lengths == LENGTHS_EITHER && header.captured > header.original)) {
		uint32_t captured = header.original;
		header.original = header.captured;
		header.captured = captured;
	}
	return header;
}

/* Can this be a record at all? Holes in files read as zeros, and zeros as empty packets of 1970. */
static bool possible(const struct pcap *pcap, const struct header *header)
{
	return header->captured <= pcap->largest &&
	       (header->captured || header->original || header->seconds || header->fraction);
}

/* Has it nothing that a recorder would not write? */
static bool regular(const struct pcap *pcap, const struct header *header)
{
	return possible(pcap, header) && header->captured <= header->original &&
	       header->original <= LARGEST_ORIGINAL && header->fraction < pcap->fractions &&
	       (!pcap->snap_length || pcap->snap_length_lies ||
		header->captured <= pcap->snap_length);
}

/* Is it also what one would expect behind a record of the time `before`, or -1 when there is none? */
static bool expected(const struct pcap *pcap, const struct header *header, int64_t before)
{
	int64_t gap = (int64_t)header->seconds - before;
	return regular(pcap, header) && header->captured &&
	       (before < 0 || (gap <= CHAIN_TIME && gap >= -CHAIN_TIME));
}

enum chain {
	CHAIN_BROKEN,   /* something is there that is no regular record */
	CHAIN_SHORT,    /* what is there is regular, but the bytes end too soon to be sure */
	CHAIN_WHOLE,
};

/* Do regular records follow each other from the input's position on? CHAIN of them must, or
 * where the file ends fewer: one that ends exactly with it, or two before one that is cut. */
static enum chain follow_chain(struct reader *reader, const struct pcap *pcap)
{
	size_t at = 0;
	int64_t seconds = -1;   /* not the last record's: that may have been broken already */
	for (unsigned count = 0; count < CHAIN; count++) {
		struct cursor in = input_peek(&reader->input, at + pcap->record_header);
		if (count && in.captured == at)
			return CHAIN_WHOLE;
		cursor_skip(&in, at);
		struct header header = read_header(pcap, &in);
		if (cursor_ok(&in)) {
			if (!expected(pcap, &header, seconds))
				return CHAIN_BROKEN;
			at += pcap->record_header + header.captured;
			seconds = header.seconds;
		}
		if (!cursor_ok(&in) || input_peek(&reader->input, at).captured < at)
			return count >= 2 ? CHAIN_WHOLE : CHAIN_SHORT;
	}
	return CHAIN_WHOLE;
}

static bool begins_record(struct reader *reader)
{
	const struct pcap *pcap = reader->state;
	/* Cheap before dear: the lengths alone rule out nearly every position. */
	struct cursor in = input_peek(&reader->input, pcap->record_header);
	cursor_skip(&in, 8);
	uint32_t one = order_32(&in, pcap->big_endian), other = order_32(&in, pcap->big_endian);
	uint32_t captured = one < other ? one : other, original = one < other ? other : one;
	if (!original || original > LARGEST_ORIGINAL || captured > pcap->largest)
		return false;
	return follow_chain(reader, reader->state) == CHAIN_WHOLE;
}

/* Is what lies behind an unexpected record possible too? Then it is the recorder that is odd. */
static bool followed_well(struct reader *reader, const struct pcap *pcap,
			  const struct header *header)
{
	size_t end = (size_t)pcap->record_header + header->captured;
	struct cursor in = input_peek(&reader->input, end + pcap->record_header);
	if (in.captured < end + pcap->record_header)
		return true;   /* nothing there that could say otherwise */
	cursor_skip(&in, end);
	struct header next = read_header(pcap, &in);
	return possible(pcap, &next);
}

/* Do the bytes end inside a second record header that begins with a time near the first record's? */
static bool cut_in_header(struct reader *reader, const struct pcap *pcap)
{
	struct cursor in = cursor_make(reader->input.next, reader->input.available, reader->input.available);
	struct cursor at_header = in;
	struct header first = read_header(pcap, &at_header);
	cursor_skip(&in, (size_t)pcap->record_header + first.captured);
	bool has_fraction = in.captured >= 8;
	int64_t gap = (int64_t)order_32(&in, pcap->big_endian) - first.seconds;
	return cursor_ok(&in) && gap <= CHAIN_TIME && gap >= -CHAIN_TIME &&
	       (!has_fraction || order_32(&in, pcap->big_endian) < pcap->fractions);
}

/* Which of the possible record headers makes the first records follow each other best, so that they end
 * with the file if it has only one or two? Only looks at what has been read already: a slow pipe must not
 * wait for packets that may never come. */
static uint32_t guess_record_header(struct reader *reader, const struct pcap *pcap,
				    const uint32_t *candidates)
{
	struct input seen = { .next = reader->input.next, .available = reader->input.available,
			      .ended = true };
	enum chain best = CHAIN_BROKEN;
	uint32_t found = candidates[0];
	for (size_t i = 0; candidates[i] && best != CHAIN_WHOLE; i++) {
		struct pcap attempt = *pcap;
		attempt.record_header = candidates[i];
		struct reader trial = { .input = seen };
		enum chain chain = follow_chain(&trial, &attempt);
		if (chain == CHAIN_SHORT && cut_in_header(&trial, &attempt))
			chain = CHAIN_WHOLE;
		if (chain > best) {
			best = chain;
			found = candidates[i];
		}
	}
	return found;
}

static bool set_version(struct pcap *pcap, uint32_t major, uint32_t minor, struct error *error)
{
	if (major == 2 && minor < 3)
		pcap->lengths = LENGTHS_ORIGINAL_FIRST;
	else if (major == 2 && minor == 3)
		pcap->lengths = LENGTHS_EITHER;   /* some programs wrote 2.3 and the old order */
	else if (major == 543)
		pcap->lengths = LENGTHS_ORIGINAL_FIRST;
	else if (major != 2)
		return error_set(error, ERROR_UNSUPPORTED,
				 "the file header is damaged, or take the trace again as pcapng",
				 "pcap version %u.%u does not exist", major, minor);
	return true;
}

/* AIX writes interface types of RFC 1573. The values tell it from old libpcap, which had no such
 * networks. */
static bool set_aix(struct pcap *pcap, uint32_t network)
{
	static const struct { uint32_t network, link_type; } types[] = {
		{ 6, LINKTYPE_ETHERNET }, { 9, LINKTYPE_TOKEN_RING }, { 15, LINKTYPE_FDDI },
		{ 24, LINKTYPE_NULL },
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		if (types[i].network == network) {
			pcap->link_type = types[i].link_type;
			pcap->fractions = 1000000000;
			return true;
		}
	}
	return false;
}

/* The upper half of the link type field may say how long the frame check sequence is, in 16
 * bits. */
static void set_link_type(struct pcap *pcap, uint32_t network)
{
	pcap->link_type = link_type_from_file(network & 0xffff);
	if (network & 0x04000000)
		pcap->fcs_length = (uint8_t)((network >> 28) * 2);
}

static uint32_t largest_record(uint32_t snap_length)
{
	if (snap_length <= LARGEST_RECORD)
		return LARGEST_RECORD;
	return snap_length < LARGEST_ASKED_FOR ? snap_length : LARGEST_ASKED_FOR;
}

static bool pcap_open(struct reader *reader, struct error *error)
{
	static const uint32_t standard[] = { 16, 24, 20, 0 }, modified[] = { 24, 28, 16, 0 },
			      plain[] = { 16, 0 };
	struct pcap *pcap = reader->state;
	struct cursor in = input_peek(&reader->input, FILE_HEADER);
	pcap->big_endian = is_magic(load_be32(in.next));
	uint32_t magic = order_32(&in, pcap->big_endian);
	uint32_t major = order_16(&in, pcap->big_endian), minor = order_16(&in, pcap->big_endian);
	cursor_skip(&in, 8);   /* time zone and accuracy: always 0 */
	pcap->snap_length = order_32(&in, pcap->big_endian);
	uint32_t network = order_32(&in, pcap->big_endian);
	if (!cursor_ok(&in))
		return error_set(error, ERROR_DAMAGED, format_cut_remedy,
				 "the pcap file ends inside its header");
	pcap->fractions = magic == MAGIC_NANOSECONDS || magic == MAGIC_IXIA_HARDWARE ? 1000000000
										     : 1000000;
	if (!set_version(pcap, major, minor, error))
		return false;
	bool aix = magic == MAGIC_MICROSECONDS && major == 2 && minor == 2 &&
		   set_aix(pcap, network);
	if (!aix)
		set_link_type(pcap, network);
	pcap->fraction = (uint32_t)NANOSECONDS / pcap->fractions;
	pcap->seconds = -1;
	pcap->largest = largest_record(pcap->snap_length);
	input_skip(&reader->input, FILE_HEADER);
	if (magic == MAGIC_IXIA_HARDWARE || magic == MAGIC_IXIA_SOFTWARE)
		input_skip(&reader->input, input_peek(&reader->input, 4).captured);
	pcap->record_header = guess_record_header(reader, pcap,
		magic == MAGIC_MODIFIED ? modified
		: magic == MAGIC_MICROSECONDS && major == 2 && minor == 4 ? standard : plain);
	struct source_interface *interface = ledger_interface(reader->ledger, reader->file,
							      &pcap->interface);
	interface->link_type = pcap->link_type;
	interface->snap_length = pcap->snap_length;
	interface->ticks_per_second = pcap->fractions;
	return true;
}

static enum record_direction direction(uint8_t packet_type)
{
	return packet_type == PACKET_OUTGOING ? DIRECTION_OUTBOUND
	     : packet_type == PACKET_HOST ? DIRECTION_INBOUND : DIRECTION_UNKNOWN;
}

static void deliver(struct reader *reader, struct pcap *pcap, const struct header *header,
		    struct record *record)
{
	pcap->seconds = header->seconds;
	record->time = header->seconds * NANOSECONDS + (int64_t)header->fraction * pcap->fraction;
	record->link_type = pcap->link_type;
	record->interface = pcap->interface;
	record->captured_length = header->captured;
	record->original_length = header->original;
	record->bytes = reader->input.next + pcap->record_header;
	record->direction = (uint8_t)direction(header->packet_type);
	record->fcs_length = pcap->fcs_length;
	record->offset = reader->input.offset;
	record->bytes_offset = record->offset + pcap->record_header;
	if (pcap->snap_length && header->captured > pcap->snap_length) {
		pcap->snap_length_lies = true;
		reader->ledger->report.snap_length_exceeded++;
	}
	input_skip(&reader->input, pcap->record_header + header->captured);
}

static bool pcap_next(struct reader *reader, struct record *record)
{
	struct pcap *pcap = reader->state;
	for (;;) {
		struct cursor in = input_peek(&reader->input, pcap->record_header);
		if (!in.captured)
			return false;
		struct header header = read_header(pcap, &in);
		const char *wrong = NULL;
		bool cut = false;
		if (!cursor_ok(&in)) {
			wrong = "the file ends inside a record header";
			cut = true;
		} else if (!possible(pcap, &header)) {
			wrong = header.captured ? "a record is longer than any recorder writes"
						: "zero bytes where a record should be";
		} else if (!expected(pcap, &header, pcap->seconds) &&
			   !followed_well(reader, pcap, &header)) {
			wrong = "a record header makes no sense";
		} else {
			size_t whole = (size_t)pcap->record_header + header.captured;
			if (input_peek(&reader->input, whole).captured == whole) {
				deliver(reader, pcap, &header, record);
				return true;
			}
			wrong = "the file ends inside a record";
			cut = true;
		}
		if (!reader_lost(reader, wrong, cut, begins_record))
			return false;
	}
}

const struct source_format format_pcap = {
	.name = "pcap",
	.title = "pcap: tcpdump, libpcap and many others",
	.probe = pcap_probe,
	.state_size = sizeof(struct pcap),
	.open = pcap_open,
	.next = pcap_next,
};

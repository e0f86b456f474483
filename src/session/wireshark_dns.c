/* Pairs queries with responses by addresses, ports and identifier, as Wireshark 4.0 does. Over TCP
 * a message may begin and end anywhere in a segment; only its first bytes are kept. */
#include "session/wireshark_dns.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"
#include "decode/decoder.h"
#include "decode/dns.h"
#include "session/sequence.h"

#define DNS_PORT 53
#define RETRANSMITTED_WITHIN (5 * NANOSECONDS)  /* the same query again; later it is a new one */
#define HASH_SEED 0x646e73
#define SLOTS_FIRST 256
#define SLOTS_LIMIT (1u << 17)  /* 7 MiB, at most half filled: more are open only in a flood */
#define READERS 1024            /* TCP directions at a time; one that is pushed out starts afresh */
#define STREAM_PREFIX 2         /* the message's length comes first, RFC 1035 4.2.2 */
#define MESSAGE_PREFIX (STREAM_PREFIX + 4)  /* with identifier and flags */
#define MESSAGE_SHORTEST (STREAM_PREFIX + 12)

struct question_key {
	struct endpoint end[2];     /* end[0] sorts first */
	uint16_t id;
	uint8_t protocol;
	uint8_t used;               /* 1; 0 in an empty slot */
};

struct question {
	struct question_key key;
	int64_t time;
};

struct reader {                 /* one direction of a TCP connection */
	struct endpoint end[2];     /* from, to */
	uint32_t next;              /* sequence number of the next byte to read */
	uint32_t got;               /* bytes of the message that were read */
	uint32_t remaining;         /* still to come, once its length is known */
	uint8_t prefix[MESSAGE_PREFIX];
	bool used;
	bool spoiled;               /* a part of the message is missing */
};

struct wireshark_dns {
	struct question *slots;     /* open addressing, linear probing; queries without response */
	size_t slot_count, open;
	struct reader *readers;     /* READERS of them; NULL before DNS over TCP was seen */
};

struct tally {                  /* of one packet: its first message decides what it counts as */
	bool query, response, error;
};

struct wireshark_dns *wireshark_dns_create(void)
{
	return memory_zeroed(1, sizeof(struct wireshark_dns));
}

void wireshark_dns_destroy(struct wireshark_dns *dns)
{
	if (!dns)
		return;
	free(dns->slots);
	free(dns->readers);
	free(dns);
}

static size_t home_of(const struct wireshark_dns *dns, const struct question_key *key)
{
	return hash_bytes(key, sizeof *key, HASH_SEED) & (dns->slot_count - 1);
}

/* The slot of `key`, or the empty one where it belongs. */
static struct question *find(struct wireshark_dns *dns, const struct question_key *key)
{
	size_t i = home_of(dns, key);
	while (dns->slots[i].key.used && memcmp(&dns->slots[i].key, key, sizeof *key) != 0)
		i = (i + 1) & (dns->slot_count - 1);
	return &dns->slots[i];
}

/* At the limit the open queries are forgotten, which means that they stay without a response. */
static void make_room(struct wireshark_dns *dns)
{
	if (dns->slot_count == SLOTS_LIMIT) {
		memset(dns->slots, 0, dns->slot_count * sizeof *dns->slots);
		dns->open = 0;
		return;
	}
	struct question *old = dns->slots;
	size_t old_count = dns->slot_count;
	dns->slot_count = old_count ? old_count * 2 : SLOTS_FIRST;
	dns->slots = memory_zeroed(dns->slot_count, sizeof *dns->slots);
	for (size_t i = 0; i < old_count; i++)
		if (old[i].key.used)
			*find(dns, &old[i].key) = old[i];
	free(old);
}

/* Empties a slot and closes the gap, so that probing never stops early. */
static void take_out(struct wireshark_dns *dns, struct question *question)
{
	size_t mask = dns->slot_count - 1;
	size_t hole = (size_t)(question - dns->slots);
	for (size_t i = (hole + 1) & mask; dns->slots[i].key.used; i = (i + 1) & mask) {
		size_t home = home_of(dns, &dns->slots[i].key);
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			dns->slots[hole] = dns->slots[i];
			hole = i;
		}
	}
	dns->slots[hole].key.used = 0;
	dns->open--;
}

static void ask(struct wireshark_dns *dns, const struct question_key *key, int64_t time,
		struct wireshark_counts *counts)
{
	if (dns->open * 2 >= dns->slot_count)
		make_room(dns);
	struct question *question = find(dns, key);
	int64_t elapsed = (int64_t)((uint64_t)time - (uint64_t)question->time);
	if (question->key.used && elapsed < RETRANSMITTED_WITHIN)
		return;
	if (!question->key.used)
		dns->open++;
	question->key = *key;
	question->time = time;
	counts->dns_unanswered++;
}

/* Wireshark names the query last, so a response that is cut or broken ends it without a word. */
static void answer(struct wireshark_dns *dns, const struct question_key *key, bool whole,
		   struct wireshark_counts *counts)
{
	if (!dns->open)
		return;
	struct question *question = find(dns, key);
	if (!question->key.used)
		return;
	take_out(dns, question);
	counts->dns_unanswered -= whole;
}

/* Sender and receiver. */
static void ends_of(const struct packet *packet, struct endpoint end[2])
{
	const struct udp_header *udp = packet->udp;
	const struct tcp_header *tcp = packet->tcp;
	end[0] = (struct endpoint){ .address = packet->ip->source };
	end[1] = (struct endpoint){ .address = packet->ip->destination };
	end[0].port = udp ? udp->source_port : tcp->source_port;
	end[1].port = udp ? udp->destination_port : tcp->destination_port;
}

static void read_message(struct wireshark_dns *dns, const struct packet *packet, uint16_t id,
			 uint16_t flags, struct tally *tally, struct wireshark_counts *counts)
{
	struct question_key key = { .id = id, .protocol = packet->ip->protocol, .used = 1 };
	struct endpoint end[2];
	ends_of(packet, end);
	bool swap = memcmp(&end[0], &end[1], sizeof end[0]) > 0;
	key.end[swap] = end[0];
	key.end[!swap] = end[1];

	bool response = flags & 0x8000;
	if (!tally->query && !tally->response) {
		tally->query = !response;
		tally->response = response;
	}
	tally->error |= response && (flags & 15) != 0;
	if (response)
		answer(dns, &key, !packet->truncated && !packet->malformed, counts);
	else
		ask(dns, &key, packet->record->time, counts);
}

static struct reader *reader_of(struct wireshark_dns *dns, const struct packet *packet)
{
	struct reader fresh = { .next = packet->tcp->sequence_number, .used = true };
	ends_of(packet, fresh.end);
	if (!dns->readers)
		dns->readers = memory_zeroed(READERS, sizeof *dns->readers);
	struct reader *reader =
		&dns->readers[hash_bytes(fresh.end, sizeof fresh.end, HASH_SEED) % READERS];
	if (!reader->used || memcmp(reader->end, fresh.end, sizeof fresh.end) != 0)
		*reader = fresh;
	return reader;
}

static void start_message(struct reader *reader)
{
	reader->got = reader->remaining = 0;
	reader->spoiled = false;
}

/* Bytes are missing from the trace. The message that they belong to is lost; what lies behind it,
 * or the next segment when nobody knows its end, starts a new one. */
static void skip_gap(struct reader *reader, uint32_t missing)
{
	if (reader->got < STREAM_PREFIX || missing >= reader->remaining) {
		start_message(reader);
		return;
	}
	reader->remaining -= missing;
	reader->spoiled = true;
}

/* Reads up to `length` bytes of one message and returns how many. `complete`: that was its end. */
static size_t read_part(struct reader *reader, const uint8_t *bytes, size_t length, bool *complete)
{
	size_t count = 1;
	if (reader->got >= STREAM_PREFIX)
		count = length < reader->remaining ? length : reader->remaining;
	for (size_t i = 0; i < count && reader->got + i < MESSAGE_PREFIX; i++)
		reader->prefix[reader->got + i] = bytes[i];
	reader->got += (uint32_t)count;
	if (reader->got == STREAM_PREFIX)
		reader->remaining = load_be16(reader->prefix);
	else if (reader->got > STREAM_PREFIX)
		reader->remaining -= (uint32_t)count;
	*complete = reader->got >= STREAM_PREFIX && reader->remaining == 0;
	return count;
}

/* The bytes of a segment that were not read before; notes a gap before them. */
static struct cursor new_bytes(struct reader *reader, const struct packet *packet)
{
	struct cursor in = packet->payload;
	uint32_t sequence = packet->tcp->sequence_number;
	if (tcp_has(packet->tcp, TCP_SYN)) {
		reader->next = ++sequence;
		start_message(reader);
	}
	if (sequence_before(sequence, reader->next)) {
		size_t old = reader->next - sequence;
		cursor_skip(&in, old < in.captured ? old : in.captured);
	} else if (sequence != reader->next && in.captured > 0) {
		skip_gap(reader, sequence - reader->next);
	}
	if (in.captured > 0)
		reader->next = sequence + packet->tcp->payload_length;
	return in;
}

static void read_segment(struct wireshark_dns *dns, const struct packet *packet,
			 struct tally *tally, struct wireshark_counts *counts)
{
	struct reader *reader = reader_of(dns, packet);
	struct cursor in = new_bytes(reader, packet);
	while (in.captured > 0) {
		bool complete;
		cursor_skip(&in, read_part(reader, in.next, in.captured, &complete));
		if (!complete)
			continue;
		if (!reader->spoiled && reader->got >= MESSAGE_SHORTEST)
			read_message(dns, packet, load_be16(reader->prefix + STREAM_PREFIX),
				     load_be16(reader->prefix + STREAM_PREFIX + 2), tally, counts);
		start_message(reader);
	}
	if (in.declared > 0)
		start_message(reader); /* the trace cut the rest off */
}

static bool is_plain_dns(const struct packet *packet)
{
	for (unsigned i = packet->layer_count; i-- > 0;)
		if (packet->layers[i].facts == packet->dns)
			return strcmp(packet->layers[i].decoder->name, "dns") == 0;
	return false;
}

void wireshark_dns_observe(struct wireshark_dns *dns, const struct packet *packet,
			   uint32_t analysis, struct wireshark_counts *counts)
{
	struct tally tally = { false, false, false };
	if (!packet->ip)
		return;
	if (packet->udp && packet->dns) {
		if (!is_plain_dns(packet))
			return;
		read_message(dns, packet, packet->dns->id, packet->dns->flags, &tally, counts);
	} else if (packet->tcp && (packet->tcp->source_port == DNS_PORT ||
				   packet->tcp->destination_port == DNS_PORT)) {
		/* Wireshark hands no repeated segments to a dissector. */
		if (!(analysis & (ANALYSIS_RETRANSMISSION | ANALYSIS_OUT_OF_ORDER)))
			read_segment(dns, packet, &tally, counts);
	}
	counts->dns_query += tally.query;
	counts->dns_response += tally.response;
	counts->dns_error += tally.response && tally.error;
}

/* Statements about the recorder. They are carried out in the order in which they are written, on
 * the finished trace: packet numbers in them are those of the trace as the statement before left
 * it. */
#include <stdio.h>
#include <string.h>

#include "compiler.h"
#include "damage.h"

struct recorder_word {
	const char *word, *usage;
	void (*run)(struct compiler *c, struct trace *trace);
};

static double share_take(struct compiler *c)
{
	double share = words_number(&c->words, "the share, such as 2%");
	if (share < 0 || share > 1)
		compile_fail(c, "a share is from 0%% to 100%%");
	return share;
}

static uint64_t seed_take(struct compiler *c)
{
	return words_accept(&c->words, "seed") ? (uint64_t)words_number(&c->words, "the seed") : 1;
}

static void record_duplicate(struct compiler *c, struct trace *trace)
{
	struct words *w = &c->words;
	double share = words_is_number(w) ? share_take(c) : (words_accept(w, "all"), 1.0);
	int64_t lag = 3000;
	int ttl = 0;
	if (words_accept(w, "after"))
		lag = words_duration(w, "the lag");
	if (words_accept(w, "ttl-1"))
		ttl = -1;
	damage_duplicate(trace, share, lag, ttl, seed_take(c));
}

static void record_miss(struct compiler *c, struct trace *trace)
{
	struct words *w = &c->words;
	unsigned from, to;
	while (words_more(w)) {
		const char *word = w->at[w->next].text;
		if (strchr(word, '%')) {
			double share = share_take(c);
			damage_lose(trace, share, seed_take(c));
			return;
		}
		word = words_take(w, "a packet");
		int got = sscanf(word, "%u-%u", &from, &to);
		if (got < 1 || from < 1)
			compile_fail(c, "\"%s\" is no packet number or range such as 10-12", word);
		for (unsigned n = from;
		     got >= 1 && n <= (got == 2 ? to : from) && n <= trace->count; n++)
			trace_remove(trace, n - 1);
	}
	trace_compact(trace);
}

static void record_swap(struct compiler *c, struct trace *trace)
{
	struct words *w = &c->words;
	if (words_more(w) && strchr(w->at[w->next].text, '%')) {
		double share = share_take(c);
		damage_swap(trace, share, seed_take(c));
		return;
	}
	size_t a = (size_t)words_integer(w, "the first packet", 1, (int64_t)trace->count);
	size_t b = (size_t)words_integer(w, "the second packet", 1, (int64_t)trace->count);
	bool keep_times = words_accept(w, "with-times");
	if (w->failed)
		return;
	struct trace_packet packet = trace->packets[a - 1], other = trace->packets[b - 1];
	trace->packets[a - 1] = other;
	trace->packets[b - 1] = packet;
	if (!keep_times) {
		trace->packets[a - 1].time = packet.time;
		trace->packets[b - 1].time = other.time;
	}
}

static const struct address *address_of_host(struct compiler *c)
{
	return &c->hosts[host_take(c, words_take(&c->words, "the host"))].address;
}

static void record_only(struct compiler *c, struct trace *trace)
{
	const struct address *host = address_of_host(c);
	if (!c->words.failed)
		damage_one_way(trace, host);
}

static void record_from(struct compiler *c, struct trace *trace)
{
	damage_start_at(trace, (size_t)words_integer(&c->words, "the first packet", 1, 100000000));
}

static void record_until(struct compiler *c, struct trace *trace)
{
	size_t last = (size_t)words_integer(&c->words, "the last packet", 1, 100000000);
	for (size_t i = last; i < trace->count; i++)
		trace_remove(trace, i);
	trace_compact(trace);
}

static void record_snaplen(struct compiler *c, struct trace *trace)
{
	uint32_t length = (uint32_t)words_integer(&c->words, "the snap length", 1, 262144);
	c->scenario->image.snap_length = length;
	damage_snap(trace, length);
}

static void record_offload(struct compiler *c, struct trace *trace)
{
	const struct address *host = address_of_host(c);
	size_t largest = 14600;
	if (words_is_number(&c->words))
		largest = (size_t)words_integer(&c->words, "the largest segment", 1, 64000);
	if (!c->words.failed)
		damage_offload(trace, host, largest);
}

static void record_at(struct compiler *c, struct trace *trace)
{
	const struct address *host = address_of_host(c);
	if (!c->words.failed)
		damage_record_at(trace, host);
}

static void record_clock_step(struct compiler *c, struct trace *trace)
{
	struct words *w = &c->words;
	int64_t step = words_duration(w, "the step");
	size_t packet = trace->count / 2 + 1;
	if (words_accept(w, "at")) {
		int64_t when = TRACE_EPOCH + words_duration(w, "the time");
		for (packet = 1; packet <= trace->count && trace->packets[packet - 1].time < when;)
			packet++;
	}
	damage_clock_step(trace, packet, step);
}

static void record_round(struct compiler *c, struct trace *trace)
{
	int64_t tick = words_duration(&c->words, "the tick");
	if (tick > 0)
		damage_round(trace, tick);
}

static void record_gap(struct compiler *c, struct trace *trace)
{
	struct words *w = &c->words;
	int64_t from = TRACE_EPOCH + words_duration(w, "the start of the gap");
	int64_t to = TRACE_EPOCH + words_duration(w, "the end of the gap");
	for (size_t i = 0; i < trace->count; i++)
		if (trace->packets[i].time >= from && trace->packets[i].time < to)
			trace_remove(trace, i);
	trace_compact(trace);
}

static void record_file(struct compiler *c, struct trace *trace)
{
	struct words *w = &c->words;
	struct image_options *image = &c->scenario->image;
	(void)trace;
	while (words_more(w)) {
		if (words_accept(w, "pcap"))
			image->format = IMAGE_PCAP;
		else if (words_accept(w, "pcapng"))
			image->format = IMAGE_PCAPNG;
		else if (words_accept(w, "big-endian"))
			image->big_endian = true;
		else if (words_accept(w, "digits"))
			image->digits = (unsigned)words_integer(w, "the digits of a second", 0, 9);
		else if (words_accept(w, "received"))
			image->received = (uint64_t)words_number(w, "the packets received");
		else if (words_accept(w, "dropped"))
			image->dropped = (uint64_t)words_number(w, "the packets dropped");
		else if (words_accept(w, "cut"))
			c->scenario->cut_bytes =
				(uint32_t)words_integer(w, "the bytes missing", 0, 1 << 30);
		else
			words_end(w);
	}
}

static const struct recorder_word recorder_words[] = {
	{ "record-duplicates", "record-duplicates [all | 50%] [after 3us] [ttl-1] [seed N]",
	  record_duplicate },
	{ "record-misses", "record-misses 2% [seed N] | N N-N …", record_miss },
	{ "record-swaps", "record-swaps 3% [seed N] | N N [with-times]", record_swap },
	{ "record-only", "record-only HOST: what it sent", record_only },
	{ "record-from", "record-from N: the first packet", record_from },
	{ "record-until", "record-until N: the last packet", record_until },
	{ "record-snaplen", "record-snaplen BYTES", record_snaplen },
	{ "record-offload", "record-offload HOST [LARGEST]", record_offload },
	{ "record-at", "record-at HOST", record_at },
	{ "record-clock-step", "record-clock-step +2s [at TIME]", record_clock_step },
	{ "record-ticks", "record-ticks 10ms", record_round },
	{ "record-gap", "record-gap FROM TO (times since the start)", record_gap },
	{ "record-file",
	  "record-file [pcap|pcapng] [big-endian] [digits N] [received N] [dropped N] [cut N]",
	  record_file },
};

static const struct recorder_word *find(const char *word)
{
	for (size_t i = 0; i < sizeof recorder_words / sizeof *recorder_words; i++)
		if (strcmp(recorder_words[i].word, word) == 0)
			return &recorder_words[i];
	return NULL;
}

bool recorder_statement(const char *word)
{
	return find(word) != NULL;
}

void recorder_run(struct compiler *c)
{
	for (unsigned i = 0; i < c->recorder_count && !c->words.failed; i++) {
		const char *line = c->recorder_lines[i];
		words_split(&c->words, line, strlen(line));
		c->words.line = c->recorder_line_numbers[i];
		const struct recorder_word *word = find(words_take(&c->words, "a statement"));
		if (!word)
			continue;
		c->words.usage = word->usage;
		word->run(c, &c->scenario->trace);
		words_end(&c->words);
	}
}

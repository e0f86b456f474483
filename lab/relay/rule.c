/* What happens to a frame at a port: rules, each with words that say which frames are meant and words that
 * say what is done. Chances come from a generator with the rule's own seed, so that runs are repeatable. */
#include "relay.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define FLOWS_MAX 256            /* conversations that a rule remembers */
#define STICKY_MAX 64            /* dropped segments whose repeats are dropped, too */
#define NTH_MAX 64

enum kind { ANY, SYN, ECN_SYN, SYNACK, FIN, RST, DATA, ACK };
enum change { NOTHING, CORRUPT, STRIP, CLAMP, TTL, CE, DSCP, WINDOW, SHIFT };
enum watch { NO_WATCH, IDLE, AFTER, FROM };

struct flow { uint32_t address[2]; uint16_t port[2]; int64_t last; bool hit; };

struct rule {
	int port;
	enum direction first, last;

	uint8_t protocol;
	bool arp, fragments;
	uint16_t source_port, target_port, any_port;
	uint32_t source, target;
	unsigned min, max;               /* bytes of the frame */
	enum kind kind;
	uint8_t text[48];                /* what the payload holds */
	unsigned text_length;
	enum watch watch;
	char watched[48];
	int64_t idle;
	uint64_t skip, count, every;
	unsigned nth[NTH_MAX], nth_count;
	double chance;
	unsigned burst_length, burst_left;   /* a chance hits so many frames in a row */
	unsigned sticky;

	bool drop, copies_only;
	int64_t delay, jitter, late, gap, queue;
	double rate, police;             /* bytes a second */
	double bucket, bucket_size;
	unsigned copies;
	enum change change;
	uint32_t value;
	bool reset_back, reset_on;
	uint8_t reset_ttl;

	uint64_t random, seen, done;
	int64_t last_due[2], free_at[2], bucket_time;
	struct flow flows[FLOWS_MAX];
	unsigned flow_count;
	struct { uint32_t sequence; uint16_t port; unsigned left; } stuck[STICKY_MAX];
	unsigned stuck_count;
};

static struct rule rules[RULES_MAX];
static unsigned rule_count;

static double chance_of(struct rule *rule)
{
	rule->random ^= rule->random << 13;
	rule->random ^= rule->random >> 7;
	rule->random ^= rule->random << 17;
	return (double)(rule->random >> 11) / (double)(1ull << 53);
}

/* "20ms" in nanoseconds. */
static int64_t time_of(const char *text)
{
	char *end;
	double value = strtod(text, &end);
	return (int64_t)(value * (!strcmp(end, "ns") ? 1.0 : !strcmp(end, "us") ? 1e3
				  : !strcmp(end, "ms") ? 1e6 : 1e9));
}

/* "800kbit" or "2mbit" in bytes a second. */
static double rate_of(const char *text)
{
	char *end;
	double value = strtod(text, &end);
	return value * (!strcmp(end, "mbit") ? 1e6 : !strcmp(end, "kbit") ? 1e3 : 1.0) / 8;
}

static uint32_t address_of(const char *text)
{
	unsigned a, b, c, d;
	if (sscanf(text, "%u.%u.%u.%u", &a, &b, &c, &d) != 4)
		return 0;
	return a << 24 | b << 16 | c << 8 | d;
}

static void read_nth(struct rule *rule, char *list)
{
	for (char *save, *item = strtok_r(list, ",", &save); item; item = strtok_r(NULL, ",", &save)) {
		unsigned from = (unsigned)strtoul(item, &item, 10), to = from;
		if (*item == '-')
			to = (unsigned)strtoul(item + 1, NULL, 10);
		for (; from <= to && rule->nth_count < NTH_MAX; from++)
			rule->nth[rule->nth_count++] = from;
	}
}

static bool read_flag(struct rule *rule, const char *word)
{
	static const struct { const char *word; enum kind kind; } kinds[] = {
		{ "syn", SYN }, { "ecn-syn", ECN_SYN }, { "synack", SYNACK }, { "fin", FIN }, { "rst", RST }, { "data", DATA },
		{ "ack", ACK } };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (!strcmp(word, kinds[i].word)) {
			rule->kind = kinds[i].kind;
			rule->protocol = IPPROTO_TCP;
			return true;
		}
	if (!strcmp(word, "tcp"))
		rule->protocol = IPPROTO_TCP;
	else if (!strcmp(word, "udp"))
		rule->protocol = IPPROTO_UDP;
	else if (!strcmp(word, "icmp"))
		rule->protocol = IPPROTO_ICMP;
	else if (!strcmp(word, "arp"))
		rule->arp = true;
	else if (!strcmp(word, "fragments"))
		rule->fragments = true;
	else if (!strcmp(word, "drop"))
		rule->drop = true;
	else if (!strcmp(word, "corrupt"))
		rule->change = CORRUPT;
	else if (!strcmp(word, "ce"))
		rule->change = CE;
	else
		return false;
	return true;
}

static bool read_option(struct rule *rule, const char *word, char *value)
{
	static const struct { const char *word; enum change change; } changes[] = {
		{ "clamp", CLAMP }, { "ttl", TTL }, { "dscp", DSCP }, { "window", WINDOW }, { "shift", SHIFT } };
	static const struct { const char *name; uint32_t kind; } options[] = {
		{ "mss", 2 }, { "wscale", 3 }, { "sack", 4 }, { "ts", 8 } };
	uint32_t number = (uint32_t)strtoul(value, NULL, 10);
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		if (!strcmp(word, changes[i].word)) {
			rule->change = changes[i].change;
			rule->value = number;
			return true;
		}
	if (!strcmp(word, "strip")) {
		rule->change = STRIP;
		for (size_t i = 0; i < sizeof options / sizeof *options; i++)
			if (!strcmp(value, options[i].name))
				rule->value = options[i].kind;
		return rule->value != 0;
	}
	if (!strcmp(word, "sport")) rule->source_port = (uint16_t)number;
	else if (!strcmp(word, "dport")) rule->target_port = (uint16_t)number;
	else if (!strcmp(word, "port")) rule->any_port = (uint16_t)number;
	else if (!strcmp(word, "from")) rule->source = address_of(value);
	else if (!strcmp(word, "to")) rule->target = address_of(value);
	else if (!strcmp(word, "min")) rule->min = number;
	else if (!strcmp(word, "max")) rule->max = number;
	else if (!strcmp(word, "mtu")) rule->min = number + 15, rule->drop = true;
	else if (!strcmp(word, "text")) {
		rule->text_length = (unsigned)strnlen(value, sizeof rule->text);
		memcpy(rule->text, value, rule->text_length);
	} else if (!strcmp(word, "bytes")) {
		unsigned byte;
		for (; rule->text_length < sizeof rule->text && sscanf(value, "%2x", &byte) == 1; value += 2)
			rule->text[rule->text_length++] = (uint8_t)byte;
	}
	else if (!strcmp(word, "after") || !strcmp(word, "since")) {
		rule->watch = *word == 'a' ? AFTER : FROM;
		snprintf(rule->watched, sizeof rule->watched, "%s", value);
	} else if (!strcmp(word, "idle")) rule->watch = IDLE, rule->idle = time_of(value);
	else if (!strcmp(word, "skip")) rule->skip = number;
	else if (!strcmp(word, "count")) rule->count = number;
	else if (!strcmp(word, "every")) rule->every = number;
	else if (!strcmp(word, "nth")) read_nth(rule, value);
	else if (!strcmp(word, "chance")) rule->chance = strtod(value, NULL) / 100;
	else if (!strcmp(word, "in-a-row")) rule->burst_length = number;
	else if (!strcmp(word, "sticky")) rule->sticky = number;
	else if (!strcmp(word, "delay")) rule->delay = time_of(value);
	else if (!strcmp(word, "jitter")) rule->jitter = time_of(value);
	else if (!strcmp(word, "late")) rule->late = time_of(value);
	else if (!strcmp(word, "rate")) rule->rate = rate_of(value);
	else if (!strcmp(word, "queue")) rule->queue = time_of(value);
	else if (!strcmp(word, "police")) rule->police = rate_of(value);
	else if (!strcmp(word, "burst")) rule->bucket_size = rule->bucket = number;
	else if (!strcmp(word, "dup")) rule->copies = number;
	else if (!strcmp(word, "gap")) rule->gap = time_of(value);
	else if (!strcmp(word, "reset")) {
		rule->reset_back = *value != 'o';
		rule->reset_on = !strcmp(value, "on") || !strcmp(value, "both");
	} else if (!strcmp(word, "reset-ttl")) rule->reset_ttl = (uint8_t)number;
	else return false;
	return true;
}

const char *rule_add(int port, enum direction first, enum direction last, char *words, uint64_t seed)
{
	static char wrong[96];
	if (rule_count == RULES_MAX)
		return "too many rules";
	struct rule *rule = &rules[rule_count];
	*rule = (struct rule){ .port = port, .first = first, .last = last, .chance = 1, .reset_ttl = 64,
			       .queue = INT64_MAX, .bucket_size = 15000, .bucket = 15000,
			       .random = (seed + rule_count + 1) * 0x9e3779b97f4a7c15ull };
	for (char *save, *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (read_flag(rule, word))
			continue;
		char *value = strtok_r(NULL, " ", &save);
		if (!value || !read_option(rule, word, value)) {
			snprintf(wrong, sizeof wrong, "not understood: %s", word);
			return wrong;
		}
	}
	rule_count++;
	return NULL;
}

void rules_clear(int port)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < rule_count; i++)
		if (port >= 0 && rules[i].port != port)
			rules[kept++] = rules[i];
	rule_count = kept;
}

static bool is_kind(enum kind kind, const struct view *view)
{
	uint8_t flags = view->flags & 0x17;
	switch (kind) {
	case ANY: return true;
	case SYN: return flags == 0x02;
	case ECN_SYN: return flags == 0x02 && (view->flags & 0xc0) == 0xc0;
	case SYNACK: return flags == 0x12;
	case FIN: return flags & 0x01;
	case RST: return flags & 0x04;
	case DATA: return view->end > view->payload;
	case ACK: return view->end == view->payload && flags == 0x10;
	}
	return false;
}

static bool has(const struct frame *frame, const struct view *view, const void *text, size_t length)
{
	return view->payload && memmem(frame->bytes + view->payload, view->end - view->payload, text, length);
}

static struct flow *flow_of(struct rule *rule, const uint8_t *bytes, const struct view *view)
{
	struct flow key = { .address = { get32(bytes + 26), get32(bytes + 30) },
			    .port = { view->source_port, view->target_port } };
	if (key.address[0] > key.address[1] || (key.address[0] == key.address[1] && key.port[0] > key.port[1]))
		key = (struct flow){ .address = { key.address[1], key.address[0] },
				     .port = { key.port[1], key.port[0] } };
	for (unsigned i = 0; i < rule->flow_count; i++)
		if (!memcmp(rule->flows[i].address, key.address, sizeof key.address)
		    && !memcmp(rule->flows[i].port, key.port, sizeof key.port))
			return &rule->flows[i];
	unsigned at = rule->flow_count < FLOWS_MAX ? rule->flow_count++ : 0;
	rule->flows[at] = key;
	return &rule->flows[at];
}

/* Whether the frame's conversation is one that was idle too long, or in which a word was said. */
static bool watched(struct rule *rule, const struct frame *frame, const struct view *view)
{
	if (rule->watch == NO_WATCH)
		return true;
	struct flow *flow = flow_of(rule, frame->bytes, view);
	if (is_kind(SYN, view))
		flow->hit = false;
	if (rule->watch == IDLE) {
		if (flow->last && frame->due - flow->last >= rule->idle && !is_kind(SYN, view))
			flow->hit = true;
		flow->last = frame->due;
		return flow->hit;
	}
	bool before = flow->hit;
	if (has(frame, view, rule->watched, strlen(rule->watched)))
		flow->hit = true;
	return rule->watch == FROM ? flow->hit : before;
}

static bool meant(struct rule *rule, const struct frame *frame, const struct view *view)
{
	const uint8_t *bytes = frame->bytes;
	if (rule->protocol && rule->protocol != view->protocol)
		return false;
	if ((rule->arp && !view->arp) || (rule->fragments && (!view->ip || !(get16(bytes + 20) & 0x3fff))))
		return false;
	if (rule->source_port && rule->source_port != view->source_port)
		return false;
	if (rule->target_port && rule->target_port != view->target_port)
		return false;
	if (rule->any_port && rule->any_port != view->source_port && rule->any_port != view->target_port)
		return false;
	if (rule->source && (!view->ip || get32(bytes + 26) != rule->source))
		return false;
	if (rule->target && (!view->ip || get32(bytes + 30) != rule->target))
		return false;
	if (frame->length < rule->min || (rule->max && frame->length > rule->max))
		return false;
	if (!is_kind(rule->kind, view) || (rule->text_length && !has(frame, view, rule->text, rule->text_length)))
		return false;
	return watched(rule, frame, view);
}

/* Of the frames that are meant: whether it is this one's turn. */
static bool chosen(struct rule *rule, const struct frame *frame, const struct view *view)
{
	uint32_t sequence = view->protocol == IPPROTO_TCP && view->transport
		? get32(frame->bytes + view->transport + 4) : 0;
	for (unsigned i = 0; rule->sticky && i < rule->stuck_count; i++)
		if (rule->stuck[i].sequence == sequence && rule->stuck[i].port == view->source_port) {
			if (!rule->stuck[i].left)
				return false;
			rule->stuck[i].left--;
			return true;
		}
	uint64_t number = ++rule->seen;
	if (number <= rule->skip || (rule->count && rule->done >= rule->count))
		return false;
	if (rule->every && number % rule->every)
		return false;
	if (rule->nth_count) {
		bool found = false;
		for (unsigned i = 0; i < rule->nth_count; i++)
			found |= rule->nth[i] == number;
		if (!found)
			return false;
	}
	if (rule->burst_left) {
		rule->burst_left--;
	} else if (rule->chance < 1) {
		if (chance_of(rule) >= rule->chance)
			return false;
		if (rule->burst_length)
			rule->burst_left = rule->burst_length - 1;
	}
	rule->done++;
	if (rule->sticky && rule->stuck_count < STICKY_MAX) {
		rule->stuck[rule->stuck_count].sequence = sequence;
		rule->stuck[rule->stuck_count].port = view->source_port;
		rule->stuck[rule->stuck_count++].left = rule->sticky;
	}
	return true;
}

static void change(struct rule *rule, enum direction direction, struct frame *frame, const struct view *view,
		   struct verdict *verdict)
{
	uint8_t *bytes = frame->bytes;
	bool tcp = view->protocol == IPPROTO_TCP && view->transport;
	switch (rule->change) {
	case NOTHING:
		return;
	case CORRUPT:                /* on the wire, behind whoever made the checksum */
		if (view->end > view->payload && view->payload)
			bytes[view->payload + (view->end - view->payload) / 2] ^= 0x04;
		return;
	case STRIP:
	case CLAMP:
		if (tcp && view->flags & 0x02)
			edit_option(bytes, view, rule->change == CLAMP ? 2 : (uint8_t)rule->value,
				    rule->change == STRIP, (uint16_t)rule->value);
		break;
	case TTL:
		if (view->ip)
			bytes[22] = (uint8_t)rule->value;
		break;
	case CE:
		if (view->ip && bytes[15] & 3)
			bytes[15] |= 3;
		break;
	case DSCP:
		if (view->ip)
			bytes[15] = (uint8_t)(rule->value << 2 | (bytes[15] & 3));
		break;
	case WINDOW:
		if (tcp && !(view->flags & 0x02))
			put16(bytes + view->transport + 14, (uint16_t)rule->value);
		break;
	case SHIFT:                  /* a device that moves the sequence numbers of one direction */
		if (tcp && direction == IN)
			put32(bytes + view->transport + 4, get32(bytes + view->transport + 4) + rule->value);
		else if (tcp && view->flags & 0x10)
			put32(bytes + view->transport + 8, get32(bytes + view->transport + 8) - rule->value);
		break;
	}
	verdict->changed = true;
}

static void wait(struct rule *rule, enum direction direction, const struct frame *frame, struct verdict *verdict)
{
	double size = frame->length + 24.0;          /* with preamble, FCS and gap */
	if (rule->police > 0) {
		rule->bucket += (double)(verdict->due - rule->bucket_time) * rule->police / 1e9;
		rule->bucket_time = verdict->due;
		if (rule->bucket > rule->bucket_size)
			rule->bucket = rule->bucket_size;
		if (rule->bucket < size)
			verdict->drop = true;
		else
			rule->bucket -= size;
	}
	if (rule->rate > 0) {
		int64_t *free_at = &rule->free_at[direction];
		if (*free_at < verdict->due)
			*free_at = verdict->due;
		if (*free_at - verdict->due > rule->queue) {
			verdict->drop = true;
		} else {
			*free_at += (int64_t)(size / rule->rate * 1e9);
			verdict->due = *free_at;
		}
	}
	if (rule->delay || rule->jitter) {
		verdict->due += rule->delay + (int64_t)((double)rule->jitter * chance_of(rule));
		if (verdict->due < rule->last_due[direction])
			verdict->due = rule->last_due[direction];
		rule->last_due[direction] = verdict->due;
	}
	if (rule->late) {
		verdict->due += rule->late;
		verdict->late = true;
	}
}

void rules_apply(int port, enum direction direction, struct frame *frame, struct verdict *verdict)
{
	for (unsigned i = 0; i < rule_count && !verdict->drop; i++) {
		struct rule *rule = &rules[i];
		struct view view = view_frame(frame->bytes, frame->length);
		if (rule->port != port || direction < rule->first || direction > rule->last
		    || !meant(rule, frame, &view) || !chosen(rule, frame, &view))
			continue;
		change(rule, direction, frame, &view, verdict);
		wait(rule, direction, frame, verdict);
		if (rule->copies) {
			verdict->copies = rule->copies;
			verdict->copy_gap = rule->gap;
		}
		verdict->drop |= rule->drop;
		if ((rule->reset_back || rule->reset_on) && !(view.flags & 0x04)) {
			verdict->reset_back = rule->reset_back;
			verdict->reset_on = rule->reset_on;
			verdict->reset_ttl = rule->reset_ttl;
		}
		if (verdict->changed) {
			edit_checksums(frame->bytes, &view);
			verdict->changed = false;
		}
	}
}

/* talk blocks: what two programs say over the TCP model, and what happens on the way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "talk.h"

static const char talk_usage[] =
	"talk CLIENT:PORT > SERVER:PORT [rtt T | rtt CLIENT_PART/SERVER_PART] [mss N] [window HOST "
	"N] "
	"[nosack] [nots] [noscale] [rto T] [iw N] [delack T|off] [nagle HOST] [tlp] [mid] … {";

static const char line_usage[] =
	"HOST send N|\"text\"… [after T] | HOST close|reset [after T] | HOST stops-reading T at N "
	"| HOST "
	"reads RATE | lose|delay|hold|copy|damage|mark HOST … (see tests/scenario/README.md)";

/* The side of the flow that a host is on. */
static unsigned side_take(struct compiler *c)
{
	const struct flow *flow = &c->flows[c->current_flow - 1];
	const char *name = words_take(&c->words, "the host");
	for (unsigned side = 0; side < 2; side++)
		if (strcmp(c->hosts[flow->end[side].host].name, name) == 0)
			return side;
	if (!c->words.failed)
		compile_fail(c, "\"%s\" is no end of this talk", name);
	return 0;
}

static void part_take(struct compiler *c, struct model_script *script)
{
	char text[64];
	const char *word = words_take(&c->words, "the round trip");
	snprintf(text, sizeof text, "%s", word);
	char *slash = strchr(text, '/');
	if (slash)
		*slash = '\0';
	bool good = text_to_duration(text, &script->part[0]);
	if (slash) {
		good = good && text_to_duration(slash + 1, &script->part[1]);
	} else {
		script->part[0] /= 2;
		script->part[1] = script->part[0];
	}
	if (!good && !c->words.failed)
		compile_fail(c,
			     "a round trip is written 40ms or 1ms/39ms (client part/server part)");
}

/* "rate 10mbit client|server [up|down] [queue 100ms|64k]", "police 5mbit server burst 20k" */
static void line_take(struct compiler *c, struct model_script *script, bool police)
{
	struct words *w = &c->words;
	double rate = words_rate(w, "the rate");
	unsigned side = words_accept(w, "client") ? 0 : 1;
	words_accept(w, "server");
	bool up = words_accept(w, "up"), down = !up && words_accept(w, "down");
	double queue = police ? 30000 : rate / 8 * 0.1;
	if (words_accept(w, police ? "burst" : "queue")) {
		int64_t wait;
		const char *text = words_take(w, "the size");
		if (!text_to_number(text, &queue)) {
			if (text_to_duration(text, &wait))
				queue = rate / 8 * (double)wait / 1e9;
			else
				compile_fail(c, "\"%s\" is no size such as 64k or 100ms", text);
		}
	}
	for (unsigned direction = 0; direction < 2; direction++) {
		/* Up is from client to server: it leaves the client (0) and arrives at the server
		 * (1). */
		bool is_up = direction == side;
		struct model_line *line = &script->line[side][direction];
		if ((up && !is_up) || (down && is_up))
			continue;
		*(police ? &line->police_rate : &line->rate) = rate;
		*(police ? &line->police_burst : &line->queue) = queue;
	}
}

static void for_both(struct model_script *script, void (*set)(struct model_host *, int64_t),
		     int64_t value)
{
	set(&script->host[0], value);
	set(&script->host[1], value);
}

static void set_mss(struct model_host *host, int64_t value) { host->mss = (uint16_t)value; }
static void set_sack(struct model_host *host, int64_t value) { host->sack = value; }
static void set_timestamps(struct model_host *host, int64_t value) { host->timestamps = value; }
static void set_scale(struct model_host *host, int64_t value) { host->window_scale = (int)value; }
static void set_minimum_rto(struct model_host *host, int64_t value) { host->minimum_rto = value; }
static void set_initial_rto(struct model_host *host, int64_t value) { host->initial_rto = value; }
static void set_initial_window(struct model_host *host, int64_t value)
{
	host->initial_window = (uint32_t)value;
}
static void set_delayed_ack(struct model_host *host, int64_t value) { host->delayed_ack = value; }
static void set_retries(struct model_host *host, int64_t value) { host->retries = (unsigned)value; }
static void set_tail_probe(struct model_host *host, int64_t value) { host->tail_probe = value; }
static void set_byte_probes(struct model_host *host, int64_t value)
{
	host->probes_with_byte = value;
}
static void set_push(struct model_host *host, int64_t value) { host->push_always = value; }
static void set_buffer(struct model_host *host, int64_t value) { host->buffer = (uint32_t)value; }
static void set_send_buffer(struct model_host *host, int64_t value)
{
	host->send_buffer = (uint32_t)value;
}
static void set_chunk(struct model_host *host, int64_t value) { host->chunk = (uint32_t)value; }
static void set_nagle(struct model_host *host, int64_t value) { host->nagle = value; }
static void set_gives_up(struct model_host *host, int64_t value)
{
	host->resets_when_giving_up = value;
}

enum property_value { NOTHING, NUMBER, DURATION, SWITCH };
struct property {
	const char *word;
	enum property_value value;
	int64_t constant;            /* NOTHING: what is set */
	void (*set)(struct model_host *host, int64_t value);
};

/* Words that may be followed by a host, for which alone they then hold. */
static const struct property properties[] = {
	{ "mss", NUMBER, 0, set_mss },
	{ "window", NUMBER, 0, set_buffer },
	{ "sndbuf", NUMBER, 0, set_send_buffer },
	{ "ws", NUMBER, 0, set_scale },
	{ "iw", NUMBER, 0, set_initial_window },
	{ "chunk", NUMBER, 0, set_chunk },
	{ "retries", NUMBER, 0, set_retries },
	{ "rto", DURATION, 0, set_minimum_rto },
	{ "syn-rto", DURATION, 0, set_initial_rto },
	{ "delack", SWITCH, 0, set_delayed_ack },
	{ "noscale", NOTHING, -1, set_scale },
	{ "nosack", NOTHING, 0, set_sack },
	{ "nots", NOTHING, 0, set_timestamps },
	{ "nagle", NOTHING, 1, set_nagle },
	{ "tlp", NOTHING, 1, set_tail_probe },
	{ "byte-probes", NOTHING, 1, set_byte_probes },
	{ "push", NOTHING, 1, set_push },
	{ "gives-up-with-reset", NOTHING, 1, set_gives_up },
};

static bool next_is_side(struct compiler *c, unsigned *side)
{
	const struct flow *flow = &c->flows[c->current_flow - 1];
	for (*side = 0; *side < 2; ++*side)
		if (words_accept(&c->words, c->hosts[flow->end[*side].host].name))
			return true;
	return false;
}

static bool property_accept(struct compiler *c, struct model_script *script)
{
	struct words *w = &c->words;
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
		const struct property *property = &properties[i];
		if (!words_accept(w, property->word))
			continue;
		unsigned side;
		bool one = next_is_side(c, &side);
		int64_t value = property->constant;
		if (property->value == NUMBER)
			value = words_integer(w, property->word, 0, 1LL << 31);
		else if (property->value == DURATION ||
			 (property->value == SWITCH && !words_accept(w, "off")))
			value = words_duration(w, property->word);
		if (one)
			property->set(&script->host[side], value);
		else
			for_both(script, property->set, value);
		return true;
	}
	return false;
}

static void head_word(struct compiler *c, struct talk *talk)
{
	struct words *w = &c->words;
	struct model_script *script = &talk->script;
	if (property_accept(c, script))
		return;
	if (words_accept(w, "rtt")) {
		part_take(c, script);
	} else if (words_accept(w, "rate")) {
		line_take(c, script, false);
	} else if (words_accept(w, "police")) {
		line_take(c, script, true);
	} else if (words_accept(w, "jitter")) {
		int64_t jitter = words_duration(w, "the jitter");
		bool client = words_accept(w, "client");
		words_accept(w, "server");
		for (unsigned direction = 0; direction < 2; direction++)
			script->line[client ? 0 : 1][direction].jitter = jitter;
	} else if (words_accept(w, "mid")) {
		script->opened = true;
	} else if (words_accept(w, "until")) {
		script->until = words_duration(w, "the end");
	} else {
		words_end(w);
	}
}

/* The flow that is meant: one that exists, or a new one. */
static struct flow *talk_flow(struct compiler *c, struct talk *talk)
{
	struct words *w = &c->words;
	char name[32] = "";
	if (words_more(w) && !strchr(w->at[w->next].text, ':')) {
		snprintf(name, sizeof name, "%s", words_take(w, "the flow's name"));
		struct flow *flow = flow_find(c, name);
		if (flow) {
			talk->script.opened = flow->end[0].next > 0 || flow->end[1].next > 0 ||
					      flow->end[0].expected > 0 || flow->timestamps;
			return flow;
		}
	}
	return flow_make(c, name);
}

void statement_talk(struct compiler *c)
{
	struct words *w = &c->words;
	w->usage = talk_usage;
	struct talk *talk = memory_zeroed(1, sizeof *talk);
	model_defaults(&talk->script);
	struct flow *flow = talk_flow(c, talk);
	talk->flow = (size_t)(flow - c->flows);
	talk->start = talk->last_time = c->now;
	for (unsigned side = 0; side < 2; side++)
		talk->base[side] = flow->end[side].next;
	while (words_more(w) && !words_accept(w, "{"))
		head_word(c, talk);
	if (talk->script.opened)
		talk->script.host[0].timestamps &= flow->timestamps || flow->end[0].next == 0;
	c->talk = talk;
}

/* Lines */

static struct model_step *add_step(struct model_script *script, unsigned side,
				   enum model_step_kind kind)
{
	script->steps = memory_grow(script->steps, &script->step_capacity, script->step_count + 1,
				    sizeof *script->steps);
	struct model_step *step = &script->steps[script->step_count++];
	*step = (struct model_step){ .kind = kind, .side = side };
	return step;
}

static void line_send(struct compiler *c, struct talk *talk, unsigned side)
{
	struct words *w = &c->words;
	struct text *content = &talk->content[side];
	size_t before = content->length;
	int64_t after = 0;
	while (words_more(w)) {
		uint64_t offset = (uint64_t)talk->base[side] + content->length;
		if (words_accept(w, "after")) {
			after = words_duration(w, "the pause before");
		} else if (words_is_number(w)) {
			for (int64_t n = words_integer(w, "the bytes to send", 1, 1LL << 31); n > 0;
			     n--)
				text_add_char(content, (char)pattern_byte(offset++));
		} else if (!payload_accept(c, content, offset)) {
			words_end(w);
		}
	}
	if (!w->failed && content->length == before)
		compile_fail(c, "there is nothing to send");
	struct model_step *step = add_step(&talk->script, side, STEP_SEND);
	step->after = after;
	step->bytes = content->length - before;
}

static void line_host(struct compiler *c, struct talk *talk, unsigned side)
{
	struct words *w = &c->words;
	struct model_script *script = &talk->script;
	struct model_host *host = &script->host[side];
	if (words_accept(w, "send")) {
		line_send(c, talk, side);
	} else if (words_accept(w, "stops-reading")) {
		if (host->pause_count == MODEL_MAX_PAUSES) {
			compile_fail(c, "too many pauses");
			return;
		}
		host->pauses[host->pause_count].length = words_duration(w, "the pause");
		if (!words_accept(w, "at"))
			compile_fail(c, "expected at BYTES");
		host->pauses[host->pause_count++].at =
			(uint64_t)words_number(w, "the bytes read before");
	} else if (words_accept(w, "reads")) {
		host->read_rate = words_rate(w, "the rate") / 8;
	} else {
		bool close = words_accept(w, "close");
		if (!close && !words_accept(w, "reset"))
			words_fail(w, "expected send, close, reset, stops-reading or reads");
		struct model_step *step = add_step(script, side, close ? STEP_CLOSE : STEP_RESET);
		if (words_accept(w, "after"))
			step->after = words_duration(w, "the pause before");
	}
}

static void ranges_take(struct compiler *c, struct model_rule *rule)
{
	char text[512];
	snprintf(text, sizeof text, "%s", words_take(&c->words, "the packets"));
	char *rest = text;
	for (char *one; (one = strsep(&rest, ","));) {
		unsigned from, to;
		char after[2];
		int got = sscanf(one, "%u-%u%1s", &from, &to, after);
		if (got < 1 || got > 2 || rule->range_count == MODEL_MAX_RANGES) {
			compile_fail(c,
				     "\"%s\" is no number or range such as 3 or 10-14 (at most %d)",
				     one, MODEL_MAX_RANGES);
			return;
		}
		rule->ranges[rule->range_count].from = from;
		rule->ranges[rule->range_count++].to = got == 2 ? to : from;
	}
}

static void which_take(struct compiler *c, struct model_rule *rule)
{
	struct words *w = &c->words;
	static const char *const matters[] = { "data", "acks", "syn", "fin", "any" };
	for (unsigned i = 0; i < 5; i++)
		if (words_accept(w, matters[i]))
			rule->matter = (enum model_matter)i;
	if (words_accept(w, "all"))
		return;
	if (words_accept(w, "every")) {
		rule->every = (uint32_t)words_integer(w, "the period", 1, 1 << 30);
	} else if (words_is_number(w) && strchr(w->at[w->next].text, '%')) {
		rule->share = words_number(w, "the share");
	} else if (words_is_number(w)) {
		ranges_take(c, rule);
	}
}

static void rule_word(struct compiler *c, struct model_rule *rule)
{
	struct words *w = &c->words;
	if (words_accept(w, "copies")) {
		rule->copy_to = (uint32_t)words_integer(w, "the number of copies", 1, 1000);
	} else if (words_accept(w, "copy")) {
		rule->copy_from = rule->copy_to = (uint32_t)words_integer(w, "the copy", 1, 1000);
	} else if (words_accept(w, "from")) {
		rule->time_from = words_duration(w, "the start");
		rule->copy_to = UINT32_MAX;
	} else if (words_accept(w, "to")) {
		rule->time_to = words_duration(w, "the end");
		rule->copy_to = UINT32_MAX;
	} else if (words_accept(w, "by")) {
		rule->delay = words_duration(w, "the delay");
	} else if (words_accept(w, "seed")) {
		rule->random = (uint64_t)words_number(w, "the seed");
	} else if (words_accept(w, "upstream")) {
		rule->place = PLACE_UPSTREAM;
	} else if (words_accept(w, "downstream")) {
		rule->place = PLACE_DOWNSTREAM;
	} else if (words_accept(w, "capture")) {
		rule->place = PLACE_CAPTURE;
	} else {
		words_end(w);
	}
}

static bool line_rule(struct compiler *c, struct talk *talk)
{
	static const char *const actions[] = { "lose", "delay", "hold", "copy", "damage", "mark" };
	static const char usage[] =
		"lose|delay|hold|copy|damage|mark HOST [data|acks|syn|fin|any] [3,7,9-12 | all | "
		"every N | 2%] "
		"[copies N | copy N] [from T] [to T] [by T] [seed N] upstream|downstream|capture";
	struct words *w = &c->words;
	struct model_script *script = &talk->script;
	for (unsigned i = 0; i < 6; i++) {
		if (!words_accept(w, actions[i]))
			continue;
		w->usage = usage;
		if (script->rule_count == MODEL_MAX_RULES) {
			compile_fail(c, "too many rules");
			return true;
		}
		struct model_rule *rule = &script->rules[script->rule_count++];
		*rule = (struct model_rule){ .action = (enum model_action)i,
					     .copy_from = 1,
					     .copy_to = 1,
					     .time_to = INT64_MAX,
					     .random = 1 };
		rule->side = side_take(c);
		which_take(c, rule);
		while (words_more(w))
			rule_word(c, rule);
		if (rule->action == ACTION_HOLD && rule->time_to == INT64_MAX)
			compile_fail(c, "hold needs from T to T");
		if ((rule->action == ACTION_DELAY || rule->action == ACTION_COPY) &&
		    rule->delay == 0)
			compile_fail(c, "%s needs by T", actions[i]);
		return true;
	}
	return false;
}

void talk_line(struct compiler *c)
{
	struct talk *talk = c->talk;
	struct words *w = &c->words;
	unsigned side;
	if (!words_more(w))
		return;
	w->usage = line_usage;
	if (next_is_side(c, &side))
		line_host(c, talk, side);
	else if (!line_rule(c, talk) && !property_accept(c, &talk->script))
		compile_fail(c,
			     "\"%s\" is neither an end of this talk nor something that happens to "
			     "its packets",
			     w->at[w->next].text);
	words_end(w);
}

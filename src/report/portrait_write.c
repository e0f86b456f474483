/* A session in full as text, JSON and CSV. */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "report/portrait.h"
#include "report/wrap.h"

enum { LABEL = 36, VALUE = 20 };

static const char *name_of(const struct portrait *portrait, char to[static 24])
{
	snprintf(to, 24, "%s:%u", session_kind_name(portrait->kind), portrait->number);
	return to;
}

static const struct endpoint *end_of(const struct portrait *portrait, unsigned i)
{
	return &portrait->key.end[portrait->client ^ i];
}

static void value_words(const struct figure_value *value, char to[static 32])
{
	to[0] = '\0';
	switch (value->type) {
	case FIGURE_NONE:
		snprintf(to, 32, "-");
		break;
	case FIGURE_COUNT:
		snprintf(to, 32, "%llu", (unsigned long long)value->count);
		break;
	case FIGURE_SECONDS:
		if (value->nanoseconds)
			duration_text(value->nanoseconds, to);
		else
			snprintf(to, 32, "0");
		break;
	case FIGURE_NUMBER:
		snprintf(to, 32, "%.*f", value->number < 10 ? 2 : 0, value->number);
		break;
	case FIGURE_WORDS:
		snprintf(to, 32, "%s", value->words);
		break;
	}
}

static void add_right(struct text *to, const char *words, size_t width)
{
	for (size_t i = text_columns(words, strlen(words)); i < width; i++)
		text_add_char(to, ' ');
	text_add(to, words);
}

/* "  State     …", wrapped. */
static void fact(const struct page *page, const char *name, const char *words)
{
	page_indent(page, 2);
	page_add(page, INK_DIM, name);
	for (size_t i = strlen(name); i < 13; i++)
		text_add_char(page->to, ' ');
	page_wrap(page, INK_PLAIN, 15, 15, words);
}

static void text_title(const struct page *page, const struct portrait *portrait)
{
	char name[24], client[ADDRESS_TEXT_SIZE], server[ADDRESS_TEXT_SIZE];
	struct text line = { 0 };
	text_addf(&line, "%s: %s", name_of(portrait, name), address_text(&end_of(portrait, 0)->address, client));
	if (portrait->kind != SESSION_ICMP)
		text_addf(&line, " port %u", end_of(portrait, 0)->port);
	text_addf(&line, " (client) to %s", address_text(&end_of(portrait, 1)->address, server));
	if (portrait->kind != SESSION_ICMP)
		text_addf(&line, " port %u", end_of(portrait, 1)->port);
	text_addf(&line, " (server%s%s)", portrait->application ? ", " : "",
		  portrait->application ? portrait->application : "");
	page_paragraph(page, INK_BOLD, 0, line.bytes);
	text_finish(&line);
}

static enum time_style style_of(enum culprit_time_style style)
{
	return style == CULPRIT_TIME_LOCAL ? TIME_STYLE_LOCAL : style == CULPRIT_TIME_RELATIVE ? TIME_STYLE_RELATIVE
	     : style == CULPRIT_TIME_EPOCH ? TIME_STYLE_EPOCH : TIME_STYLE_UTC;
}

static void text_times(const struct page *page, const struct portrait_report *report,
		       const struct culprit_output *output)
{
	const struct portrait *portrait = report->portrait;
	char first[TIME_TEXT_SIZE], last[TIME_TEXT_SIZE], duration[DURATION_TEXT_SIZE];
	struct text line = { 0 };
	enum time_style style = style_of(output->time_style);
	text_addf(&line, "%s to %s, %s (packets %llu to %llu)",
		  time_text(portrait->first_time, report->origin, style, report->time_digits, first),
		  time_text(portrait->last_time, report->origin, style, report->time_digits, last),
		  duration_text(portrait->last_time - portrait->first_time, duration),
		  (unsigned long long)portrait->first_packet, (unsigned long long)portrait->last_packet);
	fact(page, "Time", line.bytes);
	text_finish(&line);
}

static const char *how_it_ended(uint8_t end)
{
	switch (end) {
	case SESSION_EVICTED:
		return "forgotten early: too many sessions at a time";
	case SESSION_REPLACED:
		return "its ports were used again";
	default:
		return "followed to the end of the trace";
	}
}

static void text_state(const struct page *page, const struct portrait *portrait)
{
	struct text line = { 0 };
	if (portrait->state)
		text_addf(&line, "%s: setup %s, %s; ", portrait->state, portrait->setup, portrait->teardown);
	text_addf(&line, "%s", how_it_ended(portrait->end));
	if (portrait->duplicates)
		text_addf(&line, "; %llu packets were recorded twice and count once",
			  (unsigned long long)portrait->duplicates);
	fact(page, "State", line.bytes);
	fact(page, "Roles", role_words(portrait->role));
	text_clear(&line);
	for (unsigned bit = 0; quality_name(bit); bit++)
		if (portrait->quality & 1u << bit)
			text_addf(&line, "%s%s", line.length ? ", " : "", quality_name(bit));
	if (line.length)
		fact(page, "Quality", line.bytes);
	text_finish(&line);
}

static void text_trips(const struct page *page, const struct portrait *portrait)
{
	static const char *const who[2] = { "client", "server" };
	char words[DURATION_TEXT_SIZE];
	struct text line = { 0 };
	if (portrait->kind != SESSION_TCP)
		return;
	if (portrait->round_trip >= 0)
		text_addf(&line, "%s", duration_text(portrait->round_trip, words));
	for (unsigned i = 0; i < 2; i++) {
		const struct portrait_side *side = &portrait->side[portrait->client ^ i];
		if (side->path_minimum >= 0)
			text_addf(&line, "%s%s side %s", line.length ? ", " : "", who[i],
				  duration_text(side->path_minimum, words));
	}
	if (portrait->handshake.server_part >= 0)
		text_addf(&line, "; in the handshake the server took %s",
			  duration_text(portrait->handshake.server_part, words));
	if (portrait->handshake.client_part >= 0)
		text_addf(&line, ", the client %s", duration_text(portrait->handshake.client_part, words));
	fact(page, "Round trip", line.length ? line.bytes : "not known");
	text_clear(&line);
	for (unsigned i = 0; i < 2; i++) {
		const struct portrait_side *side = &portrait->side[portrait->client ^ i];
		if (side->vantage != VANTAGE_UNKNOWN)
			text_addf(&line, "%s%s %s the %s: %s", line.length ? "; " : "",
				  side->vantage == VANTAGE_FAR ? "far from" : vantage_words(side->vantage),
				  "", who[i], side->vantage_reason);
	}
	fact(page, "Trace point", line.length ? line.bytes : "not known");
	text_finish(&line);
}

static void text_tls(const struct page *page, const struct portrait *portrait)
{
	struct text line = { 0 };
	tls_figures_words(&portrait->figures.tls, &line);
	if (line.length)
		fact(page, "TLS", line.bytes);
	text_finish(&line);
}

static void text_transfer(const struct page *page, const struct portrait *portrait, unsigned i)
{
	static const char *const who[2] = { "client", "server" };
	const struct portrait_side *side = &portrait->side[portrait->client ^ i];
	char size[DURATION_TEXT_SIZE], duration[DURATION_TEXT_SIZE];
	struct text line = { 0 };
	if (!side->has_transfer || side->transfer.duration <= 0)
		return;
	text_addf(&line, "of the %s: %s in %s, held up by %s", who[i], size_text(side->transfer.bytes, size),
		  duration_text(side->transfer.duration, duration), transfer_words(side->verdict));
	for (unsigned state = 0, first = 1; state < TRANSFER_STATES; state++) {
		double share = (double)side->transfer.time[state] / (double)side->transfer.duration;
		if (share < 0.0005)
			continue;
		text_addf(&line, "%s%s %.1f %%", first ? " (" : ", ",
			  transfer_state_name((enum transfer_state)state), share * 100);
		first = 0;
	}
	text_add(&line, ")");
	fact(page, "Transfer", line.bytes);
	text_finish(&line);
}

static void text_figures(const struct page *page, const struct portrait *portrait)
{
	struct figure figures[MAX_FIGURES];
	size_t count = portrait_figures(portrait, figures);
	char words[32];
	for (size_t i = 0; i < count; i++) {
		struct text line = { 0 };
		if (figures[i].group) {
			text_add_char(page->to, '\n');
			text_addf(&line, "  %s", figures[i].group);
			while (line.length < LABEL)
				text_add_char(&line, ' ');
			add_right(&line, "client sent", VALUE);
			add_right(&line, "server sent", VALUE);
			page_add(page, INK_BOLD, line.bytes);
			text_add_char(page->to, '\n');
			text_clear(&line);
		}
		text_addf(&line, "    %s", figures[i].label);
		while (line.length < LABEL)
			text_add_char(&line, ' ');
		for (unsigned side = 0; side < 2; side++) {
			value_words(&figures[i].value[side], words);
			add_right(&line, words, VALUE);
		}
		text_add(page->to, line.bytes);
		text_add_char(page->to, '\n');
		text_finish(&line);
	}
}

static void text_findings(const struct page *page, const struct portrait_report *report)
{
	text_add_char(page->to, '\n');
	if (!report->finding_count)
		page_paragraph(page, INK_PLAIN, 2, "No findings.");
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct portrait_finding *finding = &report->findings[i];
		struct text line = { 0 };
		text_addf(&line, "%s %u: %s [%s]", finding->severity, finding->number, finding->title, finding->id);
		page_wrap(page, INK_PLAIN, 0, 4, line.bytes);
		text_finish(&line);
	}
}

void portrait_text(const struct portrait_report *report, const struct culprit_output *output, struct text *to)
{
	const struct page page = { to, output->width ? output->width : 80, output->colour };
	const struct portrait *portrait = report->portrait;
	text_title(&page, portrait);
	text_times(&page, report, output);
	text_state(&page, portrait);
	text_trips(&page, portrait);
	text_tls(&page, portrait);
	for (unsigned i = 0; i < 2; i++)
		text_transfer(&page, portrait, i);
	text_figures(&page, portrait);
	text_findings(&page, report);
	text_add_char(to, '\n');
}

/* ---- JSON --------------------------------------------------------------------------------------- */

static void json_seconds_if(struct json *json, const char *key, bool known, int64_t nanoseconds)
{
	if (known)
		json_seconds(json, key, nanoseconds);
	else
		json_words(json, key, NULL);
}

static void json_value(struct json *json, const char *key, const struct figure_value *value)
{
	switch (value->type) {
	case FIGURE_NONE:
		json_words(json, key, NULL);
		break;
	case FIGURE_COUNT:
		json_number(json, key, value->count);
		break;
	case FIGURE_SECONDS:
		json_seconds(json, key, value->nanoseconds);
		break;
	case FIGURE_NUMBER:
		json_double(json, key, (double)(int64_t)(value->number * 1000 + 0.5) / 1000);
		break;
	case FIGURE_WORDS:
		json_boolean(json, key, value->words[0] == 'y');
		break;
	}
}

static void json_transfer(struct json *json, const struct portrait_side *side)
{
	if (!side->has_transfer) {
		json_words(json, "transfer", NULL);
		return;
	}
	json_open(json, "transfer", '{');
	json_words(json, "verdict", side->verdict == TRANSFER_UNKNOWN ? "mixed" : transfer_state_name(side->verdict));
	json_double(json, "share", (double)(int64_t)(side->verdict_share * 10000 + 0.5) / 10000);
	json_number(json, "bytes", side->transfer.bytes);
	json_seconds(json, "duration_s", side->transfer.duration);
	json_open(json, "states_s", '{');
	for (unsigned state = 0; state < TRANSFER_STATES; state++)
		json_seconds(json, transfer_state_name((enum transfer_state)state), side->transfer.time[state]);
	json_close(json, '}');
	json_close(json, '}');
}

static void json_side(struct json *json, const struct portrait *portrait, unsigned i, const struct figure *figures,
		      size_t count)
{
	static const char *const keys[2] = { "client_sent", "server_sent" };
	const struct portrait_side *side = &portrait->side[portrait->client ^ i];
	json_open(json, keys[i], '{');
	for (size_t f = 0; f < count; f++)
		json_value(json, figures[f].key, &figures[f].value[i]);
	json_words(json, "trace_point", vantage_words(side->vantage));
	json_words(json, "trace_point_reason", side->vantage_reason);
	json_transfer(json, side);
	json_close(json, '}');
}

static void json_identity(struct json *json, const struct portrait *portrait)
{
	static const char *const keys[2] = { "client", "server" }, *const ports[2] = { "client_port", "server_port" };
	char words[ADDRESS_TEXT_SIZE], name[24];
	json_words(json, "session", name_of(portrait, name));
	json_number(json, "number", portrait->number);
	json_words(json, "protocol", session_kind_name(portrait->kind));
	json_words(json, "app", portrait->application);
	for (unsigned i = 0; i < 2; i++) {
		json_words(json, keys[i], address_text(&end_of(portrait, i)->address, words));
		if (portrait->kind == SESSION_ICMP)
			json_words(json, ports[i], NULL);
		else
			json_number(json, ports[i], end_of(portrait, i)->port);
	}
}

void portrait_json(const struct portrait_report *report, struct text *to)
{
	static const char *const roles[] = { "syn", "synack", "application", "port", "first-sender" };
	static const char *const ends[] = { "open", "end-of-trace", "evicted", "replaced", "closed" };
	const struct portrait *portrait = report->portrait;
	struct json json = { .to = to };
	struct figure figures[MAX_FIGURES];
	size_t count = portrait_figures(portrait, figures);
	json_open_flat(&json, NULL, '{');
	json_identity(&json, portrait);
	json_words(&json, "state", portrait->state);
	json_words(&json, "setup", portrait->setup);
	json_words(&json, "teardown", portrait->teardown);
	json_words(&json, "role_known_by", portrait->role < 5 ? roles[portrait->role] : NULL);
	json_words(&json, "ended", portrait->end < 5 ? ends[portrait->end] : NULL);
	json_time(&json, "start", portrait->first_time, report->time_digits);
	json_time(&json, "end", portrait->last_time, report->time_digits);
	json_seconds(&json, "duration_s", portrait->last_time - portrait->first_time);
	json_number(&json, "first_packet", portrait->first_packet);
	json_number(&json, "last_packet", portrait->last_packet);
	json_number(&json, "recorded_twice", portrait->duplicates);
	json_open(&json, "quality", '[');
	for (unsigned bit = 0; quality_name(bit); bit++)
		if (portrait->quality & 1u << bit)
			json_words(&json, NULL, quality_name(bit));
	json_close(&json, ']');
	json_seconds_if(&json, "rtt_s", portrait->round_trip >= 0, portrait->round_trip);
	json_seconds_if(&json, "handshake_server_s", portrait->handshake.server_part >= 0, portrait->handshake.server_part);
	json_seconds_if(&json, "handshake_client_s", portrait->handshake.client_part >= 0, portrait->handshake.client_part);
	json_seconds_if(&json, "handshake_retry_s", portrait->handshake.complete, portrait->handshake.retry);
	json_number(&json, "turns", portrait->turns);
	json_number(&json, "transactions", portrait->transactions);
	for (unsigned i = 0; i < 2; i++)
		json_side(&json, portrait, i, figures, count);
	json_open(&json, "findings", '[');
	for (size_t i = 0; i < report->finding_count; i++) {
		json_open(&json, NULL, '{');
		json_number(&json, "number", report->findings[i].number);
		json_words(&json, "id", report->findings[i].id);
		json_words(&json, "severity", report->findings[i].severity);
		json_words(&json, "title", report->findings[i].title);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	text_add_char(to, '\n');
}

/* ---- CSV ---------------------------------------------------------------------------------------- */

static void csv_value(struct text *to, const struct figure_value *value)
{
	text_add_char(to, ',');
	switch (value->type) {
	case FIGURE_NONE:
		break;
	case FIGURE_COUNT:
		number_add(to, value->count);
		break;
	case FIGURE_SECONDS:
		seconds_add(to, value->nanoseconds);
		break;
	case FIGURE_NUMBER:
		double_add(to, (double)(int64_t)(value->number * 1000 + 0.5) / 1000);
		break;
	case FIGURE_WORDS:
		text_add(to, value->words);
		break;
	}
}

void portrait_csv(const struct portrait_report *report, struct text *to)
{
	struct figure figures[MAX_FIGURES];
	size_t count = portrait_figures(report->portrait, figures);
	char name[24];
	for (size_t i = 0; i < count; i++) {
		text_addf(to, "%s,%s", name_of(report->portrait, name), figures[i].key);
		for (unsigned side = 0; side < 2; side++)
			csv_value(to, &figures[i].value[side]);
		text_add_char(to, '\n');
	}
}

/* The view of single packets: their details, what they belong to, the findings that cite them, and their bytes. Parts
 * are written while the packet is there, and put together at the end of the trace, which knows the findings. */
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "decode/decoder.h"
#include "report/details.h"
#include "report/diagnosis.h"
#include "report/dialogues.h"
#include "report/links.h"
#include "report/message.h"
#include "report/selection.h"
#include "report/view.h"
#include "session/secrets.h"

#define MOST_PACKETS 10000       /* kept to be shown */
#define MOST_BYTES ((size_t)256 << 20)   /* of their text */
#define MOST_FINDINGS 20         /* shown of one packet */
#define DIALOGUE_BYTES 512       /* longer segments are no part of a dialogue that asks for a password */

struct kept {                    /* a packet that is shown */
	struct packet_links links;   /* its place in the list of those that are looked at */
	struct text details, bytes;  /* JSON: details hold both */
};

struct details_view {
	struct view view;
	struct culprit_output output;
	struct selection selection;
	enum culprit_hex hex;
	bool show_secrets;
	struct fields *fields;       /* NULL before the first packet */
	struct links *links;
	struct kept **kept;
	struct packet_links **looked_at;     /* the links of each, in the same order */
	size_t count, capacity, bytes;
	uint64_t left_out;
	struct dialogues *dialogues;
};

/* The secrets of the conversation so far; NULL when nothing is said in small pieces. */
static struct secrets *dialogue_of(struct details_view *view, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	if (!session || session->kind != SESSION_TCP || !packet->tcp || observation->twin_of)
		return NULL;
	uint32_t length = packet->tcp->payload_length;
	bool new_data = !observation->segment || observation->segment->new_bytes;
	if (!length || length > DIALOGUE_BYTES || !new_data)
		return NULL;
	return dialogues_of(view->dialogues, session->number);
}

static struct kept *keep(struct details_view *view, uint64_t number)
{
	if (view->count == MOST_PACKETS || view->bytes > MOST_BYTES) {
		view->left_out++;
		return NULL;
	}
	if (view->count == view->capacity) {
		view->capacity = view->capacity ? view->capacity * 2 : 16;
		view->kept = memory_resize(view->kept, view->capacity, sizeof *view->kept);
		view->looked_at = memory_resize(view->looked_at, view->capacity, sizeof *view->looked_at);
	}
	struct kept *kept = memory_zeroed(1, sizeof *kept);
	kept->links.number = number;
	view->kept[view->count] = kept;
	view->looked_at[view->count++] = &kept->links;
	return kept;
}

/* Messages that were decrypted: their bytes stand nowhere else. */
static void add_decrypted(const struct details_view *view, const struct details_how *how,
			  const struct observation *observation, struct text *to)
{
	const struct page page = { to, 80, how->output->colour };
	for (unsigned i = 0; i < observation->message_count; i++) {
		const struct session_message *message = &observation->messages[i];
		struct secrets secrets = { 0 };
		struct byte_map map;
		if (!message->depth || !message->bytes || !message->length)
			continue;
		byte_map_of(&map, message->bytes, message->length, &secrets, message->direction);
		text_add_char(to, '\n');
		page_add(&page, INK_BOLD, "Hex Decode");
		text_addf(to, " of %zu decrypted bytes: %s\n", message->length, message->decoder->title);
		hex_decode(how, view->hex, message->bytes, message->length, &map, to);
	}
}

static void fill_text(struct details_view *view, const struct details_how *how, struct kept *kept,
		      const struct observation *observation, struct byte_map *map)
{
	const struct record *record = observation->packet->record;
	details_text(how, view->fields, observation, &kept->details, map);
	if (view->hex == CULPRIT_HEX_NONE)
		return;
	hex_decode(how, view->hex, record->bytes, record->captured_length, map, &kept->bytes);
	if (record->captured_length < record->original_length)
		text_addf(&kept->bytes, "       (%u more bytes are not in the trace)\n",
			  (unsigned)(record->original_length - record->captured_length));
	add_decrypted(view, how, observation, &kept->bytes);
}

/* Two digits a byte; secrets are asterisks. */
static void add_json_bytes(const struct details_view *view, struct json *json, const struct record *record,
			   const struct byte_map *map)
{
	struct text hex = { 0 };
	uint8_t *hidden = memory_zeroed(record->captured_length + 1, 1);
	for (unsigned i = 0; i < map->secret_count && !view->show_secrets; i++)
		memset(hidden + map->secrets[i].offset, 1, map->secrets[i].length);
	text_add(&hex, "");
	for (size_t i = 0; i < record->captured_length; i++)
		if (hidden[i])
			text_add(&hex, "**");
		else
			text_addf(&hex, "%02x", record->bytes[i]);
	json_words(json, "bytes", hex.bytes);
	free(hidden);
	text_finish(&hex);
}

static void fill_json(struct details_view *view, const struct details_how *how, struct kept *kept,
		      const struct observation *observation, struct byte_map *map)
{
	const struct record *record = observation->packet->record;
	struct json json = { .to = &kept->details };
	struct text message = { 0 };
	json_open_flat(&json, NULL, '{');
	json_number(&json, "number", record->number);
	json_time(&json, "time", record->timeless ? INT64_MIN : record->time, how->digits);
	text_add(&message, "");
	message_add(&message, observation->packet);
	json_words(&json, "message", message.bytes);
	details_json(how, view->fields, observation, &json, map);
	if (view->hex != CULPRIT_HEX_NONE)
		add_json_bytes(view, &json, record, map);
	text_finish(&message);
}

static void fill(struct details_view *view, const struct trace_analysis *analysis, struct kept *kept,
		 const struct observation *observation, struct byte_map *map)
{
	const struct details_how how = { &view->output, view->show_secrets,
		interface_time_digits(analysis->trace.source, observation->packet->record->interface) };
	if (view->output.format == CULPRIT_JSON)
		fill_json(view, &how, kept, observation, map);
	else
		fill_text(view, &how, kept, observation, map);
	view->bytes += kept->details.length + kept->bytes.length;
}

static bool is_wanted(const struct selection *selection, uint64_t number)
{
	for (unsigned i = 0; i < selection->range_count; i++)
		if (number >= selection->ranges[i].first && number <= selection->ranges[i].last)
			return true;
	return selection->range_count == 0;
}

static void look(struct details_view *view, const struct trace_analysis *analysis,
		 const struct observation *observation, bool selected)
{
	const struct record *record = observation->packet->record;
	struct kept *kept = NULL;
	struct byte_map map;
	if (!view->fields)
		view->fields = fields_create(analysis ? analysis->trace.source : NULL);
	if (analysis)
		view->fields->report = analysis->trace.source;
	struct secrets *dialogue = dialogue_of(view, observation);
	if (selected && is_wanted(&view->selection, record->number))
		kept = keep(view, record->number);
	if (kept || dialogue)
		byte_map_init(&map, observation, dialogue);
	if (kept)
		fill(view, analysis, kept, observation, &map);
	links_observe(view->links, observation, view->looked_at, view->count);
	fields_passed(view->fields, record);
}

static bool observe(struct view *base, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	look((struct details_view *)base, analysis, observation, true);
	return true;
}

static void pass(struct view *base, const struct observation *observation)
{
	look((struct details_view *)base, NULL, observation, false);
}

static void session_ends(struct view *base, const struct trace_analysis *analysis, const struct session *session,
			 bool selected)
{
	(void)analysis, (void)selected;
	if (session->kind == SESSION_TCP)
		dialogues_forget(((struct details_view *)base)->dialogues, session->number);
}

static const struct culprit_evidence *evidence_of(const struct culprit_finding *finding, uint64_t packet)
{
	for (size_t i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].packet == packet)
			return &finding->evidence[i];
	return NULL;
}

static void write_links(const struct page *page, const struct packet_links *links)
{
	struct text words = { 0 };
	if (links->count)
		page_paragraph(page, INK_BOLD, 0, "Links");
	for (unsigned i = 0; i < links->count; i++) {
		const struct packet_link *link = &links->list[i];
		text_clear(&words);
		text_addf(&words, "%s packet %llu", link_words((enum link_kind)link->kind),
			  (unsigned long long)link->packet);
		if (link->after >= 0) {
			text_add(&words, " (");
			seconds_add(&words, link->after);
			text_add(&words, " s)");
		}
		page_paragraph(page, INK_PLAIN, 2, words.bytes);
	}
	text_finish(&words);
}

static void write_findings(const struct page *page, const struct diagnosis *diagnosis, uint64_t packet)
{
	struct text words = { 0 };
	unsigned shown = 0;
	for (size_t i = 0; i < diagnosis->finding_count && shown < MOST_FINDINGS; i++) {
		const struct culprit_finding *finding = &diagnosis->findings[i];
		const struct culprit_evidence *evidence = evidence_of(finding, packet);
		if (!evidence)
			continue;
		if (!shown++)
			page_paragraph(page, INK_BOLD, 0, "Findings");
		text_clear(&words);
		text_addf(&words, "%u %s %s: %s", (unsigned)finding->number, culprit_severity_name(finding->severity),
			  finding->id, finding->title);
		if (evidence->note && *evidence->note)
			text_addf(&words, ". This packet: %s", evidence->note);
		page_indent(page, 2);
		page_wrap(page, finding->severity >= CULPRIT_WARNING ? INK_RED : INK_PLAIN, 2, 4, words.bytes);
	}
	text_finish(&words);
}

static void write_text(const struct details_view *view, const struct diagnosis *diagnosis, const struct kept *kept,
		       struct text *to)
{
	const struct page page = { to, view->output.width ? view->output.width : 80, view->output.colour };
	text_add_bytes(to, kept->details.bytes, kept->details.length);
	write_links(&page, &kept->links);
	write_findings(&page, diagnosis, kept->links.number);
	if (!kept->bytes.length)
		return;
	text_add_char(to, '\n');
	page_paragraph(&page, INK_BOLD, 0, "Hex Decode");
	text_add_bytes(to, kept->bytes.bytes, kept->bytes.length);
}

static void write_json(const struct diagnosis *diagnosis, const struct kept *kept, struct text *to)
{
	/* It goes on where fill_json ended. */
	struct json json = { .to = to, .depth = 1, .filled = true, .flat = 1 };
	text_add_bytes(to, kept->details.bytes, kept->details.length);
	json_open(&json, "links", '[');
	for (unsigned i = 0; i < kept->links.count; i++) {
		const struct packet_link *link = &kept->links.list[i];
		json_open(&json, NULL, '{');
		json_words(&json, "relation", link_name((enum link_kind)link->kind));
		json_number(&json, "packet", link->packet);
		if (link->after >= 0)
			json_seconds(&json, "between_s", link->after);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_open(&json, "findings", '[');
	for (size_t i = 0; i < diagnosis->finding_count; i++) {
		const struct culprit_finding *finding = &diagnosis->findings[i];
		const struct culprit_evidence *evidence = evidence_of(finding, kept->links.number);
		if (!evidence)
			continue;
		json_open(&json, NULL, '{');
		json_number(&json, "number", finding->number);
		json_words(&json, "id", finding->id);
		json_words(&json, "severity", culprit_severity_name(finding->severity));
		json_words(&json, "note", evidence->note);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	text_add_char(to, '\n');
}

static void finish(struct view *base, const struct trace_analysis *analysis, const struct diagnosis *diagnosis)
{
	struct details_view *view = (struct details_view *)base;
	struct text to = { 0 };
	bool more = true;
	(void)analysis;
	for (size_t i = 0; i < view->count && more; i++) {
		text_clear(&to);
		if (view->output.format == CULPRIT_JSON) {
			write_json(diagnosis, view->kept[i], &to);
		} else {
			text_add(&to, i ? "\n" : "");
			write_text(view, diagnosis, view->kept[i], &to);
		}
		more = view->output.write(view->output.user, to.bytes, to.length);
	}
	text_clear(&to);
	if (view->left_out && view->output.format == CULPRIT_TEXT && more) {
		text_addf(&to, "\n(%llu more packets are not shown: ask for fewer at a time)\n",
			  (unsigned long long)view->left_out);
		view->output.write(view->output.user, to.bytes, to.length);
	}
	text_finish(&to);
}

static void destroy(struct view *base)
{
	struct details_view *view = (struct details_view *)base;
	for (size_t i = 0; i < view->count; i++) {
		text_finish(&view->kept[i]->details);
		text_finish(&view->kept[i]->bytes);
		free(view->kept[i]);
	}
	dialogues_destroy(view->dialogues);
	free(view->kept);
	free(view->looked_at);
	fields_destroy(view->fields);
	links_destroy(view->links);
	selection_finish(&view->selection);
	free(view);
}

struct view *details_view(const struct culprit_details *wanted, const struct culprit_output *output,
			  struct error *error)
{
	static const struct view_operations operations = { observe, session_ends, finish, destroy, pass };
	const struct culprit_selection selection = { .packets = wanted->packets };
	struct details_view *view = memory_zeroed(1, sizeof *view);
	view->view.do_ = &operations;
	view->output = *output;
	view->hex = wanted->hex;
	view->show_secrets = wanted->show_secrets;
	view->links = links_create();
	view->dialogues = dialogues_create();
	if (selection_init(&view->selection, &selection, error))
		return &view->view;
	destroy(&view->view);
	return NULL;
}

/* The findings of a diagnosis as rows, for spreadsheets and databases. The keys are those of its JSON. */
#include "report/diagnosis.h"
#include "report/json.h"
#include "report/report.h"
#include "report/table.h"

struct line {
	const struct culprit_finding *finding;
	const char *packets;         /* "30 31 40": those that prove it */
	unsigned digits;
};

static const struct column columns[] = {
	{ "number" }, { "id" }, { "severity" }, { "confidence" }, { "title" }, { "text" }, { "blame" },
	{ "party" }, { "why" }, { "client" }, { "server" }, { "server_port" }, { "protocol" },
	{ "sessions" }, { "count" }, { "cost_s" }, { "first_packet" }, { "last_packet" }, { "first" },
	{ "last" }, { "kind" }, { "buttons" }, { "caused_by" }, { "evidence" },
};

static void cells(const void *row, struct cell *cell)
{
	const struct line *line = row;
	const struct culprit_finding *finding = line->finding;
	*cell++ = cell_number(finding->number);
	*cell++ = cell_words(finding->id);
	*cell++ = cell_words(culprit_severity_name(finding->severity));
	*cell++ = cell_words(culprit_confidence_name(finding->confidence));
	*cell++ = cell_words(finding->title);
	*cell++ = cell_words(finding->text);
	*cell++ = cell_words(finding->blame);
	*cell++ = cell_words(finding->party);
	*cell++ = cell_words(finding->why);
	*cell++ = cell_words(finding->client);
	*cell++ = cell_words(finding->server);
	*cell++ = cell_number_if(finding->server_port != 0, finding->server_port);
	*cell++ = cell_words(finding->protocol);
	*cell++ = cell_list(finding->sessions, finding->session_count, "");
	*cell++ = cell_number(finding->count);
	*cell++ = cell_seconds(finding->cost);
	*cell++ = cell_number_if(finding->first_packet != 0, finding->first_packet);
	*cell++ = cell_number_if(finding->last_packet != 0, finding->last_packet);
	*cell++ = cell_time(finding->first_time, line->digits);
	*cell++ = cell_time(finding->last_time, line->digits);
	*cell++ = cell_words(finding->kind);
	*cell++ = cell_list(finding->buttons, finding->button_count, "");
	*cell++ = cell_number_if(finding->caused_by != 0, finding->caused_by);
	*cell++ = cell_words(line->packets);
}

static const struct table table = { columns, sizeof columns / sizeof columns[0], cells };

static bool gather(void *user, const void *bytes, size_t count)
{
	text_add_bytes(user, bytes, count);
	return true;
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct diagnosis *diagnosis = about;
	struct culprit_output rows = *output;
	struct text packets = { 0 };
	rows.write = gather;
	rows.user = to;
	struct table_writer *writer = table_begin(&table, &table, &rows, diagnosis->trace.first_time);
	for (size_t i = 0; i < diagnosis->finding_count; i++) {
		const struct culprit_finding *finding = &diagnosis->findings[i];
		text_clear(&packets);
		for (size_t j = 0; j < finding->evidence_count; j++) {
			text_add(&packets, j ? " " : "");
			number_add(&packets, finding->evidence[j].packet);
		}
		const struct line line = { finding, packets.bytes, diagnosis->trace.time_digits };
		table_row(writer, &line);
	}
	table_end(writer);
	text_finish(&packets);
}

const struct report diagnosis_as_csv = {
	.subject = REPORT_DIAGNOSIS, .format = CULPRIT_CSV, .write = write,
};

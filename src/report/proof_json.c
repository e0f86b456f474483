/* `culprit prove` as one JSON object. */
#include "report/json.h"
#include "report/proof.h"
#include "report/report.h"

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct proof_report *report = about;
	const struct proof *proof = report->proof;
	struct json json = { .to = to };
	(void)output;
	json_open(&json, NULL, '{');
	json_words(&json, "schema", "culprit.proof/1");
	json_number(&json, "number", report->told->number);
	json_words(&json, "id", report->told->id);
	json_boolean(&json, "proved", proof->proved);
	json_boolean(&json, "too_long", proof->whole);
	json_boolean(&json, "least", proof->least);
	json_open_flat(&json, "count", '{');
	for (int role = 0; role < COLLECT_ROLES; role++)
		json_number(&json, proof_role_name((enum collect_role)role), proof->by_role[role]);
	json_close(&json, '}');
	json_open(&json, "packets", '[');
	for (size_t i = 0; i < proof->count; i++) {
		json_open_flat(&json, NULL, '{');
		json_number(&json, "packet", proof->packets[i].number);
		json_words(&json, "role", proof_role_name(proof->packets[i].role));
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_words(&json, "beyond", proof_beyond(report));
	json_number(&json, "replays", proof->replays);
	json_close(&json, '}');
	text_add_char(to, '\n');
}

const struct report proof_as_json = { .subject = REPORT_PROOF, .format = CULPRIT_JSON, .write = write };

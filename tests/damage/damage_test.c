/* What recorders do to traces of healthy traffic must never be blamed on the network or its hosts:
 * findings of capture/ may come, and others of severity info. Prints the Test Anything Protocol.
 *
 *	damage_test FOLDER|FILE.scn… */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <culprit.h>

#include "damage_list.h"
#include "scenario.h"

/* A notice that names the recorder, or what it did not hear, as the other possible cause accuses nobody else. */
static bool suspects_recorder(const struct culprit_finding *finding)
{
	if (finding->severity > CULPRIT_NOTICE || finding->confidence != CULPRIT_POSSIBLE)
		return false;
	for (size_t i = 0; i < finding->alternative_count; i++)
		if (!finding->alternatives[i].rejected &&
		    (strstr(finding->alternatives[i].text, "the recorder missed") ||
		     strstr(finding->alternatives[i].text, "only one direction was recorded") ||
		     strstr(finding->alternatives[i].text, "cut when they were recorded")))
			return true;
	return false;
}

static bool has_finding(const struct culprit_analysis *analysis, const char *id)
{
	for (size_t i = 0; i < culprit_finding_count(analysis); i++)
		if (strcmp(culprit_finding(analysis, i)->id, id) == 0)
			return true;
	return false;
}

/* How many findings are there that damage must not bring? They are printed. */
static unsigned wrong_findings(const struct culprit_analysis *analysis, const struct culprit_analysis *whole,
			       struct text *out)
{
	unsigned wrong = 0;
	for (size_t i = 0; i < culprit_finding_count(analysis); i++) {
		const struct culprit_finding *finding = culprit_finding(analysis, i);
		if (strncmp(finding->id, "capture/", 8) == 0 || finding->severity == CULPRIT_INFO ||
		    suspects_recorder(finding) || has_finding(whole, finding->id))
			continue;
		wrong++;
		text_addf(out, "# %s (%s): %s\n", finding->id,
			  culprit_severity_name(finding->severity), finding->text);
	}
	return wrong;
}

/* What culprit says about a recording; NULL when it cannot be read. */
static struct culprit_analysis *analyze(const struct scenario *scenario, const struct trace *trace, struct text *out)
{
	struct text image = { 0 };
	struct culprit_error error = { 0 };
	image_write(trace, &scenario->image, &image);
	struct culprit_analysis *analysis = culprit_create();
	if (!culprit_read_memory(analysis, image.bytes, image.length, scenario->path, &error)) {
		text_addf(out, "# %s\n", error.message);
		culprit_destroy(analysis);
		analysis = NULL;
	}
	text_finish(&image);
	return analysis;
}

static bool run_one(const struct scenario *scenario, const struct culprit_analysis *whole,
		    const struct damage *damage, struct text *out)
{
	struct trace trace;
	trace_copy(&trace, &scenario->trace);
	damage->apply(&trace);
	struct culprit_analysis *analysis = analyze(scenario, &trace, out);
	bool good = analysis && wrong_findings(analysis, whole, out) == 0;
	culprit_destroy(analysis);
	trace_finish(&trace);
	return good;
}

static unsigned failures, tests;

static void run_scenario(const char *path, bool dialogue)
{
	struct scenario scenario;
	char message[512];
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	if (!scenario_load(&scenario, path, message)) {
		printf("not ok %u - %s\n# %s\n", ++tests, name, message);
		failures++;
		scenario_finish(&scenario);
		return;
	}
	struct text out = { 0 };
	struct culprit_analysis *whole = analyze(&scenario, &scenario.trace, &out);
	for (size_t i = 0; i < damage_count; i++) {
		if ((dialogue && damages[i].waits) || damages[i].two_clocks)
			continue;
		bool good = whole && run_one(&scenario, whole, &damages[i], &out);
		failures += !good;
		printf("%s %u - %s: %s\n%s", good ? "ok" : "not ok", ++tests, name, damages[i].name,
		       out.bytes ? out.bytes : "");
		text_finish(&out);
		out = (struct text){ 0 };
	}
	culprit_destroy(whole);
	scenario_finish(&scenario);
}

static int is_scenario(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	return length > 4 && strcmp(entry->d_name + length - 4, ".scn") == 0;
}

/* Scenarios and folders of them; behind --dialogues those where somebody always waits for an answer. */
int main(int argc, char **argv)
{
	bool dialogues = false;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--dialogues") == 0) {
			dialogues = true;
			continue;
		}
		struct dirent **entries;
		int count = scandir(argv[i], &entries, is_scenario, alphasort);
		if (count < 0) {
			run_scenario(argv[i], dialogues);
			continue;
		}
		for (int n = 0; n < count; n++) {
			char path[4096];
			snprintf(path, sizeof path, "%s/%s", argv[i], entries[n]->d_name);
			run_scenario(path, dialogues);
			free(entries[n]);
		}
		free(entries);
	}
	printf("1..%u\n", tests);
	return failures || tests == 0;
}

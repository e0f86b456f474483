/* Runs scenarios and tells in the Test Anything Protocol which hold.
 *
 *	run_scenario [-v] [--write-pcap FILE] FILE.scn|FOLDER… */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/memory.h"
#include "expectation.h"

struct run {
	bool verbose;
	const char *write_to;        /* NULL: nothing is written */
	char **paths;
	size_t count, capacity;
};

static bool collect_json(void *user, const void *bytes, size_t count)
{
	text_add_bytes(user, bytes, count);
	return true;
}

static void report_json(const struct culprit_analysis *analysis, struct text *to)
{
	const struct culprit_output output = { .write = collect_json,
					       .user = to,
					       .format = CULPRIT_JSON };
	culprit_report_diagnosis(analysis, &output);
}

/* The same trace must give the same report, byte for byte. */
static bool repeats(const struct scenario *scenario, const struct text *image,
		    const struct culprit_analysis *analysis, struct text *why_not)
{
	struct text first = { 0 }, second = { 0 };
	struct culprit_analysis *again = scenario_analyse(scenario, image, why_not);
	if (!again)
		return false;
	report_json(analysis, &first);
	report_json(again, &second);
	bool same = first.length == second.length && first.length > 0 &&
		    memcmp(first.bytes, second.bytes, first.length) == 0;
	if (!same)
		text_addf(why_not, "%s: two runs gave different reports\n", scenario->path);
	text_finish(&first);
	text_finish(&second);
	culprit_destroy(again);
	return same;
}

static void write_file(const char *path, const struct text *image)
{
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(image->bytes, 1, image->length, file) != image->length)
		fprintf(stderr, "run_scenario: %s could not be written\n", path);
	if (file)
		fclose(file);
}

static bool run_one(const struct run *run, const char *path, struct text *out)
{
	struct scenario scenario;
	struct text image = { 0 }, why_not = { 0 };
	char message[512];
	bool good = false;
	if (!scenario_load(&scenario, path, message)) {
		text_addf(out, "%s\n", message);
		scenario_finish(&scenario);
		return false;
	}
	scenario_write(&scenario, &image);
	if (run->write_to)
		write_file(run->write_to, &image);
	struct culprit_analysis *analysis = scenario_analyse(&scenario, &image, &why_not);
	if (analysis) {
		good = expectations_hold(&scenario, analysis, &why_not);
		good &= repeats(&scenario, &image, analysis, &why_not);
		if (scenario.expectation_count == 0) {
			good = false;
			text_addf(&why_not, "%s: it expects nothing\n", path);
		}
		if (run->verbose || !good)
			findings_list(analysis, &why_not);
		culprit_destroy(analysis);
	}
	text_add(out, why_not.bytes ? why_not.bytes : "");
	text_finish(&why_not);
	text_finish(&image);
	scenario_finish(&scenario);
	return good;
}

static void add_path(struct run *run, const char *path)
{
	run->paths = memory_grow(run->paths, &run->capacity, run->count + 1, sizeof *run->paths);
	run->paths[run->count++] = memory_copy_text(path);
}

static int is_scenario(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	return length > 4 && strcmp(entry->d_name + length - 4, ".scn") == 0;
}

static void add_folder(struct run *run, const char *folder)
{
	struct dirent **entries;
	size_t length = strlen(folder);
	int count = scandir(folder, &entries, is_scenario, alphasort);
	while (length > 1 && folder[length - 1] == '/')
		length--;
	for (int i = 0; i < count; i++) {
		char path[4096];
		snprintf(path, sizeof path, "%.*s/%s", (int)length, folder, entries[i]->d_name);
		add_path(run, path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static bool parse_arguments(struct run *run, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct stat status;
		if (strcmp(argv[i], "-v") == 0)
			run->verbose = true;
		else if (strcmp(argv[i], "--write-pcap") == 0 && i + 1 < argc)
			run->write_to = argv[++i];
		else if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode))
			add_folder(run, argv[i]);
		else
			add_path(run, argv[i]);
	}
	return run->count > 0;
}

static void print_comment(const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		printf("# %.*s\n", (int)length, text);
		text += length + (text[length] == '\n');
	}
}

/* The last two parts of a path: "tcp/zero-window.scn". */
static const char *short_name(const char *path)
{
	unsigned slashes = 0;
	for (const char *at = path + strlen(path); at > path; at--)
		if (at[-1] == '/' && ++slashes == 2)
			return at;
	return path;
}

int main(int argc, char **argv)
{
	struct run run = { 0 };
	size_t failed = 0;
	if (!parse_arguments(&run, argc, argv)) {
		fputs("usage: run_scenario [-v] [--write-pcap FILE] FILE.scn|FOLDER...\n", stderr);
		return 2;
	}
	printf("1..%zu\n", run.count);
	for (size_t i = 0; i < run.count; i++) {
		struct text out = { 0 };
		bool good = run_one(&run, run.paths[i], &out);
		failed += !good;
		printf("%s %zu - %s\n", good ? "ok" : "not ok", i + 1, short_name(run.paths[i]));
		if (out.bytes)
			print_comment(out.bytes);
		text_finish(&out);
		free(run.paths[i]);
	}
	free(run.paths);
	return failed ? 1 : 0;
}

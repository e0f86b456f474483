/* Real recordings, damaged as recorders damage them: no finding of warning or worse may come that the whole
 * recording does not bring, but for capture/ and what table `explained` allows with a reason.
 *
 *	recordings_test [--most N] FILE|FOLDER…      tests; prints the Test Anything Protocol
 *	recordings_test --findings FILE…             a JSON line for each recording: what is found in it
 *	recordings_test --findings-damaged FILE…     and a line for each damage
 *
 * With --most N, only so many damaged recordings are analysed: a fixed choice that goes through all damages. */
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <culprit.h>

#include "core/text.h"
#include "damage_list.h"
#include "image.h"
#include "source/source.h"

#define LARGEST 20000            /* packets; longer recordings add time and nothing else */
#define MOST_IDS 256

struct recording {
	struct trace trace;
	struct image_options image;
	bool fit;                    /* Ethernet, and not too long */
	struct text truth;           /* truth.json of the laboratory, without what would be wrong there; may be empty */
};

/* What may come of damage, and why that is no wrong accusation. Patterns as in file names. */
static const struct explained { const char *id, *instead_of, *damage, *reason; } explained[] = {
	{ "udp/no-answer", "dns/no-answer", "*", "the same silence, where names are cut off or their questions missed" },
	{ "udp/no-answer", "snmp/*", "cut to*", "likewise" },
	/* Where nothing else could tell. */
	{ "icmp/echo-loss", NULL, "8 % missed*", "nothing confirms pings: what the recorder misses looks lost" },
	{ "ip/fragment-lost", NULL, "8 % missed*", "likewise, of fragments over UDP" },
	{ "arp/no-reply", NULL, "2 % missed*", "the one answer that the asker ever gets is missed, and it says possible" },
	{ "perf/*", NULL, "clock set forward*", "no sender had shown yet how fast its own clock ticks" },
	{ "http/slow-first-byte", NULL, "clock set forward*", "likewise" },
	/* Of traces with a fault, from here on: which one it is becomes unclear. */
	{ "tcp/reset-by-peer", "ftp/*", "*clock*", "the reset is there; it seems to come before the end" },
	{ "tcp/reset-forged", "tls/*", "clock set back*", "likewise" },
	{ "tcp/loss-downstream", "tcp/zero-window", "cut to 54*", "without options, probes of a window look like data" },
	{ "tcp/loss-downstream", "tcp/idle-drop", "started*", "the repeats are there; why is before the start" },
	{ "tcp/backlog-drop", "tcp/ecn-blocked", "server offloads", "requests that are dropped, without the bits that tell why" },
	{ "ip/reordering", "tcp/loss-*", "*swapped*", "the sender repeats, too, as if it were the network" },
	{ "tls/fatal-alert", "tls/*", "*", "what one end says of a certificate that the trace does not hold" },
	{ "tcp/loss-upstream", "tcp/loss-downstream", "*missed*", "A4: the loss is true, its side only possible" },
	{ "tcp/loss-*", "tcp/loss-*", "clock set forward*", "the losses are true; by this clock their repair takes 2 s" },
	{ "tcp/rto", "tcp/loss-*", "clock set forward*", "likewise" },
	{ "perf/loss-limited", "perf/loss-limited", "clock set forward*", "likewise" },
	{ "dns/slow", NULL, "clock set forward*", "datagrams hold no time stamps that could contradict the recorder's" },
};

/* What is said to be wrong at a point ("never") is taken out, so that all that is left is right. */
static void load_truth(struct recording *to, const char *path)
{
	char name[4096], line[4096];
	const char *slash = strrchr(path, '/');
	snprintf(name, sizeof name, "%.*struth.json", slash ? (int)(slash - path) + 1 : 0, path);
	FILE *file = fopen(name, "re");
	while (file && fgets(line, sizeof line, file)) {
		char *never = strstr(line, "\"never\"");
		if (never)
			*never = '\0';
		text_add(&to->truth, line);
	}
	if (file)
		fclose(file);
}

static bool is_true(const struct recording *recording, const char *id)
{
	char quoted[96];
	snprintf(quoted, sizeof quoted, "\"%s\"", id);
	return recording->truth.bytes && strstr(recording->truth.bytes, quoted);
}

static void unload(struct recording *recording)
{
	text_finish(&recording->truth);
	trace_finish(&recording->trace);
}

static bool load(struct recording *to, const char *path)
{
	const struct source_options options = { 0 };
	struct error error = ERROR_INIT;
	struct record record;
	*to = (struct recording){ .image = IMAGE_DEFAULT };
	struct source *source = source_open(&path, 1, &options, &error);
	if (!source)
		return false;
	to->fit = true;
	while (to->fit && source_next(source, &record, &error) == SOURCE_RECORD) {
		struct trace_packet *packet = trace_add(&to->trace, record.time, record.bytes, record.captured_length);
		packet->original_length = record.original_length;
		packet->direction = record.direction;
		to->fit = record.link_type == to->image.link_type && record.time != INT64_MIN && !record.zos &&
			  to->trace.count <= LARGEST;
	}
	const struct source_report *report = source_report(source);
	for (size_t i = 0; i < report->interface_count; i++)
		if (report->interfaces[i].snap_length)
			to->image.snap_length = report->interfaces[i].snap_length;
	source_close(source);
	load_truth(to, path);
	to->fit &= to->trace.count > 0;
	return to->fit;
}

static struct culprit_analysis *analyse(const struct recording *recording, const struct damage *damage,
					const char *name)
{
	struct culprit_analysis *analysis = culprit_create();
	struct trace trace;
	struct text image = { 0 };
	trace_copy(&trace, &recording->trace);
	if (damage)
		damage->apply(&trace);
	image_write(&trace, &recording->image, &image);
	bool good = culprit_read_memory(analysis, image.bytes, image.length, name, NULL);
	text_finish(&image);
	trace_finish(&trace);
	if (good)
		return analysis;
	culprit_destroy(analysis);
	return NULL;
}

static bool accuses(const struct culprit_finding *finding)
{
	return finding->severity >= CULPRIT_WARNING && strncmp(finding->id, "capture/", 8) != 0;
}

static bool is_healthy(const struct culprit_analysis *whole)
{
	const struct culprit_finding *finding;
	for (size_t i = 0; (finding = culprit_finding(whole, i)) != NULL; i++)
		if (finding->severity >= CULPRIT_WARNING)
			return false;
	return true;
}

static bool has(const struct culprit_analysis *whole, const char *pattern, enum culprit_severity least)
{
	const struct culprit_finding *finding;
	for (size_t i = 0; (finding = culprit_finding(whole, i)) != NULL; i++)
		if (finding->severity >= least && fnmatch(pattern, finding->id, 0) == 0)
			return true;
	return false;
}

/* What is a mere notice in a faulty recording may become more: a fault is there. */
static bool is_known(const struct culprit_analysis *whole, const char *id)
{
	return has(whole, id, is_healthy(whole) ? CULPRIT_WARNING : CULPRIT_NOTICE);
}

/* The recorder did damage already; more of it would be damage to its damage. */
static bool is_damaged(const struct culprit_analysis *whole)
{
	const struct culprit_finding *finding;
	for (size_t i = 0; (finding = culprit_finding(whole, i)) != NULL; i++)
		if (finding->severity >= CULPRIT_WARNING && strncmp(finding->id, "capture/", 8) == 0)
			return true;
	return false;
}

static bool is_explained(const struct culprit_analysis *whole, const struct culprit_finding *finding,
			 const struct damage *damage)
{
	for (size_t i = 0; i < sizeof explained / sizeof *explained; i++) {
		const struct explained *one = &explained[i];
		if (fnmatch(one->id, finding->id, 0) == 0 && fnmatch(one->damage, damage->name, 0) == 0 &&
		    (!one->instead_of || has(whole, one->instead_of, CULPRIT_NOTICE)))
			return true;
	}
	return false;
}

static unsigned tests, failures, skipped;

static void test(const struct recording *recording, const struct culprit_analysis *whole,
		 const struct damage *damage, const char *path)
{
	const struct culprit_finding *finding;
	struct culprit_analysis *analysis = analyse(recording, damage, path);
	unsigned wrong = 0;
	struct text out = { 0 };
	for (size_t i = 0; analysis && (finding = culprit_finding(analysis, i)) != NULL; i++) {
		if (!accuses(finding) || is_known(whole, finding->id) || is_true(recording, finding->id) || is_explained(whole, finding, damage))
			continue;
		text_addf(&out, "# new: %s (%s, %s): %s\n", finding->id, culprit_severity_name(finding->severity),
			  culprit_confidence_name(finding->confidence), finding->text);
		wrong++;
	}
	bool good = !wrong;      /* a recording of which nothing is left says nothing */
	printf("%s %u - %s: %s\n%s", good ? "ok" : "not ok", ++tests, path, damage->name, out.bytes ? out.bytes : "");
	failures += !good;
	text_finish(&out);
	culprit_destroy(analysis);
}

struct paths { char **list; size_t count; };

static void add_path(struct paths *paths, const char *path)
{
	paths->list = realloc(paths->list, (paths->count + 1) * sizeof *paths->list);
	paths->list[paths->count++] = strdup(path);
}

static bool is_recording(const char *name)
{
	static const char *const endings[] = { ".pcapng", ".pcap", ".cap", ".dmp" };
	size_t length = strlen(name);
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (length > strlen(endings[i]) && strcmp(name + length - strlen(endings[i]), endings[i]) == 0)
			return true;
	return false;
}

static void find(struct paths *paths, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	if (count < 0) {
		add_path(paths, path);
		return;
	}
	for (int i = 0; i < count; i++) {
		char inner[4096];
		struct stat about;
		snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
		bool folder = stat(inner, &about) == 0 && S_ISDIR(about.st_mode);
		if (entries[i]->d_name[0] != '.' && (folder || is_recording(inner)))
			find(paths, inner);
		free(entries[i]);
	}
	free(entries);
}

/* Every recording gets some damages, the next one the next damages, so that all pairs come in time. */
static void run(const char *path, size_t turn, size_t share)
{
	struct recording recording;
	if (!load(&recording, path)) {
		skipped++;
		unload(&recording);
		return;
	}
	struct culprit_analysis *whole = analyse(&recording, NULL, path);
	skipped += whole && is_damaged(whole);
	for (size_t i = 0; whole && !is_damaged(whole) && i < share; i++)
		test(&recording, whole, &damages[(turn * share + i) % damage_count], path);
	culprit_destroy(whole);
	unload(&recording);
}

static void add_findings(struct text *to, const struct culprit_analysis *analysis, const char *path,
			 const char *damage)
{
	const struct culprit_finding *finding;
	text_add(to, "{\"file\":");
	text_add_json(to, path);
	text_add(to, ",\"damage\":");
	text_add_json(to, damage);
	text_add(to, ",\"findings\":[");
	for (size_t i = 0; analysis && (finding = culprit_finding(analysis, i)) != NULL; i++) {
		text_addf(to, "%s{\"id\":\"%s\",\"severity\":\"%s\",\"confidence\":\"%s\",\"party\":\"%s\",\"blame\":",
			  i ? "," : "", finding->id, culprit_severity_name(finding->severity),
			  culprit_confidence_name(finding->confidence), finding->party);
		text_add_json(to, finding->blame);
		text_addf(to, ",\"caused_by\":%u}", finding->caused_by);
	}
	text_add(to, "]}\n");
}

/* A line for the whole recording and, if wanted, for each damage. */
static void list_findings(const char *path, bool damaged)
{
	struct recording recording;
	struct text out = { 0 };
	if (load(&recording, path)) {
		for (size_t i = 0; i <= (damaged ? damage_count : 0); i++) {
			const struct damage *damage = i ? &damages[i - 1] : NULL;
			struct culprit_analysis *analysis = analyse(&recording, damage, path);
			add_findings(&out, analysis, path, damage ? damage->name : "none");
			culprit_destroy(analysis);
		}
		fputs(out.bytes, stdout);
	}
	text_finish(&out);
	unload(&recording);
}

int main(int argc, char **argv)
{
	struct paths paths = { 0 };
	size_t most = SIZE_MAX;
	bool list = argc > 1 && strncmp(argv[1], "--findings", 10) == 0;
	for (int i = 2; list && i < argc; i++)
		list_findings(argv[i], strcmp(argv[1], "--findings-damaged") == 0);
	if (list)
		return 0;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--most") == 0 && i + 1 < argc)
			most = strtoul(argv[++i], NULL, 10);
		else
			find(&paths, argv[i]);
	}
	size_t share = paths.count ? most / paths.count : 0;
	share = share > damage_count ? damage_count : share ? share : 1;
	for (size_t i = 0; i < paths.count; i++) {
		run(paths.list[i], i, share);
		free(paths.list[i]);
	}
	free(paths.list);
	if (skipped)
		printf("# %u recordings are left out: no Ethernet, longer than %d packets, or damaged already\n", skipped, LARGEST);
	if (!tests)
		printf("1..0 # SKIP no recordings here\n");
	else
		printf("1..%u\n", tests);
	return failures > 0;
}

/* What recorders do to traces of healthy traffic must never be blamed on the network or its hosts:
 * findings of capture/ may come, and others of severity info. Prints the Test Anything Protocol.
 *
 *	damage_test FOLDER|FILE.scn… */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <culprit.h>

#include "core/clock.h"
#include "damage.h"
#include "scenario.h"
#include "wire.h"

/* Who sent (or got) the first packet of a protocol; family NONE when there is none. */
static struct address end_of_first(const struct trace *trace, uint8_t protocol, bool sender)
{
	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_packet *packet = &trace->packets[i];
		struct wire_parts parts = wire_find(packet->bytes, packet->length);
		const uint8_t *ip = packet->bytes + parts.ip;
		if (parts.version == 4 && parts.protocol == protocol)
			return address_ipv4(ip + (sender ? 12 : 16));
		if (parts.version == 6 && parts.protocol == protocol)
			return address_ipv6(ip + (sender ? 8 : 24));
	}
	return (struct address){ 0 };
}

/* The client or the server of the first TCP connection, or of the first datagram without TCP. */
static struct address end_of(const struct trace *trace, bool client)
{
	struct address end = end_of_first(trace, 6, client);
	return end.family ? end : end_of_first(trace, 17, client);
}

static void recorded_twice(struct trace *trace)
{
	damage_duplicate(trace, 1, 3 * MICROSECOND, 0, 1);
}

static void recorded_before_and_behind_a_router(struct trace *trace)
{
	damage_duplicate(trace, 1, 50 * MICROSECOND, -1, 1);
}

static void half_recorded_twice(struct trace *trace)
{
	damage_duplicate(trace, 0.5, 3 * MICROSECOND, 0, 3);
}

static void packets_missed(struct trace *trace)
{
	damage_lose(trace, 0.02, 7);
}

static void many_packets_missed(struct trace *trace)
{
	damage_lose(trace, 0.08, 11);
}

static void neighbours_swapped(struct trace *trace)
{
	damage_swap(trace, 0.03, 5);
}

static void only_the_client(struct trace *trace)
{
	struct address host = end_of(trace, true);
	damage_one_way(trace, &host);
}

static void only_the_server(struct trace *trace)
{
	struct address host = end_of(trace, false);
	damage_one_way(trace, &host);
}

static void started_in_the_middle(struct trace *trace)
{
	damage_start_at(trace, trace->count / 3);
}

static void ended_in_the_middle(struct trace *trace)
{
	for (size_t i = trace->count * 2 / 3; i < trace->count; i++)
		trace_remove(trace, i);
	trace_compact(trace);
}

static void cut_to_68_bytes(struct trace *trace)
{
	damage_snap(trace, 68);
}

static void cut_to_96_bytes(struct trace *trace)
{
	damage_snap(trace, 96);
}

static void cut_to_200_bytes(struct trace *trace)
{
	damage_snap(trace, 200);
}

static void cut_to_the_headers(struct trace *trace)
{
	damage_snap(trace, 54);
}

static void offloaded_by_the_client(struct trace *trace)
{
	struct address host = end_of(trace, true);
	damage_offload(trace, &host, 14600);
	damage_record_at(trace, &host);
}

static void offloaded_by_the_server(struct trace *trace)
{
	struct address host = end_of(trace, false);
	damage_offload(trace, &host, 14600);
	damage_record_at(trace, &host);
}

static void clock_set_forward(struct trace *trace)
{
	damage_clock_step(trace, trace->count / 2, 2 * NANOSECONDS);
}

static void clock_set_back(struct trace *trace)
{
	damage_clock_step(trace, trace->count / 2, -2 * NANOSECONDS);
}

static void clock_ticks_of_10_ms(struct trace *trace)
{
	damage_round(trace, 10 * MILLISECOND);
}

struct damage {
	const char *name;
	void (*apply)(struct trace *trace);
	bool waits;                  /* somebody seems to wait, and where nobody sends time stamps nothing tells otherwise */
};

static const struct damage damages[] = {
	{ "every packet recorded twice", recorded_twice },
	{ "recorded before and behind a router", recorded_before_and_behind_a_router },
	{ "half of the packets recorded twice", half_recorded_twice },
	{ "2 % missed by the recorder", packets_missed },
	{ "8 % missed by the recorder", many_packets_missed },
	{ "3 % swapped by the recorder", neighbours_swapped },
	{ "only the client's packets", only_the_client },
	{ "only the server's packets", only_the_server },
	{ "started in the middle", started_in_the_middle },
	{ "ended in the middle", ended_in_the_middle },
	{ "cut to 200 bytes", cut_to_200_bytes },
	{ "cut to 96 bytes", cut_to_96_bytes },
	{ "cut to 68 bytes", cut_to_68_bytes },
	{ "cut to 54 bytes", cut_to_the_headers },
	{ "client offloads", offloaded_by_the_client },
	{ "server offloads", offloaded_by_the_server },
	{ "clock set forward by 2 s", clock_set_forward, .waits = true },
	{ "clock set back by 2 s", clock_set_back },
	{ "clock ticks every 10 ms", clock_ticks_of_10_ms },
};

#define DAMAGES (sizeof damages / sizeof *damages)

/* A notice that names the recorder, or what it did not hear, as the other possible cause accuses nobody else. */
static bool suspects_recorder(const struct culprit_finding *finding)
{
	if (finding->severity > CULPRIT_NOTICE || finding->confidence != CULPRIT_POSSIBLE)
		return false;
	for (size_t i = 0; i < finding->alternative_count; i++)
		if (!finding->alternatives[i].rejected &&
		    (strstr(finding->alternatives[i].text, "the recorder missed") ||
		     strstr(finding->alternatives[i].text, "only one direction was recorded")))
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
	for (size_t i = 0; i < DAMAGES; i++) {
		if (dialogue && damages[i].waits)
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

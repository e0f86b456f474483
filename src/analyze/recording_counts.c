/* TRRECCNT: do packet and data traces count what they record? */
#include <stdio.h>
#include <string.h>

#include "analyze/capture_recording.h"
#include "analyze/readings.h"
#include "core/clock.h"

struct standing {                        /* record counts of one trace, in all places */
	struct reading reading;          /* one that stood still */
	unsigned still, rose;
	int64_t apart;
};

/* The conditions that are not just "any": "PROTOCOL TCP, IPADDR 10.0.0.5". */
static void tell_filter(const struct reading *reading, const char *prefix, struct finding *finding)
{
	static const char *const names[] = { "PROTOCOL", "DISCARD", "JOBNAME", "SRCPORT", "DESTPORT", "PORTNUM", "IPADDR",
		"SUBNET" };
	char words[64] = "";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char name[ZOS_FIGURE_NAME];
		snprintf(name, sizeof name, "%s%s", prefix, names[i]);
		const struct zos_figure *figure = zos_figure(reading->displays, reading->last, name);
		if (!figure || strcmp(figure->text, "*") == 0 || zos_says(reading->displays, reading->last, name, "NONE"))
			continue;
		size_t used = strlen(words);
		snprintf(words + used, sizeof words - used, "%s%s %.20s", used ? ", " : "", names[i], figure->text);
	}
	finding_words(finding, "filter", "%s%s%s", *words ? " Its filter is " : "", words, *words ? "." : "");
}

static void report(const struct recording *recording, const struct standing *standing, const char *name,
		   const char *prefix, const char *what, uint64_t traffic)
{
	struct finding finding;
	uint64_t count = 0;
	recording_begin(recording, &finding, "filter", "The {trace} is on but records nothing: {name} stays at {records} "
			"while {packets} packets passed{since}.{filter}",
			"Compare its conditions with the traffic: link or interface, addresses, ports, protocol; one that no "
			"packet meets is enough. Then check that VARY ... ON came after the last CLEAR.");
	finding.merge_key = reading_key(standing->reading.last);
	zos_count(recording->displays, standing->reading.last, name, &count);
	finding_words(&finding, "trace", "%s", what);
	finding_words(&finding, "name", "%s", "TRRECCNT");
	finding_count(&finding, "records", (double)count);
	finding_count(&finding, "packets", (double)traffic);
	reading_tell_since(&standing->reading, &finding);
	tell_filter(&standing->reading, prefix, &finding);
	reading_cite(&standing->reading, name, &finding);
	reading_cite(&standing->reading, "INBOUND PACKETS", &finding);
	finding_submit(recording->context->findings, &finding);
}

static void look(const struct recording *recording, const char *kind, const char *name, struct standing *standing)
{
	struct reading reading;
	for (size_t at = 0; reading_next(recording->displays, kind, name, &at, &reading);) {
		uint64_t records;
		/* One that fell was set anew, and counts since then. */
		if (reading.first == reading.last || !reading_count(&reading, name, &records))
			continue;
		if (records || !reading.between) {
			standing->rose++;
		} else {
			if (!standing->still++)
				standing->reading = reading;
			standing->apart = reading.apart;
		}
	}
}

static void judge(const struct recording *recording, const struct standing *standing, const char *name,
		  const char *prefix, const char *what)
{
	const struct settings *settings = recording->context->settings;
	uint64_t traffic = recording_traffic(recording);
	int64_t least = (int64_t)(setting(settings, recording->kind, "time") * NANOSECONDS);
	if (standing->still && !standing->rose && (!standing->apart || standing->apart >= least) &&
	    (double)traffic >= setting(settings, recording->kind, "packets"))
		report(recording, standing, name, prefix, what, traffic);
}

void recording_counts(const struct recording *recording)
{
	struct standing packets = { 0 }, data = { 0 };
	look(recording, "link", "TRACE TRRECCNT", &packets);
	look(recording, "interface", "TRACE TRRECCNT", &packets);
	judge(recording, &packets, "TRACE TRRECCNT", "TRACE ", "packet trace");
	look(recording, "DATA TRACE", "TRRECCNT", &data);
	judge(recording, &data, "TRRECCNT", "", "data trace");
}

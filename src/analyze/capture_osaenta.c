#include "analyze/capture_osaenta.h"

#include <string.h>

#include "analyze/readings.h"

static void begin(struct finding *finding, const struct finding_kind *kind, const struct zos_section *section,
		  const char *sub_kind, const char *say, const char *advice)
{
	finding_begin(finding, kind, NULL);
	finding->merge_key = reading_key(section);
	finding->sub_kind = sub_kind;
	finding->say = say;
	finding->advice = advice;
	finding_words(finding, "name", "%s", section->name);
	blame_capture(finding);
	finding_why(finding, "The counters are the recorder's own.");
}

/* Of the trace that is active; what the adapter lost in earlier ones is only worth knowing. */
static bool judge_frames_lost(struct analysis_context *context, const struct finding_kind *kind,
			      const struct reading *reading)
{
	struct finding finding;
	uint64_t active = 0, all = 0, frames = 0;
	reading_count(reading, "ACTIVE FRAMESLOST", &active);
	reading_count(reading, "CUMULATIVE FRAMESLOST", &all);
	const char *name = active ? "ACTIVE FRAMESLOST" : "CUMULATIVE FRAMESLOST";
	if (!active && !all)
		return false;
	reading_count(reading, active ? "ACTIVE FRAMES" : "CUMULATIVE FRAMES", &frames);
	uint64_t lost = active ? active : all;
	begin(&finding, kind, reading->last, "osaenta", active ? "OSAENTA at port {name} says that it lost {dropped|frame|frames} "
	      "({share}){since}. What seems to be lost in the network may be among them."
	      : "OSAENTA at port {name} says that it lost {dropped|frame|frames} ({share}), in earlier traces.",
	      "Narrow its filters, or record fewer bytes of each frame.");
	finding.count = lost;
	double share = (double)lost / ((double)lost + (double)frames);
	if (!active || share < setting(context->settings, kind, "warn"))
		finding.severity = SEVERITY_NOTICE;
	finding_count(&finding, "dropped", (double)lost);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_FIRST);
	reading_tell_since(reading, &finding);
	reading_cite(reading, name, &finding);
	finding_submit(context->findings, &finding);
	return active > 0;
}

/* Buffers that the host did not empty in time: up to 64 kB each, before any trace sees them. */
static bool judge_read_buffers(struct analysis_context *context, const struct finding_kind *kind,
			       const struct reading *reading)
{
	struct finding finding;
	uint64_t lost = 0;
	const char *name = "NUMBER OF DISCARDED INBOUND READ BUFFERS";
	if (!reading_count(reading, name, &lost) || !lost)
		return false;
	begin(&finding, kind, reading->last, "read-buffers", "The device {name} says that {dropped|read buffer was|read buffers "
	      "were} discarded{since}: packets that came faster than the host took them, and that no packet trace shows.",
	      "Look at processor and storage at that time, and at READSTORAGE and INBPERF of the interface.");
	finding.count = lost;
	if (!reading->between)
		finding.severity = SEVERITY_NOTICE;
	finding_count(&finding, "dropped", (double)lost);
	reading_tell_since(reading, &finding);
	reading_cite(reading, name, &finding);
	finding_submit(context->findings, &finding);
	return reading->between;
}

bool capture_osaenta_drops(struct analysis_context *context, const struct finding_kind *kind)
{
	struct reading reading;
	bool lost = false;
	for (size_t at = 0; reading_next(context->trace->displays, "osaenta", "ACTIVE FRAMES", &at, &reading);)
		lost |= judge_frames_lost(context, kind, &reading);
	for (size_t at = 0; reading_next(context->trace->displays, "device", "NUMBER OF DISCARDED INBOUND READ BUFFERS",
					 &at, &reading);)
		lost |= judge_read_buffers(context, kind, &reading);
	return lost;
}

static void report_cut(struct analysis_context *context, const struct finding_kind *kind, const struct zos_section *section,
		       const char *figure, uint64_t length, const char *say, const char *advice)
{
	struct finding finding;
	begin(&finding, kind, section, "setting", say, advice);
	finding.count = 1;
	finding_number(&finding, "length", UNIT_COUNT, (double)length, FACT_FIRST);
	finding_why(&finding, "The setting is displayed.");
	reading_cite_section(context->trace->displays, section, figure, &finding);
	finding_submit(context->findings, &finding);
}

void capture_osaenta_cut(struct analysis_context *context, const struct finding_kind *kind)
{
	static const char *const kinds_of_links[] = { "link", "interface" };
	const struct zos_displays *displays = context->trace->displays;
	struct reading reading;
	uint64_t length;
	for (size_t at = 0; reading_next(displays, "osaenta", "ACTIVE FRAMES", &at, &reading);)
		if (zos_says(displays, reading.last, "SETTING STATUS", "ON") &&
		    zos_count(displays, reading.last, "SETTING ABBREV", &length))
			report_cut(context, kind, reading.last, "SETTING ABBREV", length, "OSAENTA at port {name} records "
				   "{length} bytes of each frame at most, whatever was asked for.",
				   "For whole packets run a packet trace beside it: culprit zos packet-trace.");
	for (size_t i = 0; i < 2; i++)
		for (size_t at = 0; reading_next(displays, kinds_of_links[i], "TRACE TRRECCNT", &at, &reading);)
			if (zos_count(displays, reading.last, "TRACE PCKLENGTH", &length) && length)
				report_cut(context, kind, reading.last, "TRACE PCKLENGTH", length, "The packet trace at {name} "
					   "records {length} bytes of each packet behind its headers at most.",
					   "Record whole packets: culprit zos packet-trace --length FULL.");
}

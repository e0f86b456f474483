#include "analyze/capture_zos.h"

#include "source/zos.h"

static void begin(struct finding *finding, const struct finding_kind *kind, const char *sub_kind)
{
	finding_begin(finding, kind, NULL);
	finding->sub_kind = sub_kind;
	finding->severity = SEVERITY_NOTICE;
	blame_capture(finding);
}

/* Types 1 to 3 ceased long ago; what is in them is not published. */
static void report_old(struct analysis_context *context, const struct finding_kind *kind,
		       const struct source_zos *zos)
{
	uint64_t old = zos->formats[ZOS_OLD_PACKET] + zos->formats[ZOS_OLD_X25] + zos->formats[ZOS_OLD_DATA];
	struct finding finding;
	if (!old)
		return;
	begin(&finding, kind, "old-records");
	/* Nothing was judged when nothing could be read. */
	if (old * 2 > zos->records)
		finding.severity = SEVERITY_WARNING;
	finding.say = "{old} of {records} trace records are of kinds that only z/OS before V1R5 wrote, in a "
		      "layout that is not published: they were counted, not read.";
	finding.advice = "Format them where they were taken (IPCS CTRACE COMP(SYSTCPDA) FULL) and give culprit "
			 "the text.";
	finding.count = old;
	finding_count(&finding, "old", (double)old);
	finding_count(&finding, "records", (double)zos->records);
	finding_count(&finding, "old_packets", (double)zos->formats[ZOS_OLD_PACKET]);
	finding_count(&finding, "old_x25", (double)zos->formats[ZOS_OLD_X25]);
	finding_count(&finding, "old_data", (double)zos->formats[ZOS_OLD_DATA]);
	finding_why(&finding, "The records say their type themselves.");
	finding_submit(context->findings, &finding);
}

static void report_segments(struct analysis_context *context, const struct finding_kind *kind,
			    const struct source_zos *zos)
{
	struct finding finding;
	if (!zos->segments_lost && !zos->orphans)
		return;
	begin(&finding, kind, "segments-lost");
	finding.say = "z/OS wrote long packets in several records, and some of these are not in the trace: "
		      "{incomplete|packet lacks its end|packets lack their ends}, and "
		      "{orphans|record was|records were} left out for want of a first part.";
	finding.advice = "Give the trace larger buffers and the writer a larger data set; at the start and the "
			 "end of a trace, and where a data set began again, some are normal.";
	finding.count = zos->segments_lost + zos->orphans;
	finding_count(&finding, "incomplete", (double)zos->segments_lost);
	finding_count(&finding, "orphans", (double)zos->orphans);
	finding_count(&finding, "segments", (double)zos->segments);
	finding_why(&finding, "Each record says which part of its packet it is.");
	finding_submit(context->findings, &finding);
}

static void report_disagreement(struct analysis_context *context, const struct finding_kind *kind,
				const struct source_zos *zos)
{
	struct finding finding;
	if (!zos->header_disagrees)
		return;
	begin(&finding, kind, "header-disagrees");
	finding.say = "{packets|packet has|packets have} other addresses than the trace header in front "
		      "says. Those in the packet were used.";
	finding.count = zos->header_disagrees;
	finding_count(&finding, "packets", (double)zos->header_disagrees);
	finding_why(&finding, "z/OS copies the addresses into the header from the packet.");
	finding_submit(context->findings, &finding);
}

void capture_zos_report(struct analysis_context *context, const struct finding_kind *kind)
{
	const struct source_zos *zos = &context->trace->source->zos;
	report_old(context, kind, zos);
	report_segments(context, kind, zos);
	report_disagreement(context, kind, zos);
}

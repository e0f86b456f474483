/* OSAENTA: is it on, allowed, and does an adapter's device carry it? */
#include <string.h>

#include "analyze/capture_recording.h"
#include "analyze/readings.h"

static struct finding *begin(const struct recording *recording, struct finding *finding, const struct zos_section *section,
			     const char *sub_kind, const char *say, const char *advice)
{
	recording_begin(recording, finding, sub_kind, say, advice);
	finding->merge_key = reading_key(section);
	finding_words(finding, "name", "%s", section->name);
	return finding;
}

/* Which of its limits ended it; NULL when none did. */
static const char *limit_reached(const struct zos_displays *displays, const struct zos_section *section)
{
	static const struct { const char *count, *limit, *words; } limits[] = {
		{ "ACTIVE DATAMEGS", "SETTING DATAMEGSLIMIT", "megabytes" },
		{ "ACTIVE FRAMES", "SETTING FRAMESLIMIT", "frames" },
		{ "ACTIVE TIMEACTIVE", "SETTING TIMELIMIT", "minutes" },
	};
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
		uint64_t count, limit;
		if (zos_count(displays, section, limits[i].count, &count) &&
		    zos_count(displays, section, limits[i].limit, &limit) && limit && count >= limit)
			return limits[i].words;
	}
	return NULL;
}

static void judge_off(const struct recording *recording, const struct zos_section *section, int commanded)
{
	struct finding finding;
	const char *limit = limit_reached(recording->displays, section);
	if (commanded < 0)
		return;
	begin(recording, &finding, section, "osaenta-off", limit ? "OSAENTA at port {name} has ended by itself: its limit of "
	      "{limit} is reached." : "OSAENTA at port {name} is off: it records nothing.",
	      limit ? "Start it again with larger limits (culprit zos osaenta --megabytes, --frames, --minutes)."
	      : "Start it: V TCPIP,,OSAENTA,PORTNAME=port,ON (culprit zos osaenta).");
	if (limit)
		finding_words(&finding, "limit", "%s", limit);
	else if (commanded == 0)
		finding.severity = SEVERITY_NOTICE;
	reading_cite_section(recording->displays, section, "SETTING STATUS", &finding);
	finding_submit(recording->context->findings, &finding);
}

static bool has_filters(const struct zos_displays *displays, const struct zos_section *section)
{
	static const char *const names[] = { "FILTER DEVICEID", "FILTER MAC", "FILTER VLANID", "FILTER ETHTYPE",
		"FILTER IPADDR", "FILTER PROTOCOL", "FILTER PORTNUM" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const struct zos_figure *figure = zos_figure(displays, section, names[i]);
		if (figure && strcmp(figure->text, "*") != 0)
			return true;
	}
	return false;
}

/* On, but the count of frames does not move. */
static void judge_frames(const struct recording *recording, const struct reading *reading)
{
	const struct zos_section *section = reading->last;
	uint64_t frames = 0, traffic = recording_traffic(recording);
	bool nothing = zos_says(recording->displays, section, "FILTER NOFILTER", "NONE") &&
		       !has_filters(recording->displays, section);
	struct finding finding;
	if (!reading_count(reading, "ACTIVE FRAMES", &frames) || frames)
		return;
	bool still = reading->between &&
		     (double)traffic >= setting(recording->context->settings, recording->kind, "packets");
	if (!nothing && !still)
		return;
	begin(recording, &finding, section, "osaenta-filter", nothing
	      ? "OSAENTA at port {name} is on but records nothing: it has no filter, and NOFILTER is NONE."
	      : "OSAENTA at port {name} is on but records nothing: no frame was counted{since}, while links saw {packets} "
		"packets.",
	      nothing ? "Give it NOFILTER=ALL, or a filter." : "Compare its filters with the traffic, and its authorization with "
	      "whose traffic it is: LOGICAL PARTITION shows this system's only.");
	if (!nothing) {
		finding.confidence = CONFIDENCE_LIKELY;
		finding_count(&finding, "packets", (double)traffic);
		reading_tell_since(reading, &finding);
		reading_cite(reading, "ACTIVE FRAMES", &finding);
	} else {
		reading_cite_section(recording->displays, section, "FILTER NOFILTER", &finding);
	}
	finding_submit(recording->context->findings, &finding);
}

static void judge_access(const struct recording *recording, const struct zos_section *section, bool wanted)
{
	struct finding finding;
	const struct zos_displays *displays = recording->displays;
	if (zos_says(displays, section, "OSA AUTHORIZATION", "DISABLED")) {
		begin(recording, &finding, section, "not-authorized", "The OSA at port {name} does not allow traces: its "
		      "authorization is DISABLED.", "Allow it at the HMC (Advanced Facilities, card trace): LOGICAL PARTITION "
		      "or CHPID.");
		if (!wanted)
			finding.severity = SEVERITY_NOTICE;
		reading_cite_section(displays, section, "OSA AUTHORIZATION", &finding);
		finding_submit(recording->context->findings, &finding);
	}
	const struct zos_figure *status = zos_figure(displays, section, "OSA INTFSTATUS");
	if (!wanted || !status || zos_says(displays, section, "OSA INTFSTATUS", "READY"))
		return;
	begin(recording, &finding, section, "trace-device", "OSAENTA at port {name} is on but records nothing: its interface is "
	      "{status}.", "It needs a DATAPATH device of its own in the TRLE: D NET,TRL,TRLE= shows it as TRACE DEV.");
	finding_words(&finding, "status", "%s", status->text);
	reading_cite_section(displays, section, "OSA INTFSTATUS", &finding);
	finding_submit(recording->context->findings, &finding);
}

/* Was OSAENTA on before this display, as far as the text shows? */
static bool was_on(const struct zos_displays *displays, const struct zos_display *display)
{
	for (size_t i = 0; i < display->first_section; i++)
		if (strcmp(displays->sections[i].kind, "osaenta") == 0 &&
		    zos_says(displays, &displays->sections[i], "SETTING STATUS", "ON"))
			return true;
	return recording_commanded(displays, "OSAENTA", display->file, display->line) > 0;
}

static void judge_ports(const struct recording *recording)
{
	struct reading reading;
	for (size_t at = 0; reading_next(recording->displays, "osaenta", "CUMULATIVE FRAMES", &at, &reading);) {
		const struct zos_display *display = &recording->displays->displays[reading.last->display];
		int commanded = recording_commanded(recording->displays, "OSAENTA", display->file, display->line);
		bool on = zos_says(recording->displays, reading.last, "SETTING STATUS", "ON");
		if (zos_says(recording->displays, reading.last, "SETTING STATUS", "OFF"))
			judge_off(recording, reading.last, commanded);
		else if (on)
			judge_frames(recording, &reading);
		judge_access(recording, reading.last, on || commanded > 0);
	}
}

/* The devices of a TRLE: one that carries the trace, and is it active? */
static void judge_trle(const struct recording *recording, const struct zos_display *display)
{
	const struct zos_displays *displays = recording->displays;
	const struct zos_section *trace = NULL, *trle = NULL;
	unsigned data = 0;
	struct finding finding;
	for (uint32_t i = 0; i < display->section_count; i++) {
		const struct zos_section *section = &displays->sections[display->first_section + i];
		if (zos_says(displays, section, "ROLE", "TRACE"))
			trace = section;
		data += zos_says(displays, section, "ROLE", "DATA");
		if (strcmp(section->kind, "trle") == 0)
			trle = section;
	}
	if (!trle || (trace && !zos_says(displays, trace, "STATUS", "RESET")) || (!trace && !data))
		return;
	begin(recording, &finding, trle, "trace-device", trace ? "The trace device {device} of {name} is RESET: no OSAENTA trace "
	      "is active there." : "{name} has no trace device: OSAENTA cannot run there.",
	      trace ? "That is normal before OSAENTA is started; if it is on, look at VTAM's messages when it was started."
	      : "OSAENTA needs two DATAPATH devices in the TRLE, one for data and one for the trace.");
	/* Before it is started there is nothing to see. */
	if (!was_on(displays, display))
		finding.severity = SEVERITY_NOTICE;
	if (trace) {
		finding_words(&finding, "device", "%s", trace->name);
		reading_cite_section(displays, trace, "STATUS", &finding);
	} else {
		finding_cite(&finding, displays->files[display->file], trle->line, "%s %s: no TRACE DEV",
			     zos_display_name(display), trle->name);
	}
	finding_submit(recording->context->findings, &finding);
}

void recording_osaenta(const struct recording *recording)
{
	const struct zos_displays *displays = recording->displays;
	judge_ports(recording);
	for (size_t i = 0; i < displays->section_count; i++)
		if (strcmp(displays->sections[i].kind, "trle") == 0 && !zos_section_again(displays, &displays->sections[i]))
			judge_trle(recording, &displays->displays[displays->sections[i].display]);
}

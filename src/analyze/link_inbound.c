/* Does a host throw away much of what arrives at an interface? link/inbound-discards, from what z/OS displays. */
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/readings.h"

static const struct finding_kind inbound_discards = {
	.id = "link/inbound-discards",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.title = "The host throws away what arrives",
	.say = "{share} of the packets arriving at {interface} are thrown away by the host{since}: {lost} of {arrived}; only "
	       "{useful} were useful.",
	.meaning = "NETSTAT DEVLINKS counts the packets that arrived at a link or an interface, and those in error and "
		   "discarded. Of two displays the difference counts, of one what was counted since the interface was "
		   "started. Each packet costs the host time before it is thrown away. Message IST2273E says the same "
		   "of a queue (kind queue).",
	.false_alarms = "Counters since the start do not say when it happened: then it is only likely, and below "
			"`error` a warning that is possible. Multicasts that nobody joined can count as discarded.",
	.advice = { "Record what is discarded: culprit zos packet-trace --discard ALL, and let culprit group it by reason.",
		    "Where broadcasts are the reason (code 4114): put the adapter into a VLAN of its own and find hosts "
		    "with wrong, locally administered MAC addresses.",
		    "Display it again after a minute: two displays show the rate." },
	.reference = "z/OS Communications Server: IP System Administrator's Commands, Netstat DEvlinks/-d; RFC 2863 ifInDiscards",
	.parameters = {
		{ .name = "warn", .unit = UNIT_RATIO, .value = 0.01, .meaning = "of what arrived, from which it is a warning" },
		{ .name = "error", .unit = UNIT_RATIO, .value = 0.1, .meaning = "from which it is an error" },
		{ .name = "packets", .unit = UNIT_COUNT, .value = 1000, .meaning = "that must have arrived" },
	},
};

static void report(struct analysis_context *context, const struct reading *reading, uint64_t arrived, uint64_t lost)
{
	struct finding finding;
	double share = (double)lost / (double)arrived, warn = setting(context->settings, &inbound_discards, "warn");
	bool much = share >= setting(context->settings, &inbound_discards, "error");
	uint64_t errors = 0, discarded = 0;
	finding_begin(&finding, &inbound_discards, NULL);
	finding.merge_key = reading_key(reading->last);
	finding.count = lost;
	if (!much)
		finding.severity = SEVERITY_WARNING;
	finding.confidence = reading->between ? CONFIDENCE_CERTAIN : much ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	if (!reading->between)
		finding_alternative(&finding, "it happened long ago: the counters are older than any display", NULL);
	finding_words(&finding, "interface", "%s", reading->last->name);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_FIRST);
	finding_count(&finding, "arrived", (double)arrived);
	finding_count(&finding, "lost", (double)lost);
	finding_count(&finding, "useful", (double)(arrived - lost));
	reading_tell_since(reading, &finding);
	if (reading_count(reading, "INBOUND PACKETS IN ERROR", &errors))
		finding_count(&finding, "in_error", (double)errors);
	if (reading_count(reading, "INBOUND PACKETS DISCARDED", &discarded))
		finding_count(&finding, "discarded", (double)discarded);
	if (reading->apart)
		finding_number(&finding, "rate", UNIT_RATE_PER_SECOND, (double)lost * 1e9 / (double)reading->apart,
			       FACT_FIRST);
	finding_threshold(&finding, "warn", UNIT_RATIO, warn);
	blame_word(&finding, PARTY_NETWORK, "config:LAN");
	finding_why(&finding, "The host only counts what others send to it. Whether it is the LAN or the interface's own "
			      "configuration, the packets that it discards tell.");
	reading_cite(reading, "INBOUND PACKETS", &finding);
	reading_cite(reading, "INBOUND PACKETS IN ERROR", &finding);
	reading_cite(reading, "INBOUND PACKETS DISCARDED", &finding);
	finding_submit(context->findings, &finding);
}

static void judge(struct analysis_context *context, const struct reading *reading)
{
	uint64_t arrived = 0, errors = 0, discarded = 0;
	if (!reading_count(reading, "INBOUND PACKETS", &arrived) || !arrived)
		return;
	reading_count(reading, "INBOUND PACKETS IN ERROR", &errors);
	reading_count(reading, "INBOUND PACKETS DISCARDED", &discarded);
	/* A packet in error is mostly counted as discarded, too. */
	uint64_t lost = discarded >= errors / 2 ? discarded : errors;
	if (lost > arrived || (double)arrived < setting(context->settings, &inbound_discards, "packets") ||
	    (double)lost < setting(context->settings, &inbound_discards, "warn") * (double)arrived)
		return;
	report(context, reading, arrived, lost);
}

/* IST2273E: VTAM threw packets away to protect storage, since the host did not take them in time. */
static void report_message(struct analysis_context *context, const struct zos_message *message)
{
	struct finding finding;
	finding_begin(&finding, &inbound_discards, NULL);
	finding.merge_key = 1;
	finding.severity = SEVERITY_WARNING;
	finding.sub_kind = "queue";
	finding.say = "VTAM says that it threw arriving packets away, since the queue of the interface was congested.";
	finding.advice = "Look at what kept the host from taking them at that time: processor, storage (ECSA), a stack that "
			 "was waiting.";
	finding.count = 1;
	blame_word(&finding, PARTY_SERVER, "config:z/OS");
	finding_why(&finding, "The packets had arrived, and the host did not take them in time.");
	finding_cite(&finding, context->trace->displays->files[message->file], message->line, "%s %s", message->id,
		     message->text);
	finding_submit(context->findings, &finding);
}

static void judge_messages(struct analysis_context *context)
{
	const struct zos_displays *displays = context->trace->displays;
	for (size_t i = 0; displays && i < displays->message_count; i++)
		if (strcmp(displays->messages[i].id, "IST2273E") == 0)
			report_message(context, &displays->messages[i]);
}

static void inbound_finish(struct analysis_context *context)
{
	static const char *const kinds_of_links[] = { "link", "interface" };
	struct reading reading;
	for (size_t i = 0; i < 2; i++)
		for (size_t at = 0; reading_next(context->trace->displays, kinds_of_links[i], "INBOUND PACKETS", &at,
						 &reading);)
			judge(context, &reading);
	judge_messages(context);
}

static const struct finding_kind *const kinds[] = { &inbound_discards, NULL };

const struct analyzer link_inbound_analyzer = {
	.name = "link-inbound",
	.kinds = kinds,
	.finish = inbound_finish,
};

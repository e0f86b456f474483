/* Is what reaches a host addressed to others? ip/address-errors, from what z/OS displays. */
#include "analyze/analyzer.h"
#include "analyze/readings.h"

static const struct finding_kind address_errors = {
	.id = "ip/address-errors",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.title = "Packets reach this host that are addressed to others",
	.say = "{share} of the packets that IP received{since} are addressed to somebody else: {errors} of {received}, "
	       "{delivered} were delivered.",
	.meaning = "NETSTAT STATS counts packets that IP received, and those whose destination is no address of this "
		   "host, or whose header is wrong. Of two displays the difference counts, of one what was counted since "
		   "the stack was started.",
	.false_alarms = "A stack that is the router of its adapter (PRIROUTER, VMAC with ROUTEALL) sees addresses of others by "
			"design. Counters since the start do not say when it happened.",
	.advice = { "Look at the destination addresses, IP and MAC, with culprit zos packet-trace --discard ALL.",
		    "Compare them with NETSTAT HOME and with the addresses that OSAINFO shows as registered; check PRIROUTER "
		    "and VMAC." },
	.reference = "RFC 4293 ipSystemStatsInAddrErrors; z/OS IP System Administrator's Commands, Netstat STATS/-S",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.01, .meaning = "of what was received" },
		{ .name = "packets", .unit = UNIT_COUNT, .value = 1000, .meaning = "that must have been received" },
	},
};

static void report(struct analysis_context *context, const struct reading *reading, uint64_t received, uint64_t errors)
{
	struct finding finding;
	uint64_t delivered = 0, headers = 0;
	double share = (double)errors / (double)received;
	finding_begin(&finding, &address_errors, NULL);
	finding.merge_key = reading_key(reading->last);
	finding.count = errors;
	finding.confidence = reading->between ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_FIRST);
	finding_count(&finding, "errors", (double)errors);
	finding_count(&finding, "received", (double)received);
	bool known = reading_count(reading, "RECEIVED PACKETS DELIVERED", &delivered);
	finding_count(&finding, "delivered", (double)delivered);
	if (!known)
		finding.say = "{share} of the packets that IP received{since} are addressed to somebody else: {errors} of "
			      "{received}.";
	if (reading_count(reading, "RECEIVED HEADER ERRORS", &headers))
		finding_count(&finding, "header_errors", (double)headers);
	reading_tell_since(reading, &finding);
	finding_threshold(&finding, "limit", UNIT_RATIO, setting(context->settings, &address_errors, "share"));
	blame_word(&finding, PARTY_NETWORK, "config:LAN");
	finding_why(&finding, "The host does not choose what the LAN and its adapter hand to it.");
	reading_cite(reading, "PACKETS RECEIVED", &finding);
	reading_cite(reading, "RECEIVED ADDRESS ERRORS", &finding);
	reading_cite(reading, "RECEIVED PACKETS DELIVERED", &finding);
	finding_submit(context->findings, &finding);
}

static void address_finish(struct analysis_context *context)
{
	static const char *const layers[] = { "IP", "IPV6" };
	struct reading reading;
	double share = setting(context->settings, &address_errors, "share");
	double least = setting(context->settings, &address_errors, "packets");
	for (size_t i = 0; i < 2; i++) {
		for (size_t at = 0; reading_next(context->trace->displays, layers[i], "PACKETS RECEIVED", &at, &reading);) {
			uint64_t received = 0, errors = 0;
			if (reading_count(&reading, "PACKETS RECEIVED", &received) &&
			    reading_count(&reading, "RECEIVED ADDRESS ERRORS", &errors) && errors <= received &&
			    (double)received >= least && (double)errors >= share * (double)received)
				report(context, &reading, received, errors);
		}
	}
}

static const struct finding_kind *const kinds[] = { &address_errors, NULL };

const struct analyzer ip_address_errors_analyzer = {
	.name = "ip-address-errors",
	.kinds = kinds,
	.finish = address_finish,
};

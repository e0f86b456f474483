/* Do both ends use the receive window as they should? tcp/window-full, tcp/silly-window,
 * tcp/window-shrunk, tcp/scale-ignored. */
#include "analyze/tcp_words.h"
#include "core/clock.h"

static const struct finding_kind window_full = {
	.id = "tcp/window-full",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "The sender filled the receive window",
	.say = "{sender} filled the receive window of {receiver} {times|time|times} and waited for "
	       "it {waited} ({share} of the transfer); the window is at most {window}.",
	.meaning = "The sender had more to send than the receiver was ready to take. Either the "
		   "window is small for the distance, or the receiving program reads slowly.",
	.false_alarms = "Without the handshake the scale of the window is unknown and nothing is "
			"said. A full window for which nobody waited is not reported.",
	.advice = { "See whether the window shrinks while it happens (the program reads slowly) or "
		    "stays the same (the buffer of {receiver} is small for this round trip)." },
	.reference = "RFC 9293 3.8.6; RFC 7323",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.1,
		  .meaning = "of the time of the transfer" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 0.1, .strict = PARAMETER_ZERO,
		  .meaning = "shorter waiting is not reported" },
	},
};

static const struct finding_kind silly_window = {
	.id = "tcp/silly-window",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SE,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "The receive window opens by drops",
	.say = "{receiver} opens its window by drops; {sender} sends crumbs: "
	       "{crumbs|segment|segments} of at most {size}, where {mss} would fit.",
	.meaning = "A receiver must not offer new window before it is worth a segment or half its "
		   "buffer, and a sender must not fill such an offer at once (silly window "
		   "syndrome). Otherwise one small read after the other becomes one small packet "
		   "after the other.",
	.false_alarms = "Small messages in a wide window, the last bytes before a window closes, "
			"and a device whose whole buffer is less than a segment are told apart.",
	.advice = { "Look for a program on {receiver} that reads a few bytes at a time from a full "
		    "buffer.",
		    "Update the TCP of {receiver}: it does not avoid silly windows.",
		    "Enlarge the receive buffer." },
	.reference = "RFC 1122 4.2.3.3, 4.2.3.4; RFC 9293 3.8.6.2",
	.parameters = {
		{ .name = "segments", .unit = UNIT_COUNT, .value = 5,
		  .meaning = "crumbs sent into such windows" },
	},
};

static const struct finding_kind window_shrunk = {
	.id = "tcp/window-shrunk",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SE,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "A receiver took back window it had promised",
	.say = "{receiver} took back window it had promised to {sender} ({times|time|times}, up to "
	       "{size}).",
	.meaning = "The right edge of a receive window (acknowledgement plus window) moved back. "
		   "Data sent on the strength of the promise may be refused.",
	.false_alarms = "Differences of less than one unit of the window scale are rounding. "
			"Windows with an unknown scale, of a SYN or a reset, and after a FIN are "
			"left out.",
	.advice = { "Update the TCP of {receiver}, or look for a device on the way that rewrites "
		    "windows." },
	.reference = "RFC 9293 3.8.6; RFC 7323 2.4",
	.parameters = {
		{ .name = "bytes", .unit = UNIT_BYTES, .value = 256, .strict = 1,
		  .meaning = "taken back at once" },
	},
};

static const struct finding_kind scale_ignored = {
	.id = "tcp/scale-ignored",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_MIDSTREAM,
	.weakened_by = QUALITY_LOSS,
	.title = "Window scaling was agreed but not used",
	.say = "Window scaling was agreed but not used: {flights} times {sender} stopped where the "
	       "window of {receiver} would end without its scale ({raw} instead of {window}), and "
	       "it never sent more.",
	.meaning = "Both SYNs carried the window scale option, yet the sender treats the window "
		   "field as plain bytes. A firewall that removed or did not understand the option "
		   "for one side does this.",
	.false_alarms = "A congestion window can stand at any level by chance: the sender must stop "
			"at the raw value again and again, for at least three different values, and "
			"never exceed one.",
	.advice = { "Look for a firewall between the two that handles the window scale option "
		    "wrongly; record on both sides of it and compare the SYNs.",
		    "As a stopgap, switch window scaling off on one end." },
	.reference = "RFC 7323 2.2",
	.parameters = {
		{ .name = "flights", .unit = UNIT_COUNT, .value = 50,
		  .meaning = "flights that stopped at the raw value" },
		{ .name = "windows", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "different raw values, at most 3" },
		{ .name = "scale", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "smallest shift that matters" },
	},
};

static const struct finding_kind *const kinds[] = { &scale_ignored, &silly_window, &window_full,
	&window_shrunk, NULL };

struct window_rules { double share, crumbs, bytes, flights, windows, scale; int64_t time; };

static void rules_begin(struct analysis_context *context)
{
	struct window_rules *rules = context->state;
	const struct settings *settings = context->settings;
	rules->share = setting(settings, &window_full, "share");
	rules->time = setting_duration(settings, &window_full, "time");
	rules->crumbs = setting(settings, &silly_window, "segments");
	rules->bytes = setting(settings, &window_shrunk, "bytes");
	rules->flights = setting(settings, &scale_ignored, "flights");
	rules->windows = setting(settings, &scale_ignored, "windows");
	rules->scale = setting(settings, &scale_ignored, "scale");
}

static void begin(struct finding *finding, const struct finding_kind *kind,
		  const struct session *session, uint8_t receiver)
{
	finding_begin(finding, kind, session);
	finding->merge_key = (uint64_t)receiver + 1;
	tcp_say_ends(finding, session, receiver ^ 1);
}

static uint32_t segment_size(const struct session *session, uint8_t receiver)
{
	const struct tcp_side *y = &session->tcp->side[receiver];
	return y->mss ? y->mss : session->tcp->side[receiver ^ 1].segment_maximum;
}

static void judge_full(struct analysis_context *context, const struct session *session,
		       uint8_t receiver)
{
	const struct window_rules *rules = context->state;
	const struct tcp_window_use *use = session->tcp->side[receiver].window_use;
	const struct tcp_transfer *transfer = session->tcp->transfer[receiver ^ 1];
	if (!use->filled || !transfer || transfer->duration <= 0)
		return;
	int64_t waited = transfer->time[TRANSFER_WINDOW_FULL];
	double share = (double)waited / (double)transfer->duration;
	if (waited < rules->time || share < rules->share)
		return;
	struct finding finding;
	begin(&finding, &window_full, session, receiver);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = use->filled;
	finding.cost = waited;
	if (use->filled_unread > use->filled / 2) {
		finding.sub_kind = "reader";
		blame_program(&finding, session, receiver);
		finding_why(&finding, "The window had shrunk to less than half when it was full: "
				      "the program there did not read what had come.");
	} else {
		blame_config(&finding, session, receiver);
		finding_why(&finding, "Only the receiver decides how large its window is.");
	}
	finding_count(&finding, "times", use->filled);
	finding_number(&finding, "waited", UNIT_SECONDS, (double)waited / 1e9, FACT_SUM);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_number(&finding, "window", UNIT_BYTES, (double)transfer->window_maximum, FACT_MAX);
	finding_threshold(&finding, "share_limit", UNIT_RATIO, rules->share);
	finding_evidence(&finding, use->filled_first.packet, use->filled_first.time,
			 "less than another segment is left of the window");
	finding_submit(context->findings, &finding);
}

static void judge_crumbs(struct analysis_context *context, const struct session *session,
			 uint8_t receiver)
{
	const struct window_rules *rules = context->state;
	const struct tcp_window_use *use = session->tcp->side[receiver].window_use;
	if (use->crumbs < rules->crumbs || !use->crumbs)
		return;
	struct finding finding;
	begin(&finding, &silly_window, session, receiver);
	finding.count = use->crumbs;
	blame_host(&finding, session, receiver);
	finding_why(&finding,
		    "The window is the receiver's to open, and its TCP must wait until that is "
		    "worth a segment.");
	finding_count(&finding, "crumbs", use->crumbs);
	finding_number(&finding, "size", UNIT_BYTES, use->crumb_largest, FACT_MAX);
	finding_number(&finding, "mss", UNIT_BYTES, segment_size(session, receiver), FACT_MAX);
	finding_threshold(&finding, "segments", UNIT_COUNT, rules->crumbs);
	finding_evidence(&finding, use->crumb_first.packet, use->crumb_first.time,
			 "a small segment fills a window that opened by less than one");
	finding_evidence(&finding, use->crumb_last.packet, use->crumb_last.time,
			 "number %u, the last", use->crumbs);
	finding_submit(context->findings, &finding);
}

static void judge_shrunk(struct analysis_context *context, const struct session *session,
			 uint8_t receiver)
{
	const struct window_rules *rules = context->state;
	const struct tcp_window_use *use = session->tcp->side[receiver].window_use;
	if (!use->shrunk || (double)use->shrunk_most < rules->bytes)
		return;
	struct finding finding;
	begin(&finding, &window_shrunk, session, receiver);
	finding.count = use->shrunk;
	blame_host(&finding, session, receiver);
	finding_why(&finding, "Its acknowledgement plus window names a lower byte than before.");
	finding_alternative(&finding, "a device on the way that rewrites windows", NULL);
	finding.confidence = CONFIDENCE_LIKELY;
	finding_count(&finding, "times", use->shrunk);
	finding_number(&finding, "size", UNIT_BYTES, (double)use->shrunk_most, FACT_MAX);
	finding_evidence(&finding, use->promised.packet, use->promised.time,
			 "the window as promised");
	finding_evidence(&finding, use->taken_back.packet, use->taken_back.time,
			 "%llu bytes less", (unsigned long long)use->shrunk_most);
	finding_submit(context->findings, &finding);
}

static unsigned different_windows(const struct tcp_window_use *use)
{
	unsigned count = 0;
	for (int i = 0; i < 3; i++)
		count += use->unscaled_windows[i] != 0;
	return count;
}

static void judge_scale(struct analysis_context *context, const struct session *session,
			uint8_t receiver)
{
	const struct window_rules *rules = context->state;
	const struct tcp_side *y = &session->tcp->side[receiver];
	const struct tcp_side *x = &session->tcp->side[receiver ^ 1];
	const struct tcp_window_use *use = y->window_use;
	if (!use->unscaled || use->unscaled < rules->flights || y->window_scale < rules->scale ||
	    different_windows(use) < rules->windows || y->scale != SCALE_KNOWN ||
	    x->flight_maximum > UINT16_MAX)
		return;
	struct finding finding;
	begin(&finding, &scale_ignored, session, receiver);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = use->unscaled;
	blame_middlebox(&finding, session, receiver ^ 1);
	finding_why(&finding,
		    "Both ends agreed on the scale in the SYNs seen here; the sender acts as if it "
		    "had not, so its side of the path probably saw other SYNs.");
	finding_alternative(&finding, "the TCP of the sender ignores the scale", NULL);
	finding_count(&finding, "flights", use->unscaled);
	finding_number(&finding, "raw", UNIT_BYTES, y->raw_window, FACT_MAX);
	finding_number(&finding, "window", UNIT_BYTES, (double)y->window_maximum, FACT_MAX);
	finding_number(&finding, "scale", UNIT_COUNT, y->window_scale, FACT_MAX);
	finding_threshold(&finding, "flights_limit", UNIT_COUNT, rules->flights);
	if (y->syn_first_packet)
		finding_evidence(&finding, y->syn_first_packet, y->syn_first_time,
				 "offers window scale %u", y->window_scale_offered);
	finding_evidence(&finding, use->unscaled_first.packet, use->unscaled_first.time,
			 "stops at the raw value of the window");
	finding_evidence(&finding, use->unscaled_last.packet, use->unscaled_last.time,
			 "and still does");
	finding_submit(context->findings, &finding);
}

static void rules_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	(void)last;
	for (uint8_t receiver = 0; session->tcp && receiver < 2; receiver++) {
		const struct tcp_side *y = &session->tcp->side[receiver];
		if (!y->window_use)
			continue;
		judge_full(context, session, receiver);
		judge_crumbs(context, session, receiver);
		judge_shrunk(context, session, receiver);
		judge_scale(context, session, receiver);
	}
}

const struct analyzer tcp_window_rules_analyzer = {
	.name = "tcp-window-rules",
	.kinds = kinds,
	.state_size = sizeof(struct window_rules),
	.begin = rules_begin,
	.session_end = rules_end,
};

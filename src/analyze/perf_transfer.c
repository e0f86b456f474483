/* Why was this transfer not faster? The verdict of A11: perf/receiver-window, perf/loss-limited,
 * perf/bandwidth-limited, perf/sender-window, perf/app-limited, perf/slow-start-limited. */
#include "analyze/tcp_words.h"
#include "core/clock.h"

#define SUPPRESSED (QUALITY_ONE_WAY | QUALITY_COARSE)
#define ROOM_ENOUGH 4              /* times the rate: a window that allows this does not limit it */
#define PACED_PERCENT 60           /* of the time without gaps: something paces the sender */
#define PACED_TRIPS 10             /* round trips that it must last */

static const struct finding_kind receiver_window = {
	.id = "perf/receiver-window",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = SUPPRESSED | QUALITY_MIDSTREAM,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "A transfer is limited by the receive window",
	.say = "The transfer from {sender} to {receiver} ({size}, {rate}) is limited by the "
	       "receive window of {receiver}: {window} at {rtt} round trip allow at most {limit}. "
	       "For the best rate seen, {need} would be needed.",
	.meaning = "For the larger part of the waiting time the sender had filled the window that "
		   "the receiver offers and had to wait for its acknowledgements.",
	.false_alarms = "Without the handshake the window scale is unknown and nothing is said; a "
			"congestion window that stays below the receive window is told apart.",
	.advice = { "Enlarge the receive buffer on {receiver} and allow window scaling (z/OS: "
		    "TCPRCVBUFRSIZE).",
		    "If the window shrinks to 0 again and again, look at the reading program "
		    "first." },
	.reference = "RFC 7323; RFC 6349; Zhang et al., SIGCOMM'02 (T-RAT)",
	.parameters = {
		{ .name = "bytes", .unit = UNIT_BYTES, .value = 1000000,
		  .meaning = "smallest transfer judged" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1, .strict = 0.1,
		  .meaning = "time lost below which it is a notice" },
		{ .name = "rtt", .unit = UNIT_SECONDS, .value = 0.005, .strict = PARAMETER_ZERO,
		  .meaning = "round trip below which a full window only shows that the receiver is "
			     "the slower end" },
	},
};

static const struct finding_kind loss_limited = {
	.id = "perf/loss-limited",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = SUPPRESSED,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "A transfer is limited by packet loss",
	.say = "The transfer from {sender} to {receiver} ({size}, {rate}) is limited by packet "
	       "loss: {lost|packet|packets} ({loss}) lost, {share} of its time went into repairs. "
	       "Without them it would have reached about {without}.",
	.meaning = "The larger part of the waiting time lies inside loss recoveries, or behind "
		   "them in the reduced congestion window.",
	.false_alarms = "What only the recorder lost is no loss; see capture/loss.",
	.advice = { "Follow the loss findings: they name the side." },
	.reference = "RFC 5681; Mathis et al., CCR 1997; Zhang et al., SIGCOMM'02 (T-RAT)",
	.parameters = {
		{ .name = "bytes", .unit = UNIT_BYTES, .value = 50000,
		  .meaning = "smallest transfer judged" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1, .strict = 0.1,
		  .meaning = "time lost below which it is a notice" },
		{ .name = "losses", .unit = UNIT_COUNT, .value = 3, .strict = 1,
		  .meaning = "losses below which it is a notice" },
	},
};

static const struct finding_kind bandwidth_limited = {
	.id = "perf/bandwidth-limited",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = SUPPRESSED | QUALITY_SEND_OFFLOAD,
	.title = "A transfer fills the line",
	.say = "The transfer from {sender} to {receiver} ({size}) fills the line: {rate}, with "
	       "round trips growing from {rtt} to {busy}.",
	.meaning = "Acknowledgements pace the sender while the round trip grows: a queue stands in "
		   "front of the narrowest link.",
	.false_alarms = "Segmentation offload spoils the spacing of packets; then nothing is said.",
	.advice = { "More bandwidth, or QoS for what must not wait. See who else used the line at "
		    "that time." },
	.reference = "Zhang et al., SIGCOMM'02 (T-RAT); RFC 6349",
	.parameters = {
		{ .name = "bytes", .unit = UNIT_BYTES, .value = 100000,
		  .meaning = "smallest transfer judged" },
	},
};

static const struct finding_kind sender_window = {
	.id = "perf/sender-window",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = SUPPRESSED | QUALITY_MIDSTREAM,
	.title = "The sender never has enough under way",
	.say = "{sender} never has more than {flight} under way to {receiver}, although {receiver} "
	       "allows {window}: {rate}.",
	.meaning = "The data in flight stays at one level below the receive window, without loss: "
		   "the sender's own buffer or window limits it.",
	.false_alarms = "A congestion window after a loss, and programs that deliver slowly, are "
			"told apart.",
	.advice = { "Enlarge the send buffer on {sender} or let it tune itself (z/OS: "
		    "TCPSENDBFRSIZE)." },
	.reference = "Zhang et al., SIGCOMM'02 (T-RAT); RFC 6349",
	.parameters = {
		{ .name = "bytes", .unit = UNIT_BYTES, .value = 100000,
		  .meaning = "smallest transfer judged" },
	},
};

static const struct finding_kind app_limited = {
	.id = "perf/app-limited",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = SUPPRESSED,
	.title = "The sending program delivers data too slowly",
	.say = "The program on {sender} delivers its data to {receiver} slowly ({size}, {rate}): "
	       "for {share} of the time there was nothing to send.",
	.meaning = "The window was open, nothing was being repeated, no acknowledgement was "
		   "awaited, and yet no data came.",
	.false_alarms = "Connections that carry messages now and then are no transfers; only bulk "
			"periods are judged, and only if they wait for the program for `time`.",
	.advice = { "Look at disk, processor and database of {sender}." },
	.reference = "Zhang et al., SIGCOMM'02 (T-RAT); RFC 4898",
	.parameters = {
		{ .name = "bytes", .unit = UNIT_BYTES, .value = 1000000,
		  .meaning = "smallest transfer judged" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 0.5, .strict = 0.1,
		  .meaning = "time lost below which nothing is said" },
	},
};

static const struct finding_kind slow_start_limited = {
	.id = "perf/slow-start-limited",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = SUPPRESSED,
	.title = "A transfer is too short to reach full speed",
	.say = "The transfer from {sender} to {receiver} ({size}) was too short to reach full "
	       "speed: {share} of its time went into the start, at {rtt} a round trip.",
	.meaning = "A connection begins with little under way and doubles it with each round trip; "
		   "short transfers end before that matters.",
	.false_alarms = "Pauses of the program inside the transfer are told apart.",
	.advice = { "Use connections again instead of opening new ones; move the data nearer to "
		    "its users." },
	.reference = "RFC 5681 3.1; RFC 6928",
	.parameters = {
		{ .name = "bytes", .unit = UNIT_BYTES, .value = 1000000,
		  .meaning = "largest transfer judged" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.6,
		  .meaning = "of the time in slow start" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 0.15,
		  .meaning = "shorter transfers hurt nobody" },
	},
};

static const struct finding_kind *const kinds[] = { &app_limited, &bandwidth_limited, &loss_limited,
	&receiver_window, &sender_window, &slow_start_limited, NULL };

struct transfer_limits {
	double receiver_bytes, loss_bytes, band_bytes, sender_bytes, app_bytes, start_bytes,
		start_share, losses, receiver_trip;
	int64_t receiver_time, loss_time, app_time, start_time;
};

static void transfer_begin(struct analysis_context *context)
{
	struct transfer_limits *limits = context->state;
	const struct settings *settings = context->settings;
	limits->receiver_bytes = setting(settings, &receiver_window, "bytes");
	limits->receiver_time = setting_duration(settings, &receiver_window, "time");
	limits->receiver_trip = setting(settings, &receiver_window, "rtt");
	limits->loss_bytes = setting(settings, &loss_limited, "bytes");
	limits->loss_time = setting_duration(settings, &loss_limited, "time");
	limits->losses = setting(settings, &loss_limited, "losses");
	limits->band_bytes = setting(settings, &bandwidth_limited, "bytes");
	limits->sender_bytes = setting(settings, &sender_window, "bytes");
	limits->app_bytes = setting(settings, &app_limited, "bytes");
	limits->app_time = setting_duration(settings, &app_limited, "time");
	limits->start_bytes = setting(settings, &slow_start_limited, "bytes");
	limits->start_share = setting(settings, &slow_start_limited, "share");
	limits->start_time = setting_duration(settings, &slow_start_limited, "time");
}

struct judged {                  /* one transfer, with the figures that its words need */
	const struct session *session;
	const struct tcp_transfer *transfer;
	uint8_t sender;
	double seconds, rate, round_trip;
};

static int64_t loss_time(const struct tcp_transfer *transfer)
{
	return transfer->time[TRANSFER_LOSS_TIMEOUT] + transfer->time[TRANSFER_LOSS_FAST] +
	       transfer->time[TRANSFER_CONGESTION];
}

static int64_t window_time(const struct tcp_transfer *transfer)
{
	return transfer->time[TRANSFER_WINDOW_FULL] + transfer->time[TRANSFER_WINDOW_ZERO];
}

static void begin(struct finding *finding, const struct finding_kind *kind,
		  const struct judged *judged, int64_t cost)
{
	const struct tcp_transfer *transfer = judged->transfer;
	finding_begin(finding, kind, judged->session);
	finding->confidence = CONFIDENCE_LIKELY;
	finding->merge_key = (uint64_t)judged->sender + 1;
	finding->cost = cost;
	tcp_say_ends(finding, judged->session, judged->sender);
	finding_number(finding, "size", UNIT_BYTES, (double)transfer->bytes, FACT_SUM);
	finding_number(finding, "rate", UNIT_BITS_PER_SECOND, judged->rate * 8, FACT_MAX);
	finding_number(finding, "share", UNIT_RATIO, (double)cost / 1e9 / judged->seconds,
		       FACT_MAX);
	finding_number(finding, "rtt", UNIT_SECONDS, judged->round_trip, FACT_MIN);
	finding_number(finding, "window", UNIT_BYTES, (double)transfer->window_maximum, FACT_MAX);
	finding_number(finding, "flight", UNIT_BYTES, (double)transfer->flight_maximum, FACT_MAX);
	finding_evidence(finding, transfer->first_packet, transfer->first_time,
			 "the transfer begins");
	finding_evidence(finding, transfer->last_packet, transfer->first_time + transfer->duration,
			 "and ends");
}

/* The window is far larger than the rate needs: not its size decides, but how fast the receiving end
 * takes data out of it. */
static void blame_reader(struct finding *finding, const struct session *session, uint8_t receiver,
			 bool unread)
{
	finding->sub_kind = "reader";
	finding->say = "The transfer from {sender} to {receiver} ({size}, {rate}) waits for "
		       "{receiver}, which takes the data more slowly than it comes; the size of "
		       "its window ({window} at {rtt} round trip) is not what limits.";
	if (unread) {
		blame_program(finding, session, receiver);
		finding_why(finding, "The window shrinks while it fills: the program there does "
				     "not read what has come.");
	} else {
		blame_host(finding, session, receiver);
		finding_why(finding, "The window would allow many times this rate at this round "
				     "trip, and it is full all the same.");
	}
}

static void report_window(struct analysis_context *context, const struct judged *judged)
{
	const struct transfer_limits *limits = context->state;
	const struct tcp_transfer *transfer = judged->transfer;
	const struct tcp_side *y = &judged->session->tcp->side[judged->sender ^ 1];
	uint8_t receiver = judged->sender ^ 1;
	if ((double)transfer->bytes < limits->receiver_bytes || y->scale == SCALE_UNKNOWN)
		return;
	struct finding finding;
	begin(&finding, &receiver_window, judged, window_time(transfer));
	if (window_time(transfer) < limits->receiver_time ||
	    judged->round_trip < limits->receiver_trip)
		finding.severity = SEVERITY_NOTICE;
	double trip = judged->round_trip > 1e-6 ? judged->round_trip : 1e-6;
	double limit = (double)transfer->window_maximum / trip;
	bool unread = y->window_use && y->window_use->filled_unread > y->window_use->filled / 2;
	finding_number(&finding, "limit", UNIT_BITS_PER_SECOND, limit * 8, FACT_MAX);
	finding_number(&finding, "need", UNIT_BYTES, (double)transfer->best_rate * trip, FACT_MAX);
	if (transfer->time[TRANSFER_WINDOW_ZERO] > transfer->time[TRANSFER_WINDOW_FULL]) {
		finding.sub_kind = "zero";
		finding.say = "The transfer from {sender} to {receiver} ({size}, {rate}) waits for {receiver}, which "
			      "closes its window again and again; the size of its window ({window} at {rtt} round "
			      "trip) is not what limits.";
		blame_program(&finding, judged->session, receiver);
		finding_why(&finding, "The window closes completely again and again: the program "
				      "there does not read fast enough.");
	} else if (unread || (judged->round_trip < limits->receiver_trip &&
			      limit > ROOM_ENOUGH * judged->rate)) {
		blame_reader(&finding, judged->session, receiver, unread);
	} else {
		blame_config(&finding, judged->session, receiver);
		finding_why(&finding, "The sender used all that the receiver offered, and nothing "
				      "was lost: the size of the window decides.");
	}
	finding_submit(context->findings, &finding);
}

static void report_loss(struct analysis_context *context, const struct judged *judged)
{
	const struct transfer_limits *limits = context->state;
	const struct tcp_transfer *transfer = judged->transfer;
	const struct tcp_side *x = &judged->session->tcp->side[judged->sender];
	uint64_t lost = x->lost_upstream + x->lost_downstream;
	int64_t cost = loss_time(transfer);
	if ((double)transfer->bytes < limits->loss_bytes || !lost)
		return;
	struct finding finding;
	begin(&finding, &loss_limited, judged, cost);
	if (cost < limits->loss_time || (double)lost < limits->losses)
		finding.severity = SEVERITY_NOTICE;
	tcp_blame_loss(context, &finding, judged->session, judged->sender,
		       x->lost_upstream > x->lost_downstream ? LOSS_UPSTREAM : LOSS_DOWNSTREAM);
	finding_count(&finding, "lost", (double)lost);
	finding_number(&finding, "loss", UNIT_RATIO,
		       (double)lost / (double)(x->data_segments ? x->data_segments : 1), FACT_MAX);
	double without = judged->seconds - (double)cost / 1e9;
	finding_number(&finding, "without", UNIT_BITS_PER_SECOND,
		       (double)transfer->bytes * 8 / (without > 1e-3 ? without : 1e-3), FACT_MAX);
	finding_submit(context->findings, &finding);
}

static void report_sender(struct analysis_context *context, const struct judged *judged)
{
	const struct transfer_limits *limits = context->state;
	struct finding finding;
	if ((double)judged->transfer->bytes < limits->sender_bytes)
		return;
	begin(&finding, &sender_window, judged, judged->transfer->time[TRANSFER_SENDER_WINDOW]);
	blame_config(&finding, judged->session, judged->sender);
	finding_why(&finding, "Its data in flight stays at one level below what the receiver "
			      "allows, and nothing is lost.");
	finding_submit(context->findings, &finding);
}

static void report_program(struct analysis_context *context, const struct judged *judged)
{
	const struct transfer_limits *limits = context->state;
	struct finding finding;
	int64_t lost = judged->transfer->time[TRANSFER_APP_SENDER];
	if ((double)judged->transfer->bytes < limits->app_bytes || lost < limits->app_time)
		return;
	begin(&finding, &app_limited, judged, lost);
	blame_program(&finding, judged->session, judged->sender);
	finding_why(&finding, "It had window to send and nothing to wait for.");
	finding_submit(context->findings, &finding);
}

static void report_bandwidth(struct analysis_context *context, const struct judged *judged)
{
	const struct transfer_limits *limits = context->state;
	const struct rtt_estimate *far = &judged->session->tcp->side[judged->sender ^ 1].rtt;
	struct finding finding;
	if ((double)judged->transfer->bytes < limits->band_bytes)
		return;
	begin(&finding, &bandwidth_limited, judged, judged->transfer->time[TRANSFER_BANDWIDTH]);
	blame_network_at(&finding, judged->session, judged->sender ^ 1);
	finding_why(&finding, "The round trip on that side grows while the transfer runs.");
	finding_duration(&finding, "busy", far->maximum);
	finding_submit(context->findings, &finding);
}

/* Its packets pass the trace point evenly: what sets their pace lies before it. */
static void report_pace(struct analysis_context *context, const struct judged *judged)
{
	const struct transfer_limits *limits = context->state;
	const struct tcp_transfer *transfer = judged->transfer;
	const char *reason = "";
	if (transfer->time[TRANSFER_SENDING] < transfer->duration / 100 * PACED_PERCENT ||
	    judged->seconds < PACED_TRIPS * judged->round_trip ||
	    (double)transfer->bytes < limits->band_bytes ||
	    session_vantage(context->trace->sessions, judged->session, judged->sender, &reason) ==
		    VANTAGE_AT)
		return;
	struct finding finding;
	begin(&finding, &bandwidth_limited, judged, 0);
	finding.sub_kind = "paced";
	finding.say = "The transfer from {sender} to {receiver} ({size}) flows evenly at {rate}, "
		      "without pauses and without losses: most likely a line before the capture "
		      "point is full.";
	finding.confidence = CONFIDENCE_POSSIBLE;
	blame_network_at(&finding, judged->session, judged->sender);
	finding_why(&finding, "Packets keep the distance that the narrowest link before the "
			      "capture point gave them.");
	finding_alternative(&finding, "the sending program, or its pacing, delivers at this rate",
			    NULL);
	finding_submit(context->findings, &finding);
}

static void report_start(struct analysis_context *context, const struct judged *judged)
{
	const struct transfer_limits *limits = context->state;
	const struct tcp_transfer *transfer = judged->transfer;
	int64_t start = transfer->time[TRANSFER_SLOW_START];
	if ((double)transfer->bytes > limits->start_bytes ||
	    transfer->duration < limits->start_time ||
	    (double)start < limits->start_share * (double)transfer->duration)
		return;
	struct finding finding;
	begin(&finding, &slow_start_limited, judged, start);
	blame_nobody(&finding);
	finding_why(&finding, "Size and distance decide, nobody is at fault.");
	finding_submit(context->findings, &finding);
}

static void judge(struct analysis_context *context, const struct session *session, uint8_t sender)
{
	const struct tcp_transfer *transfer = session->tcp->transfer[sender];
	if (!transfer || transfer->duration <= 0)
		return;
	struct judged judged = { session, transfer, sender, (double)transfer->duration / 1e9, 0,
		(double)tcp_round_trip(session) / 1e9 };
	judged.rate = (double)transfer->bytes / judged.seconds;
	enum transfer_state verdict = tcp_transfer_verdict(transfer, NULL);
	/* Recovery in its three forms, and the window in its two, count together. */
	if (loss_time(transfer) >= transfer->duration / 20 * 7 &&
	    loss_time(transfer) > window_time(transfer)) {
		report_loss(context, &judged);
		return;
	}
	switch (verdict) {
	case TRANSFER_WINDOW_FULL:
	case TRANSFER_WINDOW_ZERO:
		report_window(context, &judged);
		break;
	case TRANSFER_SENDER_WINDOW:
		report_sender(context, &judged);
		break;
	case TRANSFER_APP_SENDER:
		report_program(context, &judged);
		break;
	case TRANSFER_BANDWIDTH:
		report_bandwidth(context, &judged);
		break;
	case TRANSFER_SLOW_START:
		report_start(context, &judged);
		break;
	default:
		report_pace(context, &judged);
		break;
	}
}

static void transfer_end(struct analysis_context *context, const struct session *session,
			 const struct observation *last)
{
	(void)last;
	for (uint8_t sender = 0; session->tcp && sender < 2; sender++)
		judge(context, session, sender);
}

const struct analyzer perf_transfer_analyzer = {
	.name = "perf-transfer",
	.kinds = kinds,
	.state_size = sizeof(struct transfer_limits),
	.begin = transfer_begin,
	.session_end = transfer_end,
};

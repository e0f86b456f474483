/* Words for what the engine says. */
#include "session/tcp.h"

#define NAME(table, index) ((unsigned)(index) < sizeof(table) / sizeof *(table) ? (table)[index] : "unknown")

const char *segment_class_name(enum segment_class class)
{
	static const char *const names[SEGMENT_CLASSES] = {
		"none", "syn", "syn-repeated", "synack", "synack-repeated", "rst", "fin-repeated",
		"zero-window-probe", "zero-window-probe-ack", "keepalive", "keepalive-ack", "new",
		"new-after-gap", "spurious", "hole-acked-late", "reordered", "repeated-upstream",
		"repeated-downstream", "network-duplicate", "inconsistent",
	};
	return NAME(names, class);
}

const char *repeat_mechanism_name(enum repeat_mechanism mechanism)
{
	static const char *const names[REPEAT_MECHANISMS] = { "none", "fast", "recovery", "tail-probe",
		"timeout", "go-back", "unknown" };
	return NAME(names, mechanism);
}

const char *stall_cause_name(enum stall_cause cause)
{
	static const char *const names[STALL_CAUSES] = { "unknown", "capture-gap", "timeout", "zero-window",
		"window-full", "delayed-ack", "nagle", "server-think", "server-pause", "client-think",
		"path-delay" };
	return NAME(names, cause);
}

const char *timeout_reason_name(enum timeout_reason reason)
{
	static const char *const names[] = { "none", "tail", "double", "small-flight", "continuous",
		"ack-lost", "other" };
	return NAME(names, reason);
}

const char *response_part_name(enum response_part part)
{
	static const char *const names[RESPONSE_PARTS] = { "dns", "connect-retry", "connect", "tls", "request",
		"round-trip", "server", "retransmission", "window", "pause", "delayed-ack", "transfer" };
	return NAME(names, part);
}

const char *transfer_state_name(enum transfer_state state)
{
	static const char *const names[TRANSFER_STATES] = { "sending", "loss-timeout", "loss-fast",
		"window-zero", "window-full", "nagle", "slow-start", "sender-window", "bandwidth", "congestion",
		"app-sender", "receiver-cpu", "unknown" };
	return NAME(names, state);
}

enum transfer_state tcp_transfer_verdict(const struct tcp_transfer *transfer, double *share)
{
	/* SENDING is what a healthy transfer does; it is no reason to be slow. */
	unsigned best = TRANSFER_UNKNOWN;
	int64_t first = 0, second = 0;
	for (unsigned i = TRANSFER_SENDING + 1; i < TRANSFER_STATES; i++) {
		if (i == TRANSFER_UNKNOWN)
			continue;
		if (transfer->time[i] > first) {
			second = first;
			first = transfer->time[i];
			best = i;
		} else if (transfer->time[i] > second) {
			second = transfer->time[i];
		}
	}
	double part = transfer->duration > 0 ? (double)first / (double)transfer->duration : 0;
	if (share)
		*share = part;
	return part >= 0.35 && (double)first >= 1.5 * (double)second ? (enum transfer_state)best
								      : TRANSFER_UNKNOWN;
}

/* conn_state as in Zeek's documentation of conn.log. */
const char *tcp_state_letters(const struct session *session)
{
	const struct tcp_session *tcp = session->tcp;
	if (!tcp)
		return "-";
	const struct tcp_side *o = &tcp->side[session->client], *r = &tcp->side[session->client ^ 1];
	bool established = (o->syn_seen && r->synack_seen) && (o->acks || o->data_segments);
	if (!o->syn_seen && !r->synack_seen)
		return "OTH";
	if (o->syn_seen && !r->synack_seen) {
		if (r->rst_seen)
			return "REJ";
		if (o->rst_seen)
			return "RSTOS0";
		return o->fin_seen ? "SH" : "S0";
	}
	if (!o->syn_seen)
		return r->rst_seen ? "RSTRH" : r->fin_seen && !o->fin_seen ? "SHR" : "OTH";
	if (o->rst_seen && (!r->rst_seen || o->rst_time <= r->rst_time))
		return "RSTO";
	if (r->rst_seen)
		return "RSTR";
	if (o->fin_seen && r->fin_seen)
		return "SF";
	if (!established && r->fin_seen)
		return "SHR";
	return o->fin_seen ? "S2" : r->fin_seen ? "S3" : "S1";
}

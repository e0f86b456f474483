#include "analyze/tcp_words.h"

void tcp_say_ends(struct finding *finding, const struct session *session, uint8_t sender)
{
	finding_address(finding, "sender", &session->key.end[sender].address);
	finding_address(finding, "receiver", &session->key.end[sender ^ 1].address);
}

void tcp_cite_episode(struct finding *finding, const struct tcp_episode *episode)
{
	if (episode->before_gap_packet) {
		finding_evidence(finding, episode->before_gap_packet, episode->before_gap_time,
				 "the last data before the gap");
		finding_evidence(finding, episode->after_gap_packet, episode->start_time,
				 "the next data: what lies between is missing");
	} else if (episode->original_packet) {
		finding_evidence(finding, episode->original_packet, episode->start_time,
				 "the data as first sent");
	}
	finding_evidence(finding, episode->first_repeat_packet, episode->first_repeat_time,
			 "the data again");
	if (episode->last_repeat_packet != episode->first_repeat_packet)
		finding_evidence(finding, episode->last_repeat_packet, episode->last_repeat_time,
				 "repeat number %u, the last of this recovery", episode->copies);
	if (episode->acked_packet)
		finding_evidence(finding, episode->acked_packet, episode->end_time,
				 "confirmed at last");
}

const char *tcp_side_words(const struct session *session, uint8_t side)
{
	return side == session->client ? "the client's side" : "the server's side";
}

void tcp_blame_loss(struct analysis_context *context, struct finding *finding,
		    const struct session *session, uint8_t sender, enum loss_location location)
{
	char x[ADDRESS_TEXT_SIZE], y[ADDRESS_TEXT_SIZE];
	uint8_t receiver = sender ^ 1;
	const char *reason = "";
	address_text(&session->key.end[sender].address, x);
	address_text(&session->key.end[receiver].address, y);
	if (location == LOSS_UPSTREAM) {
		if (session_vantage(context->trace->sessions, session, sender, &reason) == VANTAGE_AT) {
			blame_host(finding, session, sender);
			finding->confidence = CONFIDENCE_POSSIBLE;
			finding_why(finding, "The trace was taken on %s itself (%s), yet it never held these "
				    "packets before their repeats: they died inside that host, or the recorder "
				    "missed them.", x, reason);
			finding_alternative(finding, "the recorder missed the originals", NULL);
			return;
		}
		blame_network_at(finding, session, sender);
		finding_why(finding, "The capture point saw the gap and then the repeat, never the original: "
			    "it was lost between %s and the capture point.", x);
		return;
	}
	if (location == LOSS_DOWNSTREAM) {
		if (session_vantage(context->trace->sessions, session, receiver, &reason) == VANTAGE_AT) {
			blame_host(finding, session, receiver);
			finding_why(finding, "The originals reached the capture point on %s itself (%s), and that "
				    "host did not take them: its receive buffer, driver or checksum check.", y,
				    reason);
			finding->confidence = CONFIDENCE_LIKELY;
			return;
		}
		blame_network_at(finding, session, receiver);
		finding_why(finding, "The originals passed the capture point and %s did not get them: they were "
			    "lost behind it, on the way to %s.", y, y);
		return;
	}
	blame_network(finding);
	finding_why(finding, location == LOSS_BOTH
		? "Some originals passed the capture point and some never reached it: both sides lose packets."
		: "The lost packets were sent before the trace began, so the side cannot be told.");
}

/* Did an encrypted stream end in the middle of a record? tls/truncated. */
#include "analyze/analyzer.h"
#include "decode/tls.h"

static const struct finding_kind truncated = {
	.id = "tls/truncated",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_XE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_LOSS | QUALITY_MIDSTREAM,
	.title = "An encrypted stream was cut",
	.say = "{closer} ended the connection in the middle of a TLS record that it was sending ({how}).",
	.meaning = "A FIN or a reset of the sender itself while a record of it was not complete: the receiver cannot even "
		   "decrypt what it got of it.",
	.false_alarms = "Many programs close without close_notify, which is no fault as long as the last record is "
			"complete; a receiver that resets has had enough and is tcp/reset-by-peer. Where the recorder cut "
			"or missed packets the ends of records are not known, and nothing is said.",
	.advice = { "Find out why {closer} ended: a crash, a time limit, a restart." },
	.reference = "RFC 8446 6.1",
};

struct cut { bool cut[2]; };   /* by direction */

static void cut_message(struct analysis_context *context, const struct observation *observation,
			const struct session_message *message)
{
	const struct tls_facts *tls = message->facts;
	struct cut *own = context->session_state;
	if (observation->session->tcp && !message->depth && tls->cut && !tls->part)
		own->cut[message->direction] = true;
}

static void cut_end(struct analysis_context *context, const struct session *session,
		    const struct observation *last)
{
	const struct cut *own = context->session_state;
	(void)last;
	if (!own || !session->tcp)
		return;
	for (uint8_t side = 0; side < 2; side++) {
		const struct tcp_side *sender = &session->tcp->side[side], *other = &session->tcp->side[!side];
		bool reset = sender->rst_seen && !other->rst_seen;
		if (!own->cut[side] || (!reset && !sender->fin_seen) || other->rst_seen ||
		    sender->hole_acked_bytes)
			continue;
		struct finding finding;
		finding_begin(&finding, &truncated, session);
		finding.confidence = CONFIDENCE_LIKELY;
		finding_address(&finding, "closer", &session->key.end[side].address);
		finding_words(&finding, "how", "%s", reset ? "a reset" : "FIN");
		blame_program(&finding, session, side);
		finding_why(&finding, "It closed while it was still sending.");
		finding_evidence(&finding, sender->last_data_packet, sender->last_data_time,
				 "the last part of the record");
		if (reset)
			finding_evidence(&finding, sender->rst_packet, sender->rst_time, "reset");
		else
			finding_evidence(&finding, sender->fin_first_packet, sender->fin_first_time, "FIN");
		finding_submit(context->findings, &finding);
	}
}

static const struct finding_kind *const kinds[] = { &truncated, NULL };
static const struct decoder *const hears[] = { &tls_decoder, NULL };

const struct analyzer tls_cut_analyzer = {
	.name = "tls-cut",
	.kinds = kinds,
	.session_state_size = sizeof(struct cut),
	.state_on_message = true,
	.hears = hears,
	.message = cut_message,
	.session_end = cut_end,
};

/* Does AT-TLS hide what programs say from a z/OS trace? tls/at-tls-hidden. */
#include "analyze/concerned.h"
#include "analyze/proof.h"
#include "decode/ip.h"
#include "source/zos.h"

static const struct finding_kind at_tls_hidden = {
	.id = "tls/at-tls-hidden",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_AE,
	.merge = MERGE_TRACE,
	.title = "AT-TLS hides data from the trace",
	.say = "AT-TLS encrypts {conversations|conversation|conversations}: of {records|record|records} "
	       "({hidden}) the trace holds the length and no data{clear}. Only timing and handshake are judged.",
	.meaning = "z/OS marks the data of connections that AT-TLS encrypts as confidential and keeps it out of "
		   "data traces and packet traces. Kind tls-records: a data trace in which what programs hand to "
		   "their sockets is TLS already.",
	.false_alarms = "A program that speaks TLS by itself, without AT-TLS, looks like kind tls-records: that is "
			"why it is only possible.",
	.advice = { "Set CtraceClearText On in the AT-TLS policy (TTLSEnvironmentAction or "
		    "TTLSConnectionAction) where that is allowed, and take the data trace once more." },
	.reference = "z/OS Communications Server: IP Configuration Reference (TTLSEnvironmentAdvancedParms); IP "
		     "Diagnosis Guide (data trace)",
};

struct at_tls_state {
	uint64_t records, bytes;         /* that are hidden */
	uint64_t clear;                  /* that AT-TLS shows */
	uint64_t packets;                /* of those hidden, packets: nobody knows their conversation */
	struct proof hidden, tls;
	struct concerned hidden_sessions, tls_sessions;
};

/* A TLS record of any version begins so (RFC 8446, 5.1). */
static bool begins_tls(struct cursor in)
{
	uint8_t type = cursor_u8(&in), major = cursor_u8(&in), minor = cursor_u8(&in);
	uint16_t length = cursor_be16(&in);
	return cursor_ok(&in) && type >= 20 && type <= 24 && major == 3 && minor <= 4 && length &&
	       length <= 16384 + 2048;
}

/* The first bytes of a conversation. */
static bool is_first_data(const struct observation *observation)
{
	const struct session_side *side = observation->session->side;
	return side[0].payload_bytes + side[1].payload_bytes == observation->packet->socket->length;
}

static void observe_data(struct at_tls_state *state, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	if (packet->socket->confidential) {
		if (session->socket.hidden_records == 1)
			concerned_add(&state->hidden_sessions, session);
	} else if (session->key.protocol == IP_PROTOCOL_TCP && is_first_data(observation) &&
		   begins_tls(packet->payload)) {
		concerned_add(&state->tls_sessions, session);
		proof_add(&state->tls, packet);
	}
}

static void at_tls_observe(struct analysis_context *context, const struct observation *observation)
{
	struct at_tls_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct zos_record *zos = packet->record->zos;
	if (!zos)
		return;
	state->clear += zos->clear_text;
	if (zos->confidential) {
		state->records++;
		state->packets += !packet->socket;
		state->bytes += packet->record->original_length;
		proof_add(&state->hidden, packet);
	}
	if (packet->socket && observation->session)
		observe_data(state, observation);
}

static void report_hidden(struct analysis_context *context, const struct at_tls_state *state)
{
	struct finding finding;
	finding_begin(&finding, &at_tls_hidden, NULL);
	finding.sub_kind = "confidential";
	finding.count = state->records;
	if (!state->hidden_sessions.total)
		finding.say = "AT-TLS encrypts packets: of {records|record|records} ({hidden}) the trace holds "
			      "the length and no data{clear}. Nothing in them is judged.";
	finding_count(&finding, "conversations", (double)state->hidden_sessions.total);
	finding_count(&finding, "records", (double)state->records);
	finding_count(&finding, "packets", (double)state->packets);
	finding_count(&finding, "clear_records", (double)state->clear);
	finding_number(&finding, "hidden", UNIT_BYTES, (double)state->bytes, FACT_SUM);
	if (state->clear)
		finding_words(&finding, "clear", ", while that of %llu more is shown in clear text",
			      (unsigned long long)state->clear);
	else
		finding_words(&finding, "clear", "%s", "");
	blame_nobody(&finding);
	finding_why(&finding, "z/OS marked these records as confidential AT-TLS data.");
	proof_give(&state->hidden, &finding, "its data is hidden");
	concerned_submit(&state->hidden_sessions, &finding, context->findings);
}

static void report_records(struct analysis_context *context, const struct at_tls_state *state)
{
	struct finding finding;
	finding_begin(&finding, &at_tls_hidden, NULL);
	finding.sub_kind = "tls-records";
	finding.merge_key = 1;
	finding.confidence = CONFIDENCE_POSSIBLE;
	finding.say = "{conversations|conversation of a data trace carries|conversations of a data trace carry} "
		      "TLS records: the data is encrypted, and only timing and handshake are judged.";
	finding.count = state->tls_sessions.total;
	finding_count(&finding, "conversations", (double)state->tls_sessions.total);
	blame_nobody(&finding);
	finding_why(&finding, "The first bytes on these sockets are the header of a TLS record.");
	finding_alternative(&finding, "the program speaks TLS by itself, so that AT-TLS cannot show its data", NULL);
	proof_give(&state->tls, &finding, "begins with a TLS record");
	concerned_submit(&state->tls_sessions, &finding, context->findings);
}

static void at_tls_finish(struct analysis_context *context)
{
	const struct at_tls_state *state = context->state;
	if (state->records)
		report_hidden(context, state);
	if (state->tls_sessions.total)
		report_records(context, state);
}

static void at_tls_destroy(struct analysis_context *context)
{
	struct at_tls_state *state = context->state;
	concerned_finish(&state->hidden_sessions);
	concerned_finish(&state->tls_sessions);
}

static const struct finding_kind *const kinds[] = { &at_tls_hidden, NULL };

const struct analyzer tls_at_tls_analyzer = {
	.name = "tls-at-tls",
	.kinds = kinds,
	.state_size = sizeof(struct at_tls_state),
	.wants = WANTS_DATA | WANTS_ODD,
	.observe = at_tls_observe,
	.finish = at_tls_finish,
	.destroy = at_tls_destroy,
};

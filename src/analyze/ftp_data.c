/* The second connection of FTP, which the first one announces: does it come, and what if not?
 * ftp/data-connection-missing, ftp/data-connection-refused, ftp/control-dies-after-port, ftp/nat-address,
 * ftp/transfer-aborted, ftp/control-idle-drop, ftp/tls-session-reuse.
 *
 * The session stage links a data connection to its control connection (session.parent). What is left is to
 * follow one transfer at a time: the announcement, the command, the connection, the reply. */
#include "analyze/ftp_data.h"

#include <string.h>

#include "analyze/cache.h"
#include "core/clock.h"

#define CONTROLS 1024            /* control connections followed at a time */

struct ftp_data_state {
	int64_t wait, idle;
	double repeats;
	struct cache controls;       /* session number (uint32_t) to struct ftp_control */
};

static const struct decoder *const hears[] = { &ftp_decoder, NULL };

static void data_begin(struct analysis_context *context)
{
	struct ftp_data_state *state = context->state;
	state->wait = setting_duration(context->settings, &ftp_data_missing, "wait");
	state->idle = setting_duration(context->settings, &ftp_control_idle_drop, "idle");
	state->repeats = setting(context->settings, &ftp_control_dies, "repeats");
	cache_init(&state->controls, CONTROLS, sizeof(uint32_t), sizeof(struct ftp_control));
}

static bool is_one_of(const char *verb, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(verb, *list) == 0)
			return true;
	return false;
}

static bool transfers(const char *verb)
{
	static const char *const list[] = { "RETR", "STOR", "STOU", "APPE", "LIST", "NLST", "MLSD", NULL };
	return is_one_of(verb, list);
}

static struct tcp_mark mark_of(const struct record *record)
{
	return (struct tcp_mark){ record->number, record->time };
}

/* What became of the data connection so far; who confirms something had its SYN answered. */
static void look_at_connection(struct ftp_transfer *transfer)
{
	const struct session *data = transfer->data;
	if (!data || !data->tcp)
		return;
	const struct tcp_side *opener = &data->tcp->side[data->client],
			      *listener = &data->tcp->side[session_server(data)];
	transfer->established |= data->tcp->handshake.complete || opener->data_segments ||
				 listener->data_segments || opener->acks;
	transfer->reset |= listener->rst_seen;
}

/* What is missing once nothing more can come of the transfer. `moved_on`: its client does something else. */
static void judge_transfer(struct analysis_context *context, const struct session *session,
			   struct ftp_control *control, int64_t now, bool moved_on)
{
	const struct ftp_data_state *state = context->state;
	struct ftp_transfer *transfer = &control->transfer;
	bool failed = transfer->code == 425 || control->dead;
	if (!transfer->announcement || transfer->judged)
		return;
	transfer->judged = true;
	look_at_connection(transfer);
	/* Nobody asked for a transfer, so nobody had to connect; unless the session died of the announcement, or a
	 * client in passive mode, which connects before it asks, did not get so far. */
	bool tried = transfer->connection && !transfer->established && transfer->announcer != session->client;
	bool astray = transfer->announcement == FTP_PASV && transfer->announcer != session->client &&
		      !address_equal(&transfer->target.address, &session->key.end[transfer->announcer].address);
	if (!transfer->command.packet && !control->dead && !tried && !astray)
		return;
	int64_t since = transfer->command.packet ? transfer->command.time : transfer->announced.time;
	bool left = session->tcp->side[session->client].fin_seen;
	bool given_up = !transfer->command.packet && ((astray && left) || (tried && (moved_on || left)));
	if (!failed && !given_up && (transfer->code || now - since < state->wait))
		return;
	if (!transfer->connection && !transfer->command.packet && !control->dead)
		;                                    /* only the address says why nobody connects */
	else if (!transfer->connection)
		ftp_report_missing(context, session, transfer, failed, now - since);
	else if (!transfer->established)
		ftp_report_refused(context, session, transfer);
	if (!transfer->established)
		ftp_report_address(context, session, transfer);
}

static void take_announcement(struct analysis_context *context, const struct observation *observation,
			      struct ftp_control *control, const struct session_message *message)
{
	const struct ftp_message *ftp = message->facts;
	const struct record *record = observation->packet->record;
	judge_transfer(context, observation->session, control, record->time, true);
	control->transfer = (struct ftp_transfer){ .announcement = ftp->announcement, .target = ftp->target,
		.announced = mark_of(record), .announcer = message->direction };
	if (ftp->target.address.family == ADDRESS_NONE)
		control->transfer.target.address = observation->session->key.end[message->direction].address;
	control->since_announcement = 0;
}

static void take_command(struct ftp_control *control, const struct ftp_message *ftp, const struct record *record)
{
	struct ftp_transfer *transfer = &control->transfer;
	if (strcmp(ftp->verb, "ABOR") == 0)
		control->aborted = true;
	if (!transfers(ftp->verb))
		return;
	control->aborted = false;
	/* Each transfer needs an announcement of its own. */
	if (transfer->command.packet)
		*transfer = (struct ftp_transfer){ 0 };
	transfer->command = mark_of(record);
	memcpy(transfer->verb, ftp->verb, sizeof transfer->verb);
	ftp_copy_words(transfer->file, sizeof transfer->file, ftp->text);
}

/* Servers that want the data connection's TLS session resumed say so in words. */
static bool wants_resumption(const struct ftp_message *ftp)
{
	return ftp->code == 522 || ((ftp->code == 425 || ftp->code == 450) &&
				    (strstr(ftp->text, "reuse") || strstr(ftp->text, "resum")));
}

static bool aborts(uint16_t code)
{
	return code == 426 || code == 451 || code == 452 || code == 551 || code == 552;
}

static void take_reply(struct analysis_context *context, const struct session *session,
		       struct ftp_control *control, const struct ftp_message *ftp, const struct record *record)
{
	struct ftp_transfer *transfer = &control->transfer;
	if (strcmp(ftp->verb, "PORT") == 0 || strcmp(ftp->verb, "EPRT") == 0)
		transfer->accepted = mark_of(record);
	if (!transfer->command.packet || strcmp(ftp->verb, transfer->verb) != 0 || !ftp->last)
		return;
	transfer->reply = mark_of(record);
	ftp_copy_words(transfer->text, sizeof transfer->text, ftp->text);
	if (ftp->code < 200) {
		transfer->started = true;
		return;
	}
	transfer->code = ftp->code;
	if (ftp->protects_data && wants_resumption(ftp))
		ftp_report_reuse(context, session, transfer);
	else if ((aborts(ftp->code) || ftp->code == 550) && transfer->started && !control->aborted)
		ftp_report_aborted(context, session, transfer);
	judge_transfer(context, session, control, record->time, false);
}

static void data_message(struct analysis_context *context, const struct observation *observation,
			 const struct session_message *message)
{
	struct ftp_data_state *state = context->state;
	const struct session *session = observation->session;
	const struct ftp_message *ftp = message->facts;
	if (ftp->garbage || !observation->packet || session->kind != SESSION_TCP)
		return;
	struct ftp_control *control = cache_enter(&state->controls, &session->number, NULL);
	const struct record *record = observation->packet->record;
	control->silence = record->time - control->last.time;
	control->last = mark_of(record);
	control->since_announcement++;
	if (ftp->announcement)
		take_announcement(context, observation, control, message);
	else if (ftp->reply)
		take_reply(context, session, control, ftp, record);
	else
		take_command(control, ftp, record);
}

/* The first packet of an announced connection, and the end of its handshake. */
static void follow_connection(struct ftp_data_state *state, const struct observation *observation)
{
	const struct session *session = observation->session;
	struct ftp_control *control = cache_find(&state->controls, &session->parent.number);
	if (!control || control->transfer.announced.packet != session->parent.packet)
		return;
	struct ftp_transfer *transfer = &control->transfer;
	if (observation->new_session) {
		transfer->connection = session->number;
		transfer->data = session;
		transfer->syn = mark_of(observation->packet->record);
	}
	if (transfer->data == session)
		look_at_connection(transfer);
}

static void forget_connection(struct ftp_data_state *state, const struct session *session)
{
	struct ftp_control *control = cache_find(&state->controls, &session->parent.number);
	if (!control || control->transfer.data != session)
		return;
	look_at_connection(&control->transfer);
	control->transfer.data = NULL;
}

/* A recovery of the control connection that time-outs made long and nothing ended. */
static void follow_recovery(struct analysis_context *context, const struct session *session,
			    struct ftp_control *control, const struct tcp_episode *episode)
{
	const struct ftp_data_state *state = context->state;
	const struct ftp_transfer *transfer = &control->transfer;
	if (episode->timeouts < state->repeats || episode->recovered || control->dead)
		return;
	/* What died is the announcement, its confirmation, or the command behind it. */
	bool after_announcement = transfer->announcement && episode->start_time >= transfer->announced.time &&
				  control->since_announcement <= 2 && !transfer->established;
	int64_t quiet = episode->start_time - transfer->command.time;
	if (after_announcement) {
		control->dead = true;
		ftp_report_death(context, session, transfer, episode);
	} else if (transfer->command.packet && control->silence >= state->idle && quiet >= state->idle) {
		control->dead = true;
		ftp_report_idle_drop(context, session, transfer, episode, control->silence);
	}
}

static void follow_events(struct analysis_context *context, const struct session *session,
			  const struct observation *observation)
{
	struct ftp_data_state *state = context->state;
	struct ftp_control *control = NULL;
	for (unsigned i = 0; i < observation->event_count; i++) {
		if (observation->events[i].type != EVENT_EPISODE)
			continue;
		if (!control)
			control = cache_find(&state->controls, &session->number);
		if (control)
			follow_recovery(context, session, control, observation->events[i].episode);
	}
}

static void data_observe(struct analysis_context *context, const struct observation *observation)
{
	const struct session *session = observation->session;
	if (!session || session->kind != SESSION_TCP)
		return;
	if (session->parent.decoder == &ftp_decoder)
		follow_connection(context->state, observation);
	else if (observation->event_count)
		follow_events(context, session, observation);
}

/* At the end of the trace there may still be an answer to come: not any more where one end has closed, and
 * hardly where it is long due. */
static bool may_still_come(const struct analysis_context *context, const struct session *session,
			   const struct ftp_control *control)
{
	const struct ftp_data_state *state = context->state;
	const struct tcp_side *side = session->tcp->side;
	return (session->quality & QUALITY_END) && !control->dead && !side[0].fin_seen && !side[1].fin_seen &&
	       context->trace->last_time - control->transfer.command.time < 2 * state->wait;
}

static void data_session_end(struct analysis_context *context, const struct session *session,
			     const struct observation *last)
{
	struct ftp_data_state *state = context->state;
	if (session->kind != SESSION_TCP || !state->controls.count)
		return;
	if (session->parent.decoder == &ftp_decoder)
		forget_connection(state, session);
	struct ftp_control *control = cache_find(&state->controls, &session->number);
	if (!control || !control->last.packet)
		return;
	follow_events(context, session, last);
	const struct ftp_transfer *transfer = &control->transfer;
	const struct tcp_side *server = &session->tcp->side[session_server(session)];
	const struct tcp_side *client = &session->tcp->side[session->client];
	bool client_left = client->fin_seen && client->fin_first_time < server->fin_first_time;
	if (transfer->started && !transfer->code && server->fin_seen && !client_left && !server->hole_acked_bytes &&
	    !control->dead)
		ftp_report_left(context, session, transfer);
	if (!may_still_come(context, session, control))
		judge_transfer(context, session, control, context->trace->last_time, false);
	*control = (struct ftp_control){ 0 };
}

static void data_destroy(struct analysis_context *context)
{
	struct ftp_data_state *state = context->state;
	cache_finish(&state->controls);
}

const struct analyzer ftp_data_analyzer = {
	.name = "ftp-data",
	.kinds = ftp_data_kinds,
	.state_size = sizeof(struct ftp_data_state),
	.wants = WANTS_NEW_SESSIONS | WANTS_EVENTS,
	.begin = data_begin,
	.observe = data_observe,
	.hears = hears,
	.message = data_message,
	.session_end = data_session_end,
	.destroy = data_destroy,
};

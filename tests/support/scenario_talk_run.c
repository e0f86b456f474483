/* The end of a talk block: the model runs, and what it sends becomes packets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "talk.h"

struct emission { struct compiler *c; struct talk *talk; };

static void syn_options(struct compiler *c, struct talk *talk, const struct model_packet *packet,
			struct tcp_shape *tcp)
{
	const struct model_script *script = &talk->script;
	const struct model_host *host = &script->host[packet->side],
				*peer = &script->host[packet->side ^ 1];
	bool answer = packet->side == 1;
	char text[64];
	snprintf(text, sizeof text, "mss %u", host->mss);
	tcp_options(c, text, NULL, packet->side, tcp);
	if (host->sack && (!answer || peer->sack))
		tcp_options(c, "sackok", NULL, packet->side, tcp);
	if (host->timestamps && (!answer || peer->timestamps))
		tcp_timestamp_option(packet->timestamp, packet->echo, tcp);
	if (host->window_scale >= 0 && (!answer || peer->window_scale >= 0)) {
		snprintf(text, sizeof text, "ws %d", host->window_scale);
		tcp_options(c, text, NULL, packet->side, tcp);
	}
}

static void data_options(struct talk *talk, const struct flow *flow,
			 const struct model_packet *packet, struct tcp_shape *tcp)
{
	const struct model_script *script = &talk->script;
	uint32_t isn = flow->end[packet->side ^ 1].isn;
	if (script->host[0].timestamps && script->host[1].timestamps && !(packet->flags & TCP_RST))
		tcp_timestamp_option(packet->timestamp, packet->echo, tcp);
	if (packet->sack_count == 0)
		return;
	uint8_t *to = tcp->options + tcp->option_length;
	memcpy(to, "\1\1\5", 3);
	to[3] = (uint8_t)(2 + 8 * packet->sack_count);
	for (unsigned i = 0; i < packet->sack_count; i++) {
		int64_t base = talk->base[packet->side ^ 1];
		wire_put32(to + 4 + 8 * i, isn + 1 + (uint32_t)(base + packet->sacks[i][0]));
		wire_put32(to + 8 + 8 * i, isn + 1 + (uint32_t)(base + packet->sacks[i][1]));
	}
	tcp->option_length += 4 + 8 * packet->sack_count;
}

static void take_payload(struct talk *talk, const struct model_packet *packet,
			 struct tcp_shape *tcp, uint8_t *probe)
{
	const struct text *content = &talk->content[packet->side];
	tcp->payload_length = packet->length;
	tcp->payload = (const uint8_t *)content->bytes + packet->sequence;
	if (packet->length == 1 && (uint64_t)packet->sequence >= content->length)
		tcp->payload = probe;
}

static void emit(void *user, const struct model_packet *packet)
{
	struct emission *emission = user;
	struct compiler *c = emission->c;
	struct talk *talk = emission->talk;
	const struct flow *flow = &c->flows[talk->flow];
	uint8_t probe = 0;
	struct shape shape;
	shape_begin(&shape);
	shape.unseen = !packet->recorded;
	shape.wrong_checksum = packet->damaged;
	if (packet->marked)
		shape.tos = 3;
	struct tcp_shape tcp = {
		.flags = packet->flags,
		.window = packet->window,
		.sequence =
			packet->sequence + (packet->flags & TCP_SYN ? 0 : talk->base[packet->side]),
		.acknowledgment = packet->acknowledgment + talk->base[packet->side ^ 1],
		.has_acknowledgment = (packet->flags & TCP_ACK) != 0
	};
	if (packet->flags & TCP_SYN)
		syn_options(c, talk, packet, &tcp);
	else
		data_options(talk, flow, packet, &tcp);
	if (packet->length)
		take_payload(talk, packet, &tcp, &probe);
	c->now = talk->start + packet->time;
	size_t index = tcp_emit(c, flow, packet->side, &tcp, &shape);
	if (c->words.failed)
		return;
	c->trace.packets[index].sent = talk->start + packet->sent;
	if (packet->recorded && c->now > talk->last_time)
		talk->last_time = c->now;
}

/* What single lines that follow may build on. */
static void remember(struct compiler *c, struct talk *talk)
{
	struct flow *flow = &c->flows[talk->flow];
	const struct model_script *script = &talk->script;
	bool closed[2] = { false, false };
	for (size_t i = 0; i < script->step_count; i++)
		if (script->steps[i].kind == STEP_CLOSE)
			closed[script->steps[i].side] = true;
	for (unsigned side = 0; side < 2; side++) {
		struct flow_end *end = &flow->end[side];
		stream_write(end, talk->base[side],
			     talk->content[side].bytes ? talk->content[side].bytes : "",
			     talk->content[side].length);
		end->next = talk->base[side] + (int64_t)talk->content[side].length + closed[side];
		flow->end[side ^ 1].expected = end->next;
		const struct host *host = &c->hosts[end->host];
		flow->end[side ^ 1].last_timestamp = timestamp_clock(host, talk->last_time);
		int scale = script->host[side].window_scale;
		uint32_t window = script->host[side].buffer >> (scale > 0 ? scale : 0);
		end->window = window < 65535 ? window : 65535;
	}
	flow->timestamps = script->host[0].timestamps && script->host[1].timestamps;
}

void talk_run(struct compiler *c)
{
	struct talk *talk = c->talk;
	struct emission emission = { c, talk };
	c->talk = NULL;
	for (unsigned side = 0; side < 2; side++)
		talk->script.host[side].clock = timestamp_clock(
			&c->hosts[c->flows[talk->flow].end[side].host], talk->start);
	if (!c->words.failed) {
		model_run(&talk->script, emit, &emission);
		remember(c, talk);
		c->now = talk->last_time;
	}
	free(talk->script.steps);
	text_finish(&talk->content[0]);
	text_finish(&talk->content[1]);
	free(talk);
}

/* SSH, RFC 4253, as far as it can be read: the line with which both introduce themselves, and packets until the keys
 * are taken into use. Of the first ones behind that only the size is told, the rest is skipped. */
#include "decode/ssh.h"

#include "decode/lines.h"

#define PORT_SSH 22
#define LINE_LIMIT 1024          /* bytes; 4.2 allows 255, and longer lines before it */
#define PACKET_LIMIT 35000       /* 6.1 */
#define HIDDEN_TOLD 64           /* in each direction: a log-in lies among the first */

enum { DISCONNECT = 1, KEXINIT = 20, NEWKEYS = 21, KEX_FIRST = 30, KEX_LAST = 34 };

struct ssh_state {               /* by from_client */
	bool introduced[2], hidden[2];
	uint8_t told[2];             /* of what is hidden */
};

/* RFC 4250, 4.1. What 30 to 34 are depends on the key exchange; 31 is always the server's. */
static const struct field_name codes[] = { { DISCONNECT, "Disconnect" }, { 2, "Ignore" }, { 3, "Unimplemented" },
	{ 4, "Debug" }, { 5, "Service Request" }, { 6, "Service Accept" }, { 7, "Extension Information" },
	{ KEXINIT, "Key Exchange Init" }, { NEWKEYS, "New Keys" }, { 30, "Key Exchange: client's part" },
	{ 31, "Key Exchange: server's part" }, { 32, "Group Exchange: client's part" },
	{ 33, "Group Exchange: server's part" }, { 34, "Group Exchange Request" }, { 0, NULL } };

static struct next decode_ssh(struct cursor *in, struct packet *packet, void *facts)
{
	struct ssh_message *ssh = facts;
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	struct ssh_state *state = stream->state;
	ssh->from_client = stream->from_client;
	if (state->hidden[stream->from_client]) {
		ssh->kind = SSH_HIDDEN;
		ssh->length = (uint32_t)in->captured;
		state->told[stream->from_client]++;
		cursor_rest(in);
		return next_none();
	}
	if (state->introduced[stream->from_client]) {
		ssh->kind = SSH_PACKET;
		cursor_skip(in, 5);      /* lengths of packet and padding */
		ssh->code = cursor_u8(in);
		state->hidden[stream->from_client] = ssh->code == NEWKEYS;
		cursor_rest(in);
		return next_none();
	}
	ssh->kind = line_starts(*in, "SSH-") ? SSH_BANNER : SSH_LINE;
	if (ssh->kind == SSH_BANNER) {
		state->introduced[stream->from_client] = true;
		/* Version 1 has packets of another kind. */
		state->hidden[stream->from_client] = !line_starts(*in, "SSH-2.") && !line_starts(*in, "SSH-1.99");
	}
	ssh->text_length = (uint8_t)line_keep(line_text(*in), ssh->text, SSH_BANNER_TEXT);
	cursor_rest(in);
	return next_none();
}

static enum certainty probe_ssh(const struct stream *stream, struct cursor in)
{
	const struct ssh_state *state = stream->state;
	if (state && state->introduced[stream->from_client])
		return CERTAINTY_LIKELY;
	if (in.captured < 6)
		return line_starts(cursor_make("SSH-2.", 6, 6), "SSH") && in.captured && *in.next == 'S'
			       ? CERTAINTY_MORE : CERTAINTY_NO;
	if (!line_starts(in, "SSH-1.") && !line_starts(in, "SSH-2."))
		return CERTAINTY_NO;
	return line_printable(line_text(in)) ? CERTAINTY_CERTAIN : CERTAINTY_PERHAPS;
}

static struct frame frame_ssh(struct stream *stream, struct cursor in)
{
	struct ssh_state *state = stream->state;
	if (!in.captured)
		return frame_more();
	if (state->hidden[stream->from_client]) {
		bool tell = state->told[stream->from_client] < HIDDEN_TOLD && in.captured <= PACKET_LIMIT;
		return tell ? frame_message(in.captured) : frame_skip(in.captured);
	}
	if (!state->introduced[stream->from_client])
		return frame_line(stream, in, LINE_LIMIT);
	if (in.captured < 4)
		return frame_more();
	uint32_t length = load_be32(in.next);
	return length >= 2 && length <= PACKET_LIMIT ? frame_message((uint64_t)length + 4) : frame_lost();
}

/* Whether keys were taken into use in what is missing, nobody knows. */
static void lose_ssh(struct stream *stream)
{
	struct ssh_state *state = stream->state;
	state->hidden[stream->from_client] = state->introduced[stream->from_client];
	state->told[stream->from_client] = HIDDEN_TOLD;
}

static void say_ssh(struct text *to, const void *facts)
{
	const struct ssh_message *ssh = facts;
	const char *code = field_words(codes, ssh->code);
	if (ssh->kind == SSH_BANNER) {
		text_add(to, "ssh : ");
		text_add_printable(to, ssh->text, ssh->text_length);
	} else if (ssh->kind == SSH_PACKET && code) {
		text_addf(to, "ssh : %s", code);
	} else if (ssh->kind == SSH_PACKET) {
		text_addf(to, "ssh : message %u", ssh->code);
	}
}

/* The parts of a key exchange: what the server needs to work one out. */
static void mark_ssh(const void *facts, struct exchange_mark *mark)
{
	const struct ssh_message *ssh = facts;
	if (ssh->kind != SSH_PACKET || ssh->code < KEX_FIRST || ssh->code > KEX_LAST)
		return;
	mark->role = ssh->from_client ? EXCHANGE_REQUEST : EXCHANGE_RESPONSE;
}

enum { NAME_LISTS = 10 };
enum { PROTOCOL, PACKET_LENGTH, PADDING_LENGTH, CODE, COOKIE, LISTS, GUESS = LISTS + 2 * NAME_LISTS,
	RESERVED, PADDING };

/* Two fields. */
#define LIST(name) { "ssh." name, name " string", FIELD_TEXT }, { "ssh." name "_length", name " length", FIELD_UINT }

static const struct field fields[] = {
	[PROTOCOL] = { "ssh.protocol", "Protocol", FIELD_TEXT },
	[PACKET_LENGTH] = { "ssh.packet_length", "Packet Length", FIELD_UINT },
	[PADDING_LENGTH] = { "ssh.padding_length", "Padding Length", FIELD_UINT },
	[CODE] = { "ssh.message_code", "Message Code", FIELD_UINT, .names = codes },
	[COOKIE] = { "ssh.cookie", "Cookie", FIELD_BYTES },
	[LISTS] = LIST("kex_algorithms"),
	LIST("server_host_key_algorithms"),
	LIST("encryption_algorithms_client_to_server"),
	LIST("encryption_algorithms_server_to_client"),
	LIST("mac_algorithms_client_to_server"),
	LIST("mac_algorithms_server_to_client"),
	LIST("compression_algorithms_client_to_server"),
	LIST("compression_algorithms_server_to_client"),
	LIST("languages_client_to_server"),
	LIST("languages_server_to_client"),
	[GUESS] = { "ssh.first_kex_packet_follows", "First KEX Packet Follows", FIELD_UINT },
	[RESERVED] = { "ssh.kex.reserved", "Reserved", FIELD_BYTES },
	[PADDING] = { "ssh.padding_string", "Padding String", FIELD_BYTES },
	{ NULL },
};

/* 7.1: what the sender can do, the best first. */
static void tell_lists(struct teller *teller, struct cursor *in)
{
	tell_bytes(teller, &fields[COOKIE], in, 16);
	for (int i = LISTS; i < GUESS; i += 2) {
		uint32_t length = tell_be32(teller, &fields[i + 1], in);
		if (length)
			tell_bytes(teller, &fields[i], in, length);
	}
	tell_u8(teller, &fields[GUESS], in);
	tell_bytes(teller, &fields[RESERVED], in, 4);
}

static void tell_ssh(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct ssh_message *ssh = facts;
	(void)packet;
	if (ssh->kind == SSH_HIDDEN)
		return;
	if (ssh->kind != SSH_PACKET) {
		line_tell(teller, &fields[PROTOCOL], line_text(in), false);
		return;
	}
	uint32_t length = tell_be32(teller, &fields[PACKET_LENGTH], &in);
	uint8_t padding = tell_u8(teller, &fields[PADDING_LENGTH], &in);
	if (!cursor_ok(&in) || length < padding + 1u)
		return;
	struct cursor body = cursor_split(&in, length - padding - 1u);
	tell_u8(teller, &fields[CODE], &body);
	if (ssh->code == KEXINIT)
		tell_lists(teller, &body);
	if (cursor_ok(&in) && padding)
		tell_bytes(teller, &fields[PADDING], &in, padding);
}

static const struct streaming ssh_streaming = {
	.state_size = sizeof(struct ssh_state),
	.anywhere = true,
	.probe = probe_ssh,
	.frame = frame_ssh,
	.lost = lose_ssh,
};

const struct decoder ssh_decoder = {
	.name = "ssh",
	.protocol = "SSH",
	.title = "SSH Protocol",
	.bindings = { { BY_TCP_PORT, PORT_SSH } },
	.facts_size = sizeof(struct ssh_message),
	.decode = decode_ssh,
	.stream = &ssh_streaming,
	.words = say_ssh,
	.exchange = mark_ssh,
	.fields = fields,
	.tell = tell_ssh,
};

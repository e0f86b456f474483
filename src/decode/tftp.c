/* Trivial File Transfer Protocol, RFC 1350 and RFC 2347. Only the first packet goes to port 69: the server answers
 * from a port of its own to the port that the request came from. */
#include <string.h>

#include "decode/decoder.h"

enum { READ = 1, WRITE, DATA_PACKET, ACKNOWLEDGE, ERROR_PACKET, OPTIONS };

struct tftp_message {
	uint16_t opcode, block, error;
	uint16_t port;               /* of the sender */
	char file[64];               /* printable; of requests */
	char text[64];               /* of errors */
};

enum { OPCODE, SOURCE_FILE, DESTINATION_FILE, MODE, BLOCK, ERROR_CODE, ERROR_TEXT, OPTION_NAME, OPTION_VALUE, DATA,
	FIELDS };

static const struct field_name opcodes[] = { { READ, "Read Request" }, { WRITE, "Write Request" },
	{ DATA_PACKET, "Data Packet" }, { ACKNOWLEDGE, "Acknowledgement" }, { ERROR_PACKET, "Error Code" },
	{ OPTIONS, "Option Acknowledgement" }, { 0, NULL } };
static const struct field_name errors[] = { { 0, "Not defined" }, { 1, "File not found" }, { 2, "Access violation" },
	{ 3, "Disk full or allocation exceeded" }, { 4, "Illegal TFTP Operation" }, { 5, "Unknown transfer ID" },
	{ 6, "File already exists" }, { 7, "No such user" }, { 8, "Option negotiation failed" }, { 0, NULL } };

static const struct field fields[FIELDS + 1] = {
	[OPCODE] = { "tftp.opcode", "Opcode", FIELD_UINT, .width = 2, .names = opcodes },
	[SOURCE_FILE] = { "tftp.source_file", "Source File", FIELD_TEXT },
	[DESTINATION_FILE] = { "tftp.destination_file", "Destination File", FIELD_TEXT },
	[MODE] = { "tftp.type", "Type", FIELD_TEXT },
	[BLOCK] = { "tftp.block", "Block", FIELD_UINT, .width = 2 },
	[ERROR_CODE] = { "tftp.error.code", "Error code", FIELD_UINT, .width = 2, .names = errors },
	[ERROR_TEXT] = { "tftp.error.message", "Error message", FIELD_TEXT },
	[OPTION_NAME] = { "tftp.option.name", "Option name", FIELD_TEXT },
	[OPTION_VALUE] = { "tftp.option.value", "Option value", FIELD_TEXT },
	[DATA] = { "tftp.data", "Data", FIELD_BYTES },
};

static struct next decode_tftp(struct cursor *in, struct packet *packet, void *facts)
{
	struct tftp_message *tftp = facts;
	struct cursor message = *in;
	tftp->port = packet->udp ? packet->udp->source_port : 0;
	tftp->opcode = cursor_be16(in);
	switch (tftp->opcode) {
	case READ:
	case WRITE:
		cursor_words(cursor_string(in), tftp->file, sizeof tftp->file);
		break;
	case DATA_PACKET:
	case ACKNOWLEDGE:
		tftp->block = cursor_be16(in);
		break;
	case ERROR_PACKET:
		tftp->error = cursor_be16(in);
		cursor_words(cursor_string(in), tftp->text, sizeof tftp->text);
		break;
	case OPTIONS:
		break;
	default:
		cursor_reject(in, "no TFTP operation");
	}
	if (cursor_ok(in))
		cursor_rest(in);
	return next_payload(message);
}

static void add_words(struct text *to, const void *facts)
{
	const struct tftp_message *tftp = facts;
	const char *words = field_words(opcodes, tftp->opcode);
	text_addf(to, "tftp : %s", words ? words : "unknown");
	if (*tftp->file)
		text_addf(to, " %s", tftp->file);
	if (tftp->opcode == DATA_PACKET || tftp->opcode == ACKNOWLEDGE)
		text_addf(to, " %u", tftp->block);
	if (tftp->opcode == ERROR_PACKET)
		text_addf(to, " %u %s", tftp->error, tftp->text);
}

static unsigned announce(const void *facts, struct endpoint to[static DECODER_MAX_ANNOUNCED])
{
	const struct tftp_message *tftp = facts;
	if ((tftp->opcode != READ && tftp->opcode != WRITE) || !tftp->port)
		return 0;
	to[0] = (struct endpoint){ .port = tftp->port };
	return 1;
}

static void tell_string(struct teller *teller, unsigned field, struct cursor *in)
{
	struct cursor text = cursor_string(in);
	tell_text(teller, &fields[field], text.next, text.captured, (const char *)text.next, text.captured);
}

static void tell_tftp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct tftp_message *tftp = facts;
	(void)packet;
	tell_be16(teller, &fields[OPCODE], &in);
	if (tftp->opcode == READ || tftp->opcode == WRITE) {
		tell_string(teller, tftp->opcode == READ ? SOURCE_FILE : DESTINATION_FILE, &in);
		tell_string(teller, MODE, &in);
	} else if (tftp->opcode == DATA_PACKET || tftp->opcode == ACKNOWLEDGE) {
		tell_be16(teller, &fields[BLOCK], &in);
		if (cursor_more(&in))
			tell_bytes(teller, &fields[DATA], &in, in.declared);
		return;
	} else if (tftp->opcode == ERROR_PACKET) {
		tell_be16(teller, &fields[ERROR_CODE], &in);
		tell_string(teller, ERROR_TEXT, &in);
		return;
	}
	while (cursor_more(&in) && in.captured) {
		tell_string(teller, OPTION_NAME, &in);
		tell_string(teller, OPTION_VALUE, &in);
	}
}

const struct decoder tftp_decoder = {
	.name = "tftp",
	.protocol = "TFTP",
	.title = "Trivial File Transfer Protocol",
	.bindings = { { BY_UDP_PORT, 69 } },
	.facts_size = sizeof(struct tftp_message),
	.decode = decode_tftp,
	.words = add_words,
	.announce = announce,
	.announces = "tftp",
	.fields = fields,
	.tell = tell_tftp,
};

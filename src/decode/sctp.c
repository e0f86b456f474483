/* Stream Control Transmission Protocol, RFC 9260: the common header and what kinds of chunks
 * follow. */
#include "decode/decoder.h"
#include "decode/ip.h"
#include "decode/tells.h"

#define CHUNK_HEADER_LENGTH 4

static void count_chunks(struct cursor in, struct sctp_header *sctp)
{
	while (cursor_more(&in)) {
		uint8_t type = cursor_u8(&in);
		cursor_skip(&in, 1);
		size_t length = cursor_be16(&in);
		if (!cursor_ok(&in) || length < CHUNK_HEADER_LENGTH)
			return;
		if (sctp->chunk_count++ == 0)
			sctp->first_chunk_type = type;
		cursor_skip(&in, length - CHUNK_HEADER_LENGTH);
		size_t padding = -length & 3;
		cursor_skip(&in, padding < in.declared ? padding : in.declared);
	}
}

static struct next decode_sctp(struct cursor *in, struct packet *packet, void *facts)
{
	struct sctp_header *sctp = facts;
	sctp->source_port = cursor_be16(in);
	sctp->destination_port = cursor_be16(in);
	sctp->verification_tag = cursor_be32(in);
	sctp->checksum = cursor_be32(in);
	if (!cursor_ok(in))
		return next_none();
	count_chunks(*in, sctp);
	packet->sctp = sctp;
	return next_payload(cursor_rest(in));
}

const struct decoder sctp_decoder = {
	.name = "sctp",
	.protocol = "SCTP",
	.title = "Stream Control Transmission Protocol",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_SCTP } },
	.facts_size = sizeof(struct sctp_header),
	.decode = decode_sctp,
	.fields = sctp_fields,
	.tell = sctp_tell,
};

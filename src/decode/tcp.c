/* Transmission Control Protocol, RFC 9293, with the options that hosts send in practice. */
#include <arpa/inet.h>

#include "core/checksum.h"
#include "decode/decoder.h"
#include "decode/ip.h"
#include "decode/tells.h"
#include "decode/verify.h"

#define HEADER_LENGTH 20
#define FNV_PRIME 16777619u  /* http://www.isthe.com/chongo/tech/comp/fnv */
#define FNV_BASIS 2166136261u

/* https://www.iana.org/assignments/tcp-parameters */
enum {
	KIND_END = 0, KIND_NO_OPERATION = 1, KIND_MSS = 2, KIND_WINDOW_SCALE = 3, KIND_SACK_PERMITTED = 4,
	KIND_SACK = 5, KIND_TIMESTAMPS = 8, KIND_MD5 = 19, KIND_USER_TIMEOUT = 28, KIND_AO = 29,
	KIND_MPTCP = 30, KIND_FAST_OPEN = 34, KIND_EXPERIMENT_1 = 253, KIND_EXPERIMENT_2 = 254,
};
#define EXPERIMENT_FAST_OPEN 0xf989  /* RFC 7413, appendix A */

static void read_sack(struct cursor *option, struct tcp_header *tcp)
{
	while (cursor_more(option) && tcp->sack_count < TCP_MAX_SACK_BLOCKS) {
		uint32_t left = cursor_be32(option);
		uint32_t right = cursor_be32(option);
		if (!cursor_ok(option))
			return;
		tcp->sack[tcp->sack_count][0] = left;
		tcp->sack[tcp->sack_count][1] = right;
		tcp->sack_count++;
	}
}

/* Reads the value of an option and returns its bit in tcp_header.options. */
static uint16_t read_option(uint8_t kind, struct cursor *option, struct tcp_header *tcp)
{
	switch (kind) {
	case KIND_MSS:
		tcp->maximum_segment_size = cursor_be16(option);
		return TCP_OPTION_MSS;
	case KIND_WINDOW_SCALE:
		tcp->window_scale = cursor_u8(option);
		return TCP_OPTION_WINDOW_SCALE;
	case KIND_SACK_PERMITTED:
		return TCP_OPTION_SACK_PERMITTED;
	case KIND_SACK:
		read_sack(option, tcp);
		return TCP_OPTION_SACK;
	case KIND_TIMESTAMPS:
		tcp->timestamp_value = cursor_be32(option);
		tcp->timestamp_echo = cursor_be32(option);
		return TCP_OPTION_TIMESTAMPS;
	case KIND_MD5:
		return TCP_OPTION_MD5;
	case KIND_USER_TIMEOUT:
		return TCP_OPTION_USER_TIMEOUT;
	case KIND_AO:
		return TCP_OPTION_AO;
	case KIND_MPTCP:
		tcp->mptcp_subtype = cursor_u8(option) >> 4;
		return TCP_OPTION_MPTCP;
	case KIND_FAST_OPEN:
		return TCP_OPTION_FAST_OPEN;
	case KIND_EXPERIMENT_1:
	case KIND_EXPERIMENT_2:
		return cursor_be16(option) == EXPERIMENT_FAST_OPEN ? TCP_OPTION_FAST_OPEN
								   : TCP_OPTION_OTHER;
	default:
		return TCP_OPTION_OTHER;
	}
}

#define TIMESTAMPS_ALONE 12        /* bytes of NOP, NOP, timestamps: RFC 7323, appendix A */

/* Nearly every segment between SYN and FIN carries either no options or just these. */
static bool only_timestamps(const struct cursor *options, struct tcp_header *tcp)
{
	static const uint8_t start[] = { KIND_NO_OPERATION, KIND_NO_OPERATION, KIND_TIMESTAMPS, 10 };
	const uint8_t *bytes = options->next;
	if (options->declared != TIMESTAMPS_ALONE || options->captured != TIMESTAMPS_ALONE ||
	    memcmp(bytes, start, sizeof start) != 0)
		return false;
	tcp->options = TCP_OPTION_TIMESTAMPS;
	tcp->nop_run = 2;
	tcp->timestamp_value = load_be32(bytes + 4);
	tcp->timestamp_echo = load_be32(bytes + 8);
	tcp->options_hash = FNV_BASIS;
	for (int i = 0; i < 3; i++)
		tcp->options_hash = (tcp->options_hash ^ start[i]) * FNV_PRIME;
	return true;
}

/* Bad options end the list but not the segment: hosts skip them too. */
static void read_options(struct cursor *options, struct tcp_header *tcp)
{
	if (only_timestamps(options, tcp))
		return;
	uint8_t nop_run = 0;
	tcp->options_hash = FNV_BASIS;
	while (cursor_more(options)) {
		uint8_t kind = cursor_u8(options);
		tcp->options_hash = (tcp->options_hash ^ kind) * FNV_PRIME;
		if (kind == KIND_END)
			break;
		nop_run = kind == KIND_NO_OPERATION ? (uint8_t)(nop_run + 1) : 0;
		if (nop_run > tcp->nop_run)
			tcp->nop_run = nop_run;
		if (kind == KIND_NO_OPERATION)
			continue;
		uint8_t length = cursor_u8(options);
		if (length < 2 && cursor_ok(options))
			cursor_reject(options, "a TCP option is shorter than its own length");
		struct cursor option = cursor_split(options, length - 2u);
		uint16_t bit = read_option(kind, &option, tcp);
		if (cursor_ok(&option))
			tcp->options |= bit;
		else
			cursor_fail(options, option.status, option.reason);
	}
	tcp->options_malformed = options->status == CURSOR_MALFORMED;
	tcp->options_truncated = options->status == CURSOR_TRUNCATED;
}

static struct next decode_tcp(struct cursor *in, struct packet *packet, void *facts)
{
	struct tcp_header *tcp = facts;
	struct cursor segment = *in;
	tcp->source_port = cursor_be16(in);
	tcp->destination_port = cursor_be16(in);
	tcp->sequence_number = cursor_be32(in);
	tcp->acknowledgment_number = cursor_be32(in);
	uint16_t offset_and_flags = cursor_be16(in);
	tcp->window = cursor_be16(in);
	tcp->checksum = cursor_be16(in);
	tcp->urgent_pointer = cursor_be16(in);
	tcp->header_length = (uint8_t)((offset_and_flags >> 12) * 4);
	tcp->flags = offset_and_flags & 0x1ff;
	if (cursor_ok(in) && tcp->header_length < HEADER_LENGTH)
		cursor_reject(in, "the TCP data offset is shorter than the shortest header");
	struct cursor options = cursor_split(in, (size_t)tcp->header_length - HEADER_LENGTH);
	if (!cursor_ok(in))
		return next_none();
	read_options(&options, tcp);
	tcp->payload_length = (uint32_t)in->declared;
	tcp->checksum_state = verify_segment(packet, IP_PROTOCOL_TCP, segment, tcp->checksum,
					     &tcp->checksum_expected);
	/* Pseudo-header, header and payload of a good segment add up to zero, and the addresses do
	 * not change: so the sum of the rest stands for that of the payload. */
	if (tcp->payload_length && tcp->checksum_state == CHECKSUM_GOOD)
		tcp->payload_sum = checksum_fold(checksum_add(htons(tcp->header_length),
							      segment.next, tcp->header_length));
	packet->tcp = tcp;
	if (options.status == CURSOR_TRUNCATED) {
		cursor_fail(in, options.status, options.reason);
		return next_none();
	}
	/* What the data means takes the whole stream to know: see decoder.h, `frame`. */
	return next_payload(cursor_rest(in));
}

const struct decoder tcp_decoder = {
	.name = "tcp",
	.protocol = "TCP",
	.title = "Transmission Control Protocol",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_TCP } },
	.facts_size = sizeof(struct tcp_header),
	.decode = decode_tcp,
	.fields = tcp_fields,
	.tell = tcp_tell,
};

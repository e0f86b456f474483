/* Internet Control Message Protocol, RFC 792, with the next-hop MTU of RFC 1191. */
#include "decode/decoder.h"
#include "decode/ip.h"
#include "decode/quote.h"
#include "decode/tells.h"
#include "decode/verify.h"

enum {
	ECHO_REPLY = 0, DESTINATION_UNREACHABLE = 3, SOURCE_QUENCH = 4, REDIRECT = 5, ECHO_REQUEST = 8,
	TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12, TIMESTAMP_REQUEST = 13, TIMESTAMP_REPLY = 14,
	INFORMATION_REQUEST = 15, INFORMATION_REPLY = 16, MASK_REQUEST = 17, MASK_REPLY = 18,
	EXTENDED_ECHO_REQUEST = 42, EXTENDED_ECHO_REPLY = 43, ECHO_REQUEST_6 = 128, ECHO_REPLY_6 = 129,
};
#define FRAGMENTATION_NEEDED 4

/* The second four bytes, whose meaning depends on the type. */
static void read_second_word(struct cursor *in, struct icmp_header *icmp)
{
	uint8_t word[4];
	cursor_bytes(in, word, sizeof word);
	switch (icmp->type) {
	case DESTINATION_UNREACHABLE:
		if (icmp->code == FRAGMENTATION_NEEDED)
			icmp->mtu = load_be16(word + 2);
		icmp->is_error = true;
		break;
	case REDIRECT:
		icmp->gateway = address_ipv4(word);
		icmp->is_error = true;
		break;
	case SOURCE_QUENCH:
	case TIME_EXCEEDED:
	case PARAMETER_PROBLEM:
		icmp->is_error = true;
		break;
	case ECHO_REPLY:
	case ECHO_REQUEST:
	case TIMESTAMP_REQUEST:
	case TIMESTAMP_REPLY:
	case INFORMATION_REQUEST:
	case INFORMATION_REPLY:
	case MASK_REQUEST:
	case MASK_REPLY:
		icmp->identifier = load_be16(word);
		icmp->sequence = load_be16(word + 2);
		break;
	case EXTENDED_ECHO_REQUEST: /* RFC 8335: the sequence number has one byte */
	case EXTENDED_ECHO_REPLY:
		icmp->identifier = load_be16(word);
		icmp->sequence = word[2];
		break;
	default:
		break;
	}
}

static struct next decode_icmp(struct cursor *in, struct packet *packet, void *facts)
{
	struct icmp_header *icmp = facts;
	struct cursor message = *in;
	icmp->version = 4;
	icmp->type = cursor_u8(in);
	icmp->code = cursor_u8(in);
	icmp->checksum = cursor_be16(in);
	if (!cursor_ok(in))
		return next_none();
	icmp->checksum_state = verify_bytes(packet, message, icmp->checksum, &icmp->checksum_expected);
	packet->icmp = icmp;
	read_second_word(in, icmp);
	if (!cursor_ok(in))
		return next_none();
	icmp->payload_length = (uint32_t)in->declared;
	if (icmp->is_error)
		icmp->quote = quote_read(*in);
	return next_payload(cursor_rest(in));
}

/* An echo asks for its like; the session is known by the identifier. */
void icmp_exchange(const void *facts, struct exchange_mark *mark)
{
	const struct icmp_header *icmp = facts;
	bool six = icmp->version == 6;
	if (icmp->type == (six ? ECHO_REQUEST_6 : ECHO_REQUEST))
		mark->role = EXCHANGE_REQUEST;
	else if (icmp->type == (six ? ECHO_REPLY_6 : ECHO_REPLY))
		mark->role = EXCHANGE_RESPONSE;
	mark->id = 1 + (uint64_t)icmp->sequence;     /* 0 would mean in order */
}

const struct decoder icmp_decoder = {
	.name = "icmp",
	.protocol = "ICMP",
	.title = "Internet Control Message Protocol",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_ICMP } },
	.facts_size = sizeof(struct icmp_header),
	.decode = decode_icmp,
	.exchange = icmp_exchange,
	.fields = icmp_fields,
	.tell = icmp_tell,
};

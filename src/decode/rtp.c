#include "decode/rtp.h"

enum { HEADER_LENGTH = 12, FIRST_DYNAMIC = 96, LAST_STATIC = 34, ENOUGH = 4, MAX_STEP = 1 << 20 };

/* RFC 3551, 6. */
static const struct payload { uint8_t type; uint32_t rate; const char *name; } payloads[] = {
	{ 0, 8000, "PCMU" }, { 3, 8000, "GSM" }, { 4, 8000, "G.723" }, { 5, 8000, "DVI4" }, { 6, 16000, "DVI4" },
	{ 7, 8000, "LPC" }, { 8, 8000, "PCMA" }, { 9, 8000, "G.722" }, { 10, 44100, "L16 stereo" },
	{ 11, 44100, "L16" }, { 12, 8000, "QCELP" }, { 13, 8000, "comfort noise" }, { 14, 90000, "MPEG audio" },
	{ 15, 8000, "G.728" }, { 16, 11025, "DVI4" }, { 17, 22050, "DVI4" }, { 18, 8000, "G.729" },
	{ 25, 90000, "CelB" }, { 26, 90000, "JPEG" }, { 28, 90000, "nv" }, { 31, 90000, "H.261" },
	{ 32, 90000, "MPEG video" }, { 33, 90000, "MPEG-2 transport stream" }, { 34, 90000, "H.263" },
};

static const struct payload *payload_of(uint8_t type)
{
	for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++)
		if (payloads[i].type == type)
			return &payloads[i];
	return NULL;
}

uint32_t rtp_clock_rate(uint8_t payload_type)
{
	const struct payload *payload = payload_of(payload_type);
	return payload ? payload->rate : 0;
}

static struct next decode_rtp(struct cursor *in, struct packet *packet, void *facts)
{
	struct rtp_header *rtp = facts;
	(void)packet;
	uint8_t first = cursor_u8(in), second = cursor_u8(in);
	rtp->marker = second >> 7;
	rtp->payload_type = second & 0x7f;
	rtp->sequence = cursor_be16(in);
	rtp->timestamp = cursor_be32(in);
	rtp->source = cursor_be32(in);
	if (cursor_ok(in) && first >> 6 != 2)
		cursor_reject(in, "RTP of a version that there is not");
	cursor_skip(in, (first & 15) * 4u);      /* contributing sources */
	if (first & 0x10) {
		cursor_skip(in, 2);
		cursor_skip(in, cursor_be16(in) * 4u);
	}
	rtp->payload_length = (uint32_t)in->declared;
	return next_payload(cursor_rest(in));
}

/* Nothing in one packet proves that it is RTP. Several of one source and kind, whose numbers go up one by one and whose
 * timestamps do not fall, do. memory[0]: source, payload type and number of the last; [1]: its timestamp, and how
 * many have fit. */
static enum certainty recognise_rtp(uint64_t memory[2], struct cursor in)
{
	if (in.captured < HEADER_LENGTH || in.next[0] >> 6 != 2)
		return CERTAINTY_NO;
	uint8_t type = in.next[1] & 0x7f;
	uint32_t source = load_be32(in.next + 8), stamp = load_be32(in.next + 4);
	uint16_t sequence = load_be16(in.next + 2);
	if ((type > LAST_STATIC && type < FIRST_DYNAMIC) || !source)
		return CERTAINTY_NO;
	uint64_t now = (uint64_t)source << 32 | (uint64_t)type << 16 | sequence;
	uint32_t fit = (uint32_t)(memory[1] >> 32);
	bool goes_on = fit && memory[0] >> 16 == now >> 16 && (uint16_t)(memory[0] + 1) == sequence &&
		       stamp - (uint32_t)memory[1] < MAX_STEP;
	fit = goes_on ? fit + (fit < ENOUGH) : 1;
	memory[0] = now;
	memory[1] = (uint64_t)fit << 32 | stamp;
	return fit >= ENOUGH ? CERTAINTY_CERTAIN : CERTAINTY_MORE;
}

static void say_rtp(struct text *to, const void *facts)
{
	const struct rtp_header *rtp = facts;
	const struct payload *payload = payload_of(rtp->payload_type);
	if (payload)
		text_addf(to, "rtp : %s", payload->name);
	else
		text_addf(to, "rtp : payload type %u", rtp->payload_type);
	text_addf(to, " %u", rtp->sequence);
}

enum { VERSION, PADDING, EXTENSION, COUNT, MARKER, TYPE, SEQUENCE, TIMESTAMP, SOURCE, CONTRIBUTOR, PROFILE,
	EXTENSION_LENGTH, PAYLOAD };

static const struct field fields[] = {
	[VERSION] = { "rtp.version", "Version", FIELD_UINT, .width = 1, .mask = 0xc0 },
	[PADDING] = { "rtp.padding", "Padding", FIELD_FLAG, .width = 1, .mask = 0x20 },
	[EXTENSION] = { "rtp.ext", "Extension", FIELD_FLAG, .width = 1, .mask = 0x10 },
	[COUNT] = { "rtp.cc", "Contributing source identifiers count", FIELD_UINT, .width = 1, .mask = 0x0f },
	[MARKER] = { "rtp.marker", "Marker", FIELD_FLAG, .width = 1, .mask = 0x80 },
	[TYPE] = { "rtp.p_type", "Payload type", FIELD_UINT, .width = 1, .mask = 0x7f },
	[SEQUENCE] = { "rtp.seq", "Sequence number", FIELD_UINT },
	[TIMESTAMP] = { "rtp.timestamp", "Timestamp", FIELD_UINT },
	[SOURCE] = { "rtp.ssrc", "Synchronization Source identifier", FIELD_UINT, FORM_HEX, 4 },
	[CONTRIBUTOR] = { "rtp.csrc.item", "CSRC item", FIELD_UINT, FORM_HEX, 4 },
	[PROFILE] = { "rtp.ext.profile", "Defined by profile", FIELD_UINT, FORM_HEX, 2 },
	[EXTENSION_LENGTH] = { "rtp.ext.len", "Extension length", FIELD_UINT },
	[PAYLOAD] = { "rtp.payload", "Payload", FIELD_BYTES },
	{ NULL },
};

static void tell_rtp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct rtp_header *rtp = facts;
	const struct payload *payload = payload_of(rtp->payload_type);
	const uint8_t *at = in.next;
	(void)packet;
	uint8_t first = cursor_u8(&in), second = cursor_u8(&in);
	if (!cursor_ok(&in))
		return;
	for (int i = VERSION; i <= COUNT; i++)
		tell_number(teller, &fields[i], at, 1,
			    (first & (uint8_t)fields[i].mask) >> __builtin_ctzll(fields[i].mask));
	tell_number(teller, &fields[MARKER], at + 1, 1, second >> 7);
	if (payload)
		tell_worded(teller, &fields[TYPE], at + 1, 1, rtp->payload_type, "%s (%u)", payload->name,
			    rtp->payload_type);
	else
		tell_number(teller, &fields[TYPE], at + 1, 1, rtp->payload_type);
	tell_be16(teller, &fields[SEQUENCE], &in);
	tell_be32(teller, &fields[TIMESTAMP], &in);
	tell_be32(teller, &fields[SOURCE], &in);
	for (unsigned i = 0; i < (first & 15u) && cursor_ok(&in); i++)
		tell_be32(teller, &fields[CONTRIBUTOR], &in);
	if (first & 0x10) {
		tell_be16(teller, &fields[PROFILE], &in);
		cursor_skip(&in, tell_be16(teller, &fields[EXTENSION_LENGTH], &in) * 4u);
	}
	uint8_t padding = first & 0x20 && in.captured && in.captured == in.declared ? in.next[in.captured - 1] : 0;
	if (in.captured && padding < in.declared)
		tell_bytes(teller, &fields[PAYLOAD], &in, in.declared - padding);
}

const struct decoder rtp_decoder = {
	.name = "rtp",
	.protocol = "RTP",
	.title = "Real-Time Transport Protocol",
	.facts_size = sizeof(struct rtp_header),
	.decode = decode_rtp,
	.datagram = recognise_rtp,
	.words = say_rtp,
	.fields = fields,
	.tell = tell_rtp,
};

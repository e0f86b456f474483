/* Network Time Protocol, RFC 5905 (version 4) and RFC 1305. An answer repeats the time at which its request was sent,
 * which tells what belongs together. */
#include "decode/decoder.h"

#define PORT_NTP 123
#define SECONDS_TO_1970 2208988800LL     /* from 1900 */
#define ERA 0x100000000LL                /* seconds; era 1 begins in 2036 */

enum { MODE_ACTIVE = 1, MODE_PASSIVE, MODE_CLIENT, MODE_SERVER, MODE_BROADCAST, MODE_CONTROL, MODE_PRIVATE };

struct ntp_message {
	uint8_t flags, mode, version, stratum;
	bool complete;               /* what follows was read */
	uint32_t reference;
	uint64_t origin, transmit;   /* as sent: seconds since 1900 and fractions */
};

static const struct field_name leaps[] = { { 0, "no warning" }, { 1, "last minute of the day has 61 seconds" },
	{ 2, "last minute of the day has 59 seconds" }, { 3, "unknown (clock unsynchronized)" }, { 0, NULL } };
static const struct field_name modes[] = { { 0, "reserved" }, { MODE_ACTIVE, "symmetric active" },
	{ MODE_PASSIVE, "symmetric passive" }, { MODE_CLIENT, "client" }, { MODE_SERVER, "server" },
	{ MODE_BROADCAST, "broadcast" }, { MODE_CONTROL, "NTP control message" }, { MODE_PRIVATE, "private use" },
	{ 0, NULL } };

/* RFC 5905, 7.4: why a server sends its client away. */
static const struct field_name kisses[] = { { 0x41435354, "ACST" }, { 0x41555448, "AUTH" }, { 0x4155544f, "AUTO" },
	{ 0x42435354, "BCST" }, { 0x43525950, "CRYP" }, { 0x44454e59, "DENY" }, { 0x44524f50, "DROP" },
	{ 0x494e4954, "INIT" }, { 0x4d435354, "MCST" }, { 0x4e4b4559, "NKEY" }, { 0x52415445, "RATE" },
	{ 0x524d4f54, "RMOT" }, { 0x52535452, "RSTR" }, { 0x53544550, "STEP" }, { 0, NULL } };

static struct next decode_ntp(struct cursor *in, struct packet *packet, void *facts)
{
	struct ntp_message *ntp = facts;
	struct cursor all = *in;
	(void)packet;
	ntp->flags = cursor_u8(in);
	ntp->mode = ntp->flags & 7;
	ntp->version = ntp->flags >> 3 & 7;
	if (!cursor_ok(in))
		return next_none();
	if (ntp->mode < MODE_ACTIVE || ntp->mode > MODE_BROADCAST)
		return next_payload(all);
	ntp->stratum = cursor_u8(in);
	cursor_skip(in, 10);         /* poll, precision, root delay and dispersion */
	ntp->reference = cursor_be32(in);
	cursor_skip(in, 8);          /* when the clock was last set */
	ntp->origin = cursor_be64(in);
	cursor_skip(in, 8);          /* when the request was received */
	ntp->transmit = cursor_be64(in);
	if (!cursor_ok(in))
		return next_none();
	ntp->complete = true;
	return next_payload(all);
}

static void say_ntp(struct text *to, const void *facts)
{
	const struct ntp_message *ntp = facts;
	text_addf(to, "ntp : %s", field_words(modes, ntp->mode));
	if (!ntp->complete || ntp->mode == MODE_CLIENT)
		return;
	const char *kiss = ntp->stratum ? NULL : field_words(kisses, ntp->reference);
	if (kiss)
		text_addf(to, " (%s)", kiss);
	else if (ntp->stratum)
		text_addf(to, " (stratum %u)", ntp->stratum);
}

static void mark_ntp(const void *facts, struct exchange_mark *mark)
{
	const struct ntp_message *ntp = facts;
	if (!ntp->complete)
		return;
	if (ntp->mode == MODE_CLIENT) {
		mark->role = EXCHANGE_REQUEST;
		mark->id = ntp->transmit | 1;
	} else if (ntp->mode == MODE_SERVER) {
		mark->role = EXCHANGE_RESPONSE;
		mark->id = ntp->origin | 1;
		mark->status = ntp->stratum ? NULL : field_words(kisses, ntp->reference);
		mark->failed = mark->status != NULL;
	}
}

enum { FLAGS, LEAP, VERSION, MODE, STRATUM, POLL, PRECISION, DELAY, DISPERSION, REFERENCE, REFERENCE_TIME, ORIGIN,
	RECEIVE, TRANSMIT, KEY, DIGEST };

static const struct field_name strata[] = { { 0, "unspecified or invalid" }, { 1, "primary reference" },
	{ 16, "unsynchronized" }, { 0, NULL } };

static const struct field fields[] = {
	[FLAGS] = { "ntp.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[LEAP] = { "ntp.flags.li", "Leap Indicator", FIELD_UINT, .width = 1, .mask = 0xc0, .names = leaps },
	[VERSION] = { "ntp.flags.vn", "Version number", FIELD_UINT, .width = 1, .mask = 0x38 },
	[MODE] = { "ntp.flags.mode", "Mode", FIELD_UINT, .width = 1, .mask = 0x07, .names = modes },
	[STRATUM] = { "ntp.stratum", "Peer Clock Stratum", FIELD_UINT, .names = strata },
	[POLL] = { "ntp.ppoll", "Peer Polling Interval", FIELD_UINT, .description = "2 to the power of it, in seconds" },
	[PRECISION] = { "ntp.precision", "Peer Clock Precision", FIELD_UINT,
		.description = "a power of two, in seconds; as a byte, from 128 on negative" },
	[DELAY] = { "ntp.rootdelay", "Root Delay", FIELD_UINT, .description = "in 1/65536 of a second" },
	[DISPERSION] = { "ntp.rootdispersion", "Root Dispersion", FIELD_UINT, .description = "in 1/65536 of a second" },
	[REFERENCE] = { "ntp.refid", "Reference ID", FIELD_BYTES },
	[REFERENCE_TIME] = { "ntp.reftime", "Reference Timestamp", FIELD_TIME },
	[ORIGIN] = { "ntp.org", "Origin Timestamp", FIELD_TIME },
	[RECEIVE] = { "ntp.rec", "Receive Timestamp", FIELD_TIME },
	[TRANSMIT] = { "ntp.xmt", "Transmit Timestamp", FIELD_TIME },
	[KEY] = { "ntp.keyid", "Key ID", FIELD_BYTES },
	[DIGEST] = { "ntp.mac", "Message Authentication Code", FIELD_BYTES },
	{ NULL },
};

/* Times before 1968 are those of era 1 (RFC 4330, 3). */
static void tell_time(struct teller *teller, const struct field *field, struct cursor *in)
{
	const uint8_t *at = in->next;
	int64_t seconds = cursor_be32(in), fraction = cursor_be32(in);
	if (!cursor_ok(in))
		return;
	if (!seconds && !fraction) {
		tell_worded(teller, field, at, 8, 0, "none");
		return;
	}
	int64_t since = seconds - SECONDS_TO_1970 + (seconds & 0x80000000LL ? 0 : ERA);
	tell_number(teller, field, at, 8, since * 1000000000 + fraction * 1000000000 / ERA);
}

static void tell_ntp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct ntp_message *ntp = facts;
	(void)packet;
	tell_u8(teller, &fields[FLAGS], &in);
	for (int i = LEAP; i <= MODE && cursor_ok(&in); i++)
		tell_number(teller, &fields[i], in.next - 1, 1,
			    (ntp->flags & (uint8_t)fields[i].mask) >> __builtin_ctzll(fields[i].mask));
	if (ntp->mode < MODE_ACTIVE || ntp->mode > MODE_BROADCAST)
		return;
	tell_u8(teller, &fields[STRATUM], &in);
	tell_u8(teller, &fields[POLL], &in);
	const uint8_t *at = in.next;
	int8_t precision = (int8_t)cursor_u8(&in);
	if (cursor_ok(&in))
		tell_worded(teller, &fields[PRECISION], at, 1, (uint8_t)precision, "2 to the power of %d", precision);
	tell_be32(teller, &fields[DELAY], &in);
	tell_be32(teller, &fields[DISPERSION], &in);
	tell_bytes(teller, &fields[REFERENCE], &in, 4);
	for (int i = REFERENCE_TIME; i <= TRANSMIT; i++)
		tell_time(teller, &fields[i], &in);
	/* A key with a digest of 16 or 20 bytes; extension fields are longer (RFC 7822). */
	if (!cursor_ok(&in) || (in.declared != 20 && in.declared != 24))
		return;
	tell_bytes(teller, &fields[KEY], &in, 4);
	tell_bytes(teller, &fields[DIGEST], &in, in.declared);
}

const struct decoder ntp_decoder = {
	.name = "ntp",
	.protocol = "NTP",
	.title = "Network Time Protocol",
	.bindings = { { BY_UDP_PORT, PORT_NTP } },
	.facts_size = sizeof(struct ntp_message),
	.decode = decode_ntp,
	.words = say_ntp,
	.exchange = mark_ntp,
	.fields = fields,
	.tell = tell_ntp,
};

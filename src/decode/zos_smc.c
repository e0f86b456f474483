/* Shared Memory Communications as z/OS traces them: no packets of the adapter, but what was moved through the
 * shared memory, behind an extension that names the connection. IBM has not published it; this is how 2cUTC's
 * dissectors read it. Offsets are from the start of the extension:
 *
 *     0 length(2, with these four)  2 type(2)
 *
 *     SMC-R (adapters EZARI…)                       SMC-D (adapters EZAISM…)
 *     32 local, 36 remote connection id(4)          4 producer, 12 consumer cursor(wrap(4), count(4))
 *     48 remote, 64 local GID(8)                    20 producer flags(1)  21 connection state flags(1)
 *     72 remote, 75 local queue pair(3)             22 remote, 23 local connection index(1)
 *                                                   32 local, 36 remote connection id(4)
 *                                                   40 remote, 56 local GID(8)
 *
 * Behind it stands the data of a program (protocol 6, part of a stream without sequence numbers) or a message of
 * link layer control (protocol 252; RFC 7609, A.3: type(1) length(1) reserved(1) flags(1) …). */
#include "decode/decoder.h"
#include "decode/ip.h"
#include "source/linktype.h"
#include "source/zos.h"

#define EXTENSION_SHORTEST 4
#define LINK_LAYER_CONTROL 252
#define LLC_REPLY 0x80
#define LLC_TYPE 0x1f
#define LLC_VERSION_2 0x20

enum variant { SMC_UNKNOWN, SMC_R, SMC_D };

struct smc_facts {
	struct socket_data socket;   /* of data */
	uint16_t extension_length;
	uint8_t variant;             /* enum variant */
	bool is_control;
	uint8_t message, flags;      /* of link layer control; 0: the trace does not hold it */
};

static enum variant variant_of(const struct zos_record *zos)
{
	if (strncmp(zos->name, "EZARI", 5) == 0)
		return SMC_R;
	return strncmp(zos->name, "EZAISM", 6) == 0 ? SMC_D : SMC_UNKNOWN;
}

static void set_socket(struct packet *packet, struct smc_facts *smc, const struct zos_record *zos, size_t length)
{
	smc->socket = (struct socket_data){
		.source = zos->source, .destination = zos->destination,
		.source_port = zos->source_port, .destination_port = zos->destination_port,
		.protocol = IP_PROTOCOL_TCP, .length = (uint32_t)length,
	};
	packet->socket = &smc->socket;
}

static struct next decode_smc(struct cursor *in, struct packet *packet, void *facts)
{
	const struct zos_record *zos = packet->record->zos;
	struct smc_facts *smc = facts;
	struct cursor extension = *in;
	if (!zos)
		return next_payload(cursor_rest(in));
	smc->variant = (uint8_t)variant_of(zos);
	smc->extension_length = cursor_be16(&extension);
	if (cursor_ok(&extension) && smc->extension_length < EXTENSION_SHORTEST)
		cursor_reject(in, "the SMC extension is shorter than its own header");
	cursor_skip(in, smc->extension_length);
	if (!cursor_ok(in))
		return next_none();
	smc->is_control = zos->protocol == LINK_LAYER_CONTROL;
	if (!smc->is_control) {
		set_socket(packet, smc, zos, in->declared);
		return next_payload(cursor_rest(in));
	}
	struct cursor message = *in;
	smc->message = cursor_u8(&message);
	cursor_skip(&message, 2);
	smc->flags = cursor_u8(&message);
	return next_payload(cursor_rest(in));
}

static const struct field_name messages[] = {
	{ 1, "Confirm Link" }, { 2, "Add Link" }, { 3, "Add Link Continuation" }, { 4, "Delete Link" },
	{ 5, "Request Add Link" }, { 6, "Confirm Rkey" }, { 7, "Test Link" }, { 8, "Confirm Rkey Continuation" },
	{ 9, "Delete Rkey" }, { 0, NULL },
};

static const char *variant_name(uint8_t variant)
{
	return variant == SMC_R ? "SMC-R" : variant == SMC_D ? "SMC-D" : "SMC";
}

static void say_smc(struct text *to, const void *facts)
{
	const struct smc_facts *smc = facts;
	if (!smc->is_control)
		return;
	const char *name = field_words(messages, smc->message & LLC_TYPE);
	text_addf(to, "%s link layer control", variant_name(smc->variant));
	if (name)
		text_addf(to, ": %s%s", name, smc->flags & LLC_REPLY ? " (reply)" : "");
	else if (smc->message)
		text_addf(to, ": message %u", smc->message);
}

enum { EXTENSION_LENGTH, EXTENSION_TYPE, LOCAL_CONNECTION, REMOTE_CONNECTION, REMOTE_GID, LOCAL_GID, REMOTE_PAIR,
	LOCAL_PAIR, PRODUCER_WRAP, PRODUCER_COUNT, CONSUMER_WRAP, CONSUMER_COUNT, PRODUCER_FLAGS, STATE_FLAGS,
	REMOTE_INDEX, LOCAL_INDEX, MESSAGE, MESSAGE_VERSION, MESSAGE_LENGTH, MESSAGE_REPLY };

static const struct field fields[] = {
	[EXTENSION_LENGTH] = { "zos.smc.extension_length", "Length of the extension", FIELD_UINT, .unit = "bytes" },
	[EXTENSION_TYPE] = { "zos.smc.extension_type", "Type of the extension", FIELD_UINT },
	[LOCAL_CONNECTION] = { "zos.smc.local_connection", "Local connection id", FIELD_UINT, FORM_HEX, 4 },
	[REMOTE_CONNECTION] = { "zos.smc.remote_connection", "Remote connection id", FIELD_UINT, FORM_HEX, 4 },
	[REMOTE_GID] = { "zos.smc.remote_gid", "Remote GID, lower half", FIELD_UINT, FORM_HEX, 8 },
	[LOCAL_GID] = { "zos.smc.local_gid", "Local GID, lower half", FIELD_UINT, FORM_HEX, 8 },
	[REMOTE_PAIR] = { "zos.smc.remote_queue_pair", "Remote queue pair", FIELD_UINT, FORM_HEX, 3 },
	[LOCAL_PAIR] = { "zos.smc.local_queue_pair", "Local queue pair", FIELD_UINT, FORM_HEX, 3 },
	[PRODUCER_WRAP] = { "zos.smc.producer_wrap", "Producer cursor, wraps", FIELD_UINT },
	[PRODUCER_COUNT] = { "zos.smc.producer_count", "Producer cursor, position", FIELD_UINT },
	[CONSUMER_WRAP] = { "zos.smc.consumer_wrap", "Consumer cursor, wraps", FIELD_UINT },
	[CONSUMER_COUNT] = { "zos.smc.consumer_count", "Consumer cursor, position", FIELD_UINT },
	[PRODUCER_FLAGS] = { "zos.smc.producer_flags", "Producer flags", FIELD_UINT, FORM_HEX, 1 },
	[STATE_FLAGS] = { "zos.smc.state_flags", "Connection state flags", FIELD_UINT, FORM_HEX, 1 },
	[REMOTE_INDEX] = { "zos.smc.remote_index", "Remote connection index", FIELD_UINT },
	[LOCAL_INDEX] = { "zos.smc.local_index", "Local connection index", FIELD_UINT },
	[MESSAGE] = { "smc.llc_msg", "LLC Message", FIELD_UINT, .mask = LLC_TYPE, .names = messages },
	[MESSAGE_VERSION] = { "zos.smc.llc_version_2", "LLC message of SMC-R V2", FIELD_FLAG },
	[MESSAGE_LENGTH] = { "zos.smc.llc_length", "LLC message length", FIELD_UINT, .unit = "bytes" },
	[MESSAGE_REPLY] = { "zos.smc.llc_reply", "LLC message is a reply", FIELD_FLAG },
	{ NULL },
};

static void tell_r(struct teller *teller, struct cursor *in)
{
	cursor_skip(in, 28);
	tell_be32(teller, &fields[LOCAL_CONNECTION], in);
	tell_be32(teller, &fields[REMOTE_CONNECTION], in);
	cursor_skip(in, 8);
	tell_be64(teller, &fields[REMOTE_GID], in);
	cursor_skip(in, 8);
	tell_be64(teller, &fields[LOCAL_GID], in);
	tell_be24(teller, &fields[REMOTE_PAIR], in);
	tell_be24(teller, &fields[LOCAL_PAIR], in);
}

static void tell_d(struct teller *teller, struct cursor *in)
{
	tell_be32(teller, &fields[PRODUCER_WRAP], in);
	tell_be32(teller, &fields[PRODUCER_COUNT], in);
	tell_be32(teller, &fields[CONSUMER_WRAP], in);
	tell_be32(teller, &fields[CONSUMER_COUNT], in);
	tell_u8(teller, &fields[PRODUCER_FLAGS], in);
	tell_u8(teller, &fields[STATE_FLAGS], in);
	tell_u8(teller, &fields[REMOTE_INDEX], in);
	tell_u8(teller, &fields[LOCAL_INDEX], in);
	cursor_skip(in, 8);
	tell_be32(teller, &fields[LOCAL_CONNECTION], in);
	tell_be32(teller, &fields[REMOTE_CONNECTION], in);
	tell_be64(teller, &fields[REMOTE_GID], in);
	cursor_skip(in, 8);
	tell_be64(teller, &fields[LOCAL_GID], in);
}

static void tell_smc(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct smc_facts *smc = facts;
	struct cursor extension = cursor_split(&in, smc->extension_length);
	(void)packet;
	tell_be16(teller, &fields[EXTENSION_LENGTH], &extension);
	tell_be16(teller, &fields[EXTENSION_TYPE], &extension);
	if (smc->variant == SMC_R)
		tell_r(teller, &extension);
	else if (smc->variant == SMC_D)
		tell_d(teller, &extension);
	if (!smc->is_control || in.captured < 4)
		return;
	const uint8_t *at = in.next;
	tell_number(teller, &fields[MESSAGE], at, 1, smc->message & LLC_TYPE);
	tell_number(teller, &fields[MESSAGE_VERSION], at, 1, (smc->message & LLC_VERSION_2) != 0);
	tell_number(teller, &fields[MESSAGE_LENGTH], at + 1, 1, at[1]);
	tell_number(teller, &fields[MESSAGE_REPLY], at + 3, 1, (at[3] & LLC_REPLY) != 0);
}

const struct decoder zos_smc_decoder = {
	.name = "zos.smc",
	.protocol = "SMC",
	.title = "Shared Memory Communications",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_ZOS_SMC } },
	.facts_size = sizeof(struct smc_facts),
	.decode = decode_smc,
	.words = say_smc,
	.fields = fields,
	.tell = tell_smc,
};

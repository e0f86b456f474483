/* What z/OS records that is no packet of a link: socket data (data trace, DATTRACE), and Enterprise Extender,
 * whose layout is not published. (SMC: zos_smc.c.) Addresses and ports come from the trace
 * header, there are no others. */
#include "decode/decoder.h"
#include "decode/tells.h"
#include "source/linktype.h"
#include "source/zos.h"

/* The sender of the bytes is the header's source, as in a packet. */
static struct next decode_zos_data(struct cursor *in, struct packet *packet, void *facts)
{
	const struct zos_record *zos = packet->record->zos;
	struct socket_data *socket = facts;
	if (!zos)
		return next_payload(cursor_rest(in));
	socket->source = zos->source;
	socket->destination = zos->destination;
	socket->source_port = zos->source_port;
	socket->destination_port = zos->destination_port;
	socket->protocol = zos->protocol;
	socket->connection = zos->connection;
	socket->state = zos->state;
	socket->length = zos->traced_length > zos->packet_length ? zos->traced_length : zos->packet_length;
	socket->confidential = zos->confidential;
	socket->clear_text = zos->clear_text;
	packet->socket = socket;
	return next_payload(cursor_rest(in));
}

enum { SOURCE, DESTINATION, SOURCE_PORT, DESTINATION_PORT, PROTOCOL, CONNECTION, STATE, LENGTH, CONFIDENTIAL,
	CLEAR_TEXT, DATA };

static const struct field fields[] = {
	[SOURCE] = { "zos.data.src", "Source", FIELD_TEXT, .also = "zos.data.addr" },
	[DESTINATION] = { "zos.data.dst", "Destination", FIELD_TEXT, .also = "zos.data.addr" },
	[SOURCE_PORT] = { "zos.data.srcport", "Source Port", FIELD_UINT, .also = "zos.data.port" },
	[DESTINATION_PORT] = { "zos.data.dstport", "Remote Port", FIELD_UINT, .also = "zos.data.port" },
	[PROTOCOL] = { "zos.data.proto", "Protocol", FIELD_UINT },
	[CONNECTION] = { "zos.data.cid", "Connection", FIELD_UINT, FORM_HEX, 4,
		.description = "As NETSTAT shows it" },
	[STATE] = { "zos.data.state", "State", FIELD_UINT },
	[LENGTH] = { "zos.data.len", "Length", FIELD_UINT, .unit = "bytes",
		.description = "Bytes of the socket call, whatever was recorded of them" },
	[CONFIDENTIAL] = { "zos.data.confidential", "AT-TLS confidential", FIELD_FLAG, .names = field_yes },
	[CLEAR_TEXT] = { "zos.data.cleartext", "AT-TLS clear text", FIELD_FLAG, .names = field_yes },
	[DATA] = { "zos.data.data", "Data", FIELD_BYTES },
	{ 0 },
};

static void tell_socket_address(struct teller *teller, int index, const struct address *address)
{
	char words[ADDRESS_TEXT_SIZE];
	address_text(address, words);
	tell_text(teller, &fields[index], NULL, 0, words, strlen(words));
}

/* All of it but the bytes comes from the trace record. */
static void tell_socket(struct teller *teller, struct cursor in, const struct packet *packet,
			const void *facts)
{
	const struct socket_data *socket = facts;
	const char *name = ip_protocol_name(socket->protocol);
	if (!packet->record->zos)
		return;
	tell_socket_address(teller, SOURCE, &socket->source);
	tell_socket_address(teller, DESTINATION, &socket->destination);
	tell_number(teller, &fields[SOURCE_PORT], NULL, 0, socket->source_port);
	tell_number(teller, &fields[DESTINATION_PORT], NULL, 0, socket->destination_port);
	tell_worded(teller, &fields[PROTOCOL], NULL, 0, socket->protocol, "%s (%u)", name ? name : "Unknown",
		    socket->protocol);
	tell_number(teller, &fields[CONNECTION], NULL, 0, socket->connection);
	tell_number(teller, &fields[STATE], NULL, 0, socket->state);
	tell_number(teller, &fields[LENGTH], NULL, 0, socket->length);
	tell_number(teller, &fields[CONFIDENTIAL], NULL, 0, socket->confidential);
	tell_number(teller, &fields[CLEAR_TEXT], NULL, 0, socket->clear_text);
	if (in.captured)
		tell_bytes(teller, &fields[DATA], &in, in.declared);
}

const struct decoder zos_data_decoder = {
	.name = "zos.data",
	.protocol = "DATA",
	.title = "z/OS data trace",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_ZOS_DATA } },
	.facts_size = sizeof(struct socket_data),
	.decode = decode_zos_data,
	.fields = fields,
	.tell = tell_socket,
};

const struct decoder zos_ee_decoder = {
	"zos.ee", "EE", "Enterprise Extender", { { BY_LINK_TYPE, LINKTYPE_ZOS_EE } } };

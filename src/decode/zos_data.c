/* What z/OS records that is no packet of a link: socket data (data trace, DATTRACE), and Enterprise Extender,
 * whose layout is not published. (SMC: zos_smc.c.) Addresses and ports come from the trace
 * header, there are no others. */
#include "decode/decoder.h"
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

const struct decoder zos_data_decoder = {
	.name = "zos.data",
	.protocol = "DATA",
	.title = "z/OS data trace",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_ZOS_DATA } },
	.facts_size = sizeof(struct socket_data),
	.decode = decode_zos_data,
};

const struct decoder zos_ee_decoder = {
	"zos.ee", "EE", "Enterprise Extender", { { BY_LINK_TYPE, LINKTYPE_ZOS_EE } } };

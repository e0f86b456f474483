#include "one_packet.h"

#include <stdlib.h>

#include "source/linktype.h"
#include "source/zos.h"
#include "tell_all.h"

#define ENDS .source = { .family = ADDRESS_IPV4, .bytes = { 10, 0, 0, 1 } }, .source_port = 40000, \
	.destination = { .family = ADDRESS_IPV4, .bytes = { 10, 0, 0, 2 } }, .destination_port = 21

static const struct zos_record socket_record = { .format = ZOS_DATA, .name = "FTPD1", .protocol = 6, ENDS };
static const struct zos_record enterprise_record = { .format = ZOS_EE, .name = "EZAEE", .protocol = 17, ENDS };
static const struct zos_record smc_record = { .format = ZOS_SMC, .name = "EZARIUT1", .protocol = 6, ENDS };
static const struct zos_record control_record = { .format = ZOS_SMC, .name = "EZAISM01", .protocol = 252, ENDS };

static const struct row { uint32_t link_type; const struct zos_record *zos; } rows[] = {
	{ LINKTYPE_ETHERNET, NULL }, { LINKTYPE_RAW, NULL }, { LINKTYPE_LINUX_SLL, NULL },
	{ LINKTYPE_LINUX_SLL2, NULL }, { LINKTYPE_NULL, NULL }, { LINKTYPE_PPP, NULL },
	{ LINKTYPE_PPP_ETHER, NULL }, { LINKTYPE_PPP_WITH_DIR, NULL }, { LINKTYPE_C_HDLC, NULL },
	{ LINKTYPE_FRAME_RELAY, NULL }, { LINKTYPE_NFLOG, NULL }, { LINKTYPE_TOKEN_RING, NULL },
	{ LINKTYPE_FDDI, NULL }, { LINKTYPE_IEEE802_11, NULL }, { LINKTYPE_IEEE802_11_RADIOTAP, NULL },
	{ LINKTYPE_IEEE802_11_PRISM, NULL }, { LINKTYPE_SLIP, NULL }, { LINKTYPE_LOOP, NULL },
	{ LINKTYPE_PPP_HDLC, NULL }, { LINKTYPE_PPP_PPPD, NULL }, { LINKTYPE_NETANALYZER, NULL },
	{ LINKTYPE_IPV4, NULL }, { LINKTYPE_IPV6, NULL }, { LINKTYPE_ZOS_DATA, &socket_record },
	{ LINKTYPE_ZOS_EE, &enterprise_record }, { LINKTYPE_ZOS_SMC, &smc_record },
	{ LINKTYPE_ZOS_SMC, &control_record },
};
#define ROWS (sizeof rows / sizeof *rows)

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void check(const struct packet *packet, const struct record *record)
{
	require(packet->layer_count <= PACKET_MAX_LAYERS);
	require(packet->room.used <= PACKET_ROOM_SIZE);
	require(packet->payload.captured <= packet->payload.declared);
	require(packet_protocol(packet) != NULL);
	require((packet->ip == NULL) == (packet->outer_ip == NULL));
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct layer *layer = &packet->layers[i];
		require(layer->offset + layer->length <= record->captured_length);
		require((layer->status == CURSOR_OK) == (layer->reason == NULL));
		require(layer->status != CURSOR_TRUNCATED || packet->truncated);
	}
	if (packet->tcp)
		require(packet->tcp->sack_count <= TCP_MAX_SACK_BLOCKS);
}

bool one_packet(const uint8_t *bytes, size_t size, struct record *record, struct packet *packet)
{
	if (size < ONE_PACKET_HEAD)
		return false;
	const struct row *row = &rows[bytes[0] % ROWS];
	*record = (struct record){
		.number = 1,
		.link_type = row->link_type,
		.zos = row->zos,
		.bytes = bytes + ONE_PACKET_HEAD,
		.captured_length = (uint32_t)(size - ONE_PACKET_HEAD),
		.original_length = (uint32_t)(size - ONE_PACKET_HEAD + bytes[1]),
	};
	packet_decode(packet, record);
	check(packet, record);
	if (packet->ip && packet->ip->fragmented) {
		packet_decode_reassembled(packet, record->bytes, record->captured_length);
		require(packet->layer_count <= PACKET_MAX_LAYERS);
	}
	return true;
}

/* What filters ask for, of every decoder: most have nothing in this packet. */
static void get_all(const struct packet *packet)
{
	struct field_value value;
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		for (const struct field *field = (*decoder)->fields; field && field->name; field++)
			if (field->get)
				field->get(packet, &value);
}

void one_packet_tell(const struct packet *packet)
{
	get_all(packet);
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct layer *layer = &packet->layers[i];
		struct cursor in = cursor_make(layer->bytes, layer->captured, layer->declared);
		tell_all(packet, layer->decoder, layer->facts, in);
	}
}

uint8_t one_packet_row(uint32_t link_type)
{
	uint8_t row = 0;
	while (row < ROWS && rows[row].link_type != link_type)
		row++;
	require(row < ROWS);
	return row;
}

/* What routers and switches say to each other: what is shown of it, cut anywhere, and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "decode/decoder.h"

static struct packet packet;
static const struct record record;
static const struct ip_header ipv4 = { .version = 4 };
static const struct udp_header udp = { .destination_port = 12002 };

extern const struct decoder cdp_decoder, eigrp_decoder, hsrp_decoder, lldp_decoder, ospf_decoder, rip_decoder,
	ripng_decoder, ssdp_decoder, stp_decoder, vrrp_decoder, wsd_decoder, igmp_decoder, llc_decoder;

static const struct row { const struct decoder *decoder; size_t length; const char *words, *bytes; } rows[] = {
	{ &ospf_decoder, 52, "ospf v2 : Hello Packet of 1.1.1.1, area 0.0.0.0 : 2 neighbors",
		"\x02\x01\x00\x34\x01\x01\x01\x01\x00\x00\x00\x00\xde\x87\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x00\xff\xff\xff\x00\x00\x0a\x00\x01\x00\x00\x00\x28\x0a\x00\x00\x01\x0a\x00\x00\x02\x02\x02"
		"\x02\x02\x03\x03\x03\x03" },
	{ &ospf_decoder, 44, "ospf v2 : Hello Packet of 1.1.1.1, area 0.0.0.0 : 0 neighbors",
		"\x02\x01\x00\x2c\x01\x01\x01\x01\x00\x00\x00\x00\xfc\x9b\x00\x01\x73\x65\x63\x72\x65\x74\x00"
		"\x00\xff\xff\xff\x00\x00\x0a\x00\x01\x00\x00\x00\x28\x00\x00\x00\x00\x00\x00\x00\x00" },
	{ &ospf_decoder, 32, "ospf v2 : DB Description of 1.1.1.1, area 0.0.0.0 : initial, master, 0 headers, MTU 1500",
		"\x02\x02\x00\x20\x01\x01\x01\x01\x00\x00\x00\x00\xf5\x95\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x00\x05\xdc\x00\x07\x00\x00\x00\x63" },
	{ &ospf_decoder, 52, "ospf v2 : DB Description of 1.1.1.1, area 0.0.0.0 : 1 header, MTU 1500",
		"\x02\x02\x00\x34\x01\x01\x01\x01\x00\x00\x00\x00\x71\x4f\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x00\x05\xdc\x00\x02\x00\x00\x00\x63\x00\x01\x00\x01\x01\x01\x01\x01\x01\x01\x01\x01\x80\x00"
		"\x00\x01\x00\x00\x00\x30" },
	{ &ospf_decoder, 36, "ospf v2 : LS Request of 1.1.1.1, area 0.0.0.0 : 1 LSA",
		"\x02\x03\x00\x24\x01\x01\x01\x01\x00\x00\x00\x00\xf7\xd1\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x00\x00\x00\x00\x01\x01\x01\x01\x01\x01\x01\x01\x01" },
	{ &ospf_decoder, 88, "ospf v2 : LS Update of 1.1.1.1, area 0.0.0.0 : 2 LSAs, 1 at MaxAge",
		"\x02\x04\x00\x58\x01\x01\x01\x01\x00\x00\x00\x00\x5a\x22\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x00\x00\x00\x00\x02\x00\x01\x00\x01\x01\x01\x01\x01\x01\x01\x01\x01\x80\x00\x00\x03\x93\xa3"
		"\x00\x24\x00\x00\x00\x01\x0a\x00\x00\x00\xff\xff\xff\x00\x03\x00\x00\x0a\x0e\x10\x00\x02\x0a"
		"\x00\x00\x01\x01\x01\x01\x01\x80\x00\x00\x01\xe4\x70\x00\x18\xff\xff\xff\x00" },
	{ &ospf_decoder, 44, "ospf v2 : LS Acknowledge of 1.1.1.1, area 0.0.0.0 : 1 LSA",
		"\x02\x05\x00\x2c\x01\x01\x01\x01\x00\x00\x00\x00\x67\x96\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x00\x00\x01\x00\x05\x09\x09\x09\x00\x01\x01\x01\x01\x80\x00\x00\x01\x00\x00\x00\x24" },
	{ &ospf_decoder, 40, "ospf v3 : Hello Packet of 1.1.1.1, area 0.0.0.0 : 1 neighbor",
		"\x03\x01\x00\x28\x01\x01\x01\x01\x00\x00\x00\x00\xf5\x91\x00\x00\x00\x00\x00\x00\x01\x00\x00"
		"\x00\x00\x0a\x00\x28\x01\x01\x01\x01\x00\x00\x00\x00\x02\x02\x02\x02" },
	{ &ospf_decoder, 28, "ospf v3 : DB Description of 1.1.1.1, area 0.0.0.0 : 0 headers, MTU 1500",
		"\x03\x02\x00\x1c\x01\x01\x01\x01\x00\x00\x00\x00\xf7\x03\x00\x00\x00\x00\x00\x00\x05\xdc\x00"
		"\x00\x00\x00\x00\x01" },
	{ &eigrp_decoder, 40, "eigrp : Hello, AS 100 : hold time 15 s",
		"\x02\x05\xee\x6c\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x64\x00\x01\x00"
		"\x0c\x01\x00\x01\x00\x00\x00\x00\x0f\x00\x04\x00\x08\x0c\x00\x01\x02" },
	{ &eigrp_decoder, 95, "eigrp : Update, AS 100 : 2 routes, 1 unreachable",
		"\x02\x01\x38\x64\x00\x00\x00\x09\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x64\x01\x02\x00"
		"\x1c\xc0\xa8\x00\x00\x00\x01\xf4\x00\x00\x00\x01\x00\x00\x05\xdc\x00\xff\x00\x00\x00\x18\xc0"
		"\xa8\x01\x01\x03\x00\x2f\xc0\xa8\x00\x00\xc0\xa8\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x00\x00\x00\x00\x00\x03\x00\xff\xff\xff\xff\x00\x00\x01\x00\x00\x05\xdc\x00\xff\x00\x00\x00"
		"\x10\x0a\x01" },
	{ &eigrp_decoder, 20, "eigrp : Acknowledge, AS 100",
		"\x02\x05\xfd\x8f\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x64" },
	{ &eigrp_decoder, 62, "eigrp : Update, AS 100 : 1 route",
		"\x02\x01\x69\x33\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x64\x04\x02\x00"
		"\x2a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xf4\x00\x00\x03"
		"\xe8\x00\x00\x05\xdc\x01\xff\x00\x00\x00\x20\x20\x01\x0d\xb8\x00" },
	{ &vrrp_decoder, 24, "vrrp v2 : Advertisement : group 5, priority 100 for 10.0.0.254",
		"\x21\x05\x64\x02\x00\x01\x64\xfc\x0a\x00\x00\xfe\x0a\x00\x00\xfd\x00\x00\x00\x00\x00\x00\x00"
		"\x00" },
	{ &vrrp_decoder, 12, "vrrp v3 : Advertisement : group 5, priority 0 (stops being master) for 10.0.0.254",
		"\x31\x05\x00\x01\x00\x64\xd9\x07\x0a\x00\x00\xfe" },
	{ &rip_decoder, 44, "rip v2 : Response : 2 routes, 1 unreachable",
		"\x02\x02\x00\x00\x00\x02\x00\x00\x0a\x01\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x01\x00\x02\x00\x00\x0a\x02\x00\x00\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10" },
	{ &rip_decoder, 24, "rip v1 : Request (whole table)",
		"\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		"\x10" },
	{ &ripng_decoder, 44, "ripng : Response : 1 route",
		"\x02\x01\x00\x00\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x20"
		"\x01\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\xff" },
	{ &hsrp_decoder, 52, "hsrp : Hello (state Active) : group 10, priority 100 for 10.0.0.254",
		"\x01\x28\x02\x00\x06\x04\x00\x0a\x02\x00\x00\x00\x00\x01\x00\x00\x00\x64\x00\x00\x0b\xb8\x00"
		"\x00\x27\x10\x0a\x00\x00\xfe\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x08\x63\x69"
		"\x73\x63\x6f\x00\x00\x00" },
	{ &lldp_decoder, 87, "lldp : switch-1 port Gi0/1, VLAN 10, valid for 120 s",
		"\x02\x07\x04\x02\x00\x00\x00\x00\x01\x04\x06\x05\x47\x69\x30\x2f\x31\x06\x02\x00\x78\x08\x06"
		"\x75\x70\x6c\x69\x6e\x6b\x0a\x08\x73\x77\x69\x74\x63\x68\x2d\x31\x0c\x08\x61\x20\x73\x77\x69"
		"\x74\x63\x68\x0e\x04\x00\x14\x00\x04\x10\x0c\x05\x01\x0a\x00\x00\x01\x02\x00\x00\x00\x03\x00"
		"\xfe\x06\x00\x80\xc2\x01\x00\x0a\xfe\x06\x00\x12\x0f\x04\x05\xf2\x00\x00" },
	{ &cdp_decoder, 87, "cdp : switch port Gi0/1, native VLAN 10, full duplex, valid for 180 s",
		"\x02\xb4\x00\x00\x00\x01\x00\x0a\x73\x77\x69\x74\x63\x68\x00\x02\x00\x11\x00\x00\x00\x01\x01"
		"\x01\xcc\x00\x04\x0a\x00\x00\x01\x00\x03\x00\x09\x47\x69\x30\x2f\x31\x00\x04\x00\x08\x00\x00"
		"\x00\x28\x00\x05\x00\x0a\x49\x4f\x53\x20\x31\x35\x00\x06\x00\x0b\x63\x69\x73\x63\x6f\x20\x58"
		"\x00\x09\x00\x07\x64\x6f\x6d\x00\x0a\x00\x06\x00\x0a\x00\x0b\x00\x05\x01" },
	{ &ssdp_decoder, 78, "ssdp : M-SEARCH upnp:rootdevice",
		"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMX: 2\r\nST:upnp:rootdevice\r\n\r\n" },
	{ &ssdp_decoder, 62, "ssdp : NOTIFY byebye upnp:x\\.y",
		"NOTIFY * HTTP/1.1\r\nnts: ssdp:byebye\r\nNT: upnp:x\\\x1by\r\nUSN: u\r\n\r\n" },
	{ &ssdp_decoder, 30, "ssdp : response 200 a", "HTTP/1.1 200 OK\r\nST: a\r\nUSN: u" },
	{ &ssdp_decoder, 10, "", "GARBAGE!\r\n" },
	{ &wsd_decoder, 77, "ws-discovery : Probe",
		"<s><wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Act" },
	{ &wsd_decoder, 20, "", "<s><wsa:Action>Probe" },
	{ &stp_decoder, 35, "rstp : root 4096/10/02:00:00:00:00:01, cost 4, bridge 32768/10/02:00:00:00:00:02, "
		"port 0x8001, topology change",
		"\0\0\x02\x02\x3d\x10\x0a\x02\0\0\0\0\x01\0\0\0\x04\x80\x0a\x02\0\0\0\0\x02\x80\x01\0\0\x14\0\x02\0\x0f\0" },
	{ &stp_decoder, 4, "stp : Topology Change Notification", "\0\0\0\x80" },
	{ &stp_decoder, 4, "", "\0\1\0\0" },
	{ &igmp_decoder, 8, "igmp v2 : Leave Group 224.0.0.251", "\x17\0\x08\x04\xe0\0\0\xfb" },
	{ &igmp_decoder, 8, "igmp v2 : Membership Query, general", "\x11\x64\xee\x9b\0\0\0\0" },
	{ &igmp_decoder, 8, "igmp : type 0x99", "\x99\x64\xee\x9b\0\0\0\0" },
	{ &llc_decoder, 5, "ee : XID command, high priority", "\x04\x04\xbf\x32\x15" },
	{ &llc_decoder, 3, "ee : TEST response, high priority", "\x04\x05\xe3" },
	{ &llc_decoder, 6, "ee : UI, high priority, automatic network routing", "\x04\x04\x03\xc6\0\x80" },
	{ &llc_decoder, 6, "", "GARBAG" },
	/* Lengths that lie. */
	{ &eigrp_decoder, 24, NULL, "\x02\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x64\0\1\0\3" },
	{ &eigrp_decoder, 24, NULL, "\x02\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x64\0\1\xff\xff" },
	{ &ospf_decoder, 24, NULL, "\x02\x01\0\x10\1\1\1\1\0\0\0\0\xde\x87\0\0\0\0\0\0\0\0\0\0" },
	{ &ospf_decoder, 48, NULL, "\x02\x04\0\x30\1\1\1\1\0\0\0\0\xde\x87\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff"
		"\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" },
	{ &cdp_decoder, 8, NULL, "\x02\xb4\0\0\0\1\0\3" },
	{ &lldp_decoder, 4, NULL, "\x03\xff\1\2" },
};
#define ROWS (sizeof rows / sizeof *rows)

static const struct layer *decode(const struct row *row, const uint8_t *bytes, size_t captured)
{
	packet = (struct packet){ .record = &record, .ip = &ipv4,
		.udp = row->decoder == &llc_decoder ? &udp : NULL };
	packet_decode_message(&packet, row->decoder, NULL, cursor_make(bytes, captured, row->length));
	return &packet.layers[0];
}

static void value(struct teller *teller, const struct told *told)
{
	(void)teller;
	assert_non_null(told->field->name);
	assert_true(!told->at || told->length <= 2048);
}

static void open_group(struct teller *teller, const struct told *told)
{
	(void)teller, (void)told;
}

static void close_group(struct teller *teller)
{
	(void)teller;
}

static void tell(const struct row *row, const struct layer *layer, const uint8_t *bytes, size_t captured)
{
	struct teller teller = { value, open_group, close_group, true };
	row->decoder->tell(&teller, cursor_make(bytes, captured, row->length), &packet, layer->facts);
}

static void messages_are_put_into_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		const uint8_t *bytes = (const uint8_t *)rows[i].bytes;
		const struct layer *layer = decode(&rows[i], bytes, rows[i].length);
		tell(&rows[i], layer, bytes, rows[i].length);
		if (!rows[i].words) {
			assert_int_equal(layer->status, CURSOR_MALFORMED);
			continue;
		}
		assert_int_equal(layer->status, CURSOR_OK);
		struct text words = { 0 };
		text_add(&words, "");
		rows[i].decoder->words(&words, layer->facts);
		assert_string_equal(words.bytes, rows[i].words);
		text_finish(&words);
	}
}

/* What the trace does not hold is nobody's fault. */
static void cut_messages_are_not_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		for (size_t captured = 0; rows[i].words && captured < rows[i].length; captured++) {
			uint8_t bytes[256];
			memcpy(bytes, rows[i].bytes, captured);
			const struct layer *layer = decode(&rows[i], bytes, captured);
			assert_int_not_equal(layer->status, CURSOR_MALFORMED);
			tell(&rows[i], layer, bytes, captured);
		}
}

static void damage_does_no_harm(void **state)
{
	(void)state;
	uint32_t noise = 1;
	for (size_t i = 0; i < ROWS * 3000; i++) {
		const struct row *row = &rows[i % ROWS];
		uint8_t bytes[256];
		memcpy(bytes, row->bytes, row->length);
		for (int flips = 0; flips < 3; flips++) {
			noise = noise * 1664525 + 1013904223;
			bytes[(noise >> 16) % row->length] = (uint8_t)(noise >> 8);
		}
		const struct layer *layer = decode(row, bytes, row->length);
		struct text words = { 0 };
		row->decoder->words(&words, layer->facts);
		text_finish(&words);
		tell(row, layer, bytes, row->length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_put_into_words),
		cmocka_unit_test(cut_messages_are_not_malformed),
		cmocka_unit_test(damage_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

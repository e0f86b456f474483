/* DHCP messages, RFC 2131 and 2132. */
#include <string.h>

#include "builders.h"
#include "compiler.h"

static const char *const messages[] = { "discover", "offer", "request", "decline",
					"ack",	    "nak",   "release", "inform" };

struct dhcp {
	unsigned message;
	uint32_t xid;
	uint16_t secs, flags;
	uint8_t hardware[6];
	struct address client, yours, server, relay;
	struct text options;
};

static void option_address(struct words *words, struct dhcp *dhcp, unsigned code)
{
	struct address address = address_take(words, "the address");
	put8(&dhcp->options, code);
	put8(&dhcp->options, 4);
	text_add_bytes(&dhcp->options, address.bytes, 4);
}

static void option_number(struct words *words, struct dhcp *dhcp, unsigned code)
{
	put8(&dhcp->options, code);
	put8(&dhcp->options, 4);
	put32(&dhcp->options, (uint64_t)words_number(words, "the seconds"));
}

static void option_text(struct words *words, struct dhcp *dhcp, unsigned code)
{
	const char *text = words_take(words, "the text");
	put8(&dhcp->options, code);
	put8(&dhcp->options, strlen(text));
	text_add(&dhcp->options, text);
}

static bool option_word(struct words *words, struct dhcp *dhcp)
{
	static const struct { const char *word; unsigned code;
	} addresses[] = {
		{ "mask", 1 },	     { "router", 3 },	  { "dns", 6 },
		{ "requested", 50 }, { "server-id", 54 },
	};
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		if (words_accept(words, addresses[i].word)) {
			option_address(words, dhcp, addresses[i].code);
			return true;
		}
	}
	if (words_accept(words, "lease"))
		option_number(words, dhcp, 51);
	else if (words_accept(words, "t1"))
		option_number(words, dhcp, 58);
	else if (words_accept(words, "t2"))
		option_number(words, dhcp, 59);
	else if (words_accept(words, "hostname"))
		option_text(words, dhcp, 12);
	else if (words_accept(words, "domain"))
		option_text(words, dhcp, 15);
	else if (words_accept(words, "message"))
		option_text(words, dhcp, 56);
	else if (words_accept(words, "client-id"))
		option_text(words, dhcp, 61);
	else if (words_accept(words, "option")) {
		put8(&dhcp->options, (uint64_t)words_integer(words, "the option", 1, 254));
		size_t length = dhcp->options.length;
		put8(&dhcp->options, 0);
		if (!text_add_hex(&dhcp->options, words_take(words, "the option's bytes")))
			words_fail(words, "an option's bytes are hexadecimal");
		patch_length(&dhcp->options, length, 1);
	} else {
		return false;
	}
	return true;
}

static void word(struct words *words, struct dhcp *dhcp)
{
	if (option_word(words, dhcp))
		return;
	if (words_accept(words, "xid"))
		dhcp->xid = (uint32_t)words_integer(words, "the transaction", 0, UINT32_MAX);
	else if (words_accept(words, "secs"))
		dhcp->secs = (uint16_t)words_integer(words, "the seconds", 0, 65535);
	else if (words_accept(words, "broadcast"))
		dhcp->flags = 0x8000;
	else if (words_accept(words, "ciaddr"))
		dhcp->client = address_take(words, "the client's address");
	else if (words_accept(words, "yiaddr"))
		dhcp->yours = address_take(words, "the address given");
	else if (words_accept(words, "siaddr"))
		dhcp->server = address_take(words, "the next server");
	else if (words_accept(words, "giaddr"))
		dhcp->relay = address_take(words, "the relay agent");
	else if (words_accept(words, "mac")) {
		const char *text = words_take(words, "the MAC address");
		if (!words->failed && !mac_from_text(text, dhcp->hardware))
			words_fail(words, "\"%s\" is no MAC address", text);
	} else {
		words_end(words);
	}
}

static void build(struct words *words, struct text *to)
{
	struct dhcp dhcp = { .xid = 0x12345678, .hardware = { 2, 0, 0, 0, 0, 1 } };
	for (unsigned i = 0; i < 8; i++)
		if (words_accept(words, messages[i]))
			dhcp.message = i + 1;
	if (!dhcp.message)
		words_fail(
			words,
			"expected discover, offer, request, decline, ack, nak, release or inform");
	while (words_more(words))
		word(words, &dhcp);
	bool reply = dhcp.message == 2 || dhcp.message == 5 || dhcp.message == 6;
	put8(to, reply ? 2 : 1);
	put8(to, 1);
	put8(to, 6);
	put8(to, 0);
	put32(to, dhcp.xid);
	put16(to, dhcp.secs);
	put16(to, dhcp.flags);
	text_add_bytes(to, dhcp.client.bytes, 4);
	text_add_bytes(to, dhcp.yours.bytes, 4);
	text_add_bytes(to, dhcp.server.bytes, 4);
	text_add_bytes(to, dhcp.relay.bytes, 4);
	text_add_bytes(to, dhcp.hardware, 6);
	put_zeros(to, 10 + 64 + 128);
	put32(to, 0x63825363);
	put8(to, 53);
	put8(to, 1);
	put8(to, dhcp.message);
	text_add_bytes(to, dhcp.options.bytes ? dhcp.options.bytes : "", dhcp.options.length);
	put8(to, 255);
	text_finish(&dhcp.options);
}

const struct payload_builder dhcp_builder = {
	.name = "dhcp",
	.usage = "[dhcp discover|offer|request|decline|ack|nak|release|inform xid N mac M [ciaddr "
		 "A] [yiaddr A] "
		 "[siaddr A] [giaddr A] [secs N] [broadcast] [server-id A] [requested A] [lease N] "
		 "[t1 N] [t2 N] "
		 "[router A] [mask A] [dns A] [hostname X] [message \"…\"] [client-id X] [option N "
		 "HEX]]",
	.build = build,
};

/* Small messages: NTP, RTP, RTCP, SNMP, spanning tree. */
#include <stdlib.h>
#include <string.h>

#include "builders.h"

/* RFC 5905, 7.3 */
static void build_ntp(struct words *words, struct text *to)
{
	bool server = words_accept(words, "server");
	if (!server && !words_accept(words, "client"))
		words_fail(words, "expected client or server");
	put8(to, server ? 0x24 : 0x23);
	put8(to, server ? 2 : 0);
	put_zeros(to, 46);
}

const struct payload_builder ntp_builder = {
	.name = "ntp", .usage = "[ntp client|server]", .build = build_ntp,
};

/* RFC 3550, 5.1 */
static void build_rtp(struct words *words, struct text *to)
{
	uint64_t type = 0, sequence = 0, timestamp = 0, source = 0x1234, length = 160;
	bool marker = false;
	while (words_more(words)) {
		if (words_accept(words, "pt"))
			type = (uint64_t)words_integer(words, "the payload type", 0, 127);
		else if (words_accept(words, "seq"))
			sequence =
				(uint64_t)words_integer(words, "the sequence number", 0, 1 << 30);
		else if (words_accept(words, "ts"))
			timestamp =
				(uint64_t)words_integer(words, "the timestamp", 0, INT64_MAX / 2);
		else if (words_accept(words, "ssrc"))
			source = (uint64_t)words_integer(words, "the source", 0, UINT32_MAX);
		else if (words_accept(words, "len"))
			length = (uint64_t)words_integer(words, "the length", 0, 1400);
		else if (words_accept(words, "marker"))
			marker = true;
		else
			words_end(words);
	}
	put8(to, 0x80);
	put8(to, type | (marker ? 0x80 : 0));
	put16(to, sequence);
	put32(to, timestamp);
	put32(to, source);
	for (uint64_t i = 0; i < length; i++)
		put8(to, 0x55);
}

const struct payload_builder rtp_builder = {
	.name = "rtp",
	.usage = "[rtp seq N ts N [pt N] [ssrc N] [len N] [marker]]",
	.build = build_rtp,
};

/* A report of a receiver with one block, RFC 3550, 6.4.2 */
static void build_rtcp(struct words *words, struct text *to)
{
	uint64_t sender = 0x99, source = 0x1234, lost = 0, highest = 0;
	while (words_more(words)) {
		if (words_accept(words, "ssrc"))
			sender = (uint64_t)words_integer(words, "the reporter", 0, UINT32_MAX);
		else if (words_accept(words, "source"))
			source = (uint64_t)words_integer(words, "the source", 0, UINT32_MAX);
		else if (words_accept(words, "lost"))
			lost = (uint64_t)words_integer(words, "the packets lost so far", 0, (1 << 23) - 1);
		else if (words_accept(words, "highest"))
			highest = (uint64_t)words_integer(words, "the highest sequence number", 0, UINT32_MAX);
		else
			words_end(words);
	}
	put8(to, 0x81);
	put8(to, 201);
	put16(to, 7);
	put32(to, sender);
	put32(to, source);
	put32(to, lost);
	put32(to, highest);
	put_zeros(to, 12);
}

const struct payload_builder rtcp_builder = {
	.name = "rtcp",
	.usage = "[rtcp [ssrc N] source N lost N highest N]",
	.build = build_rtcp,
};

/* SNMP in BER, RFC 1157 and 3416: lengths always take two bytes (0x82), which BER allows. */

static size_t ber_begin(struct text *to, unsigned tag)
{
	put8(to, tag);
	put8(to, 0x82);
	put16(to, 0);
	return to->length - 2;
}

static void ber_integer(struct text *to, unsigned tag, int64_t value)
{
	put8(to, tag);
	put8(to, 4);
	put32(to, (uint64_t)value);
}

static void ber_object(struct text *to, const char *text)
{
	size_t start = ber_begin(to, 6);
	char *end;
	unsigned long first = strtoul(text, &end, 10);
	unsigned long second = *end == '.' ? strtoul(end + 1, &end, 10) : 0;
	put8(to, first * 40 + second);
	while (*end == '.') {
		unsigned long number = strtoul(end + 1, &end, 10);
		for (unsigned shift = 28; shift > 0; shift -= 7)
			if (number >> shift)
				put8(to, 0x80 | (number >> shift & 0x7f));
		put8(to, number & 0x7f);
	}
	patch_length(to, start, 2);
}

static const struct { const char *word; unsigned tag;
} snmp_operations[] = {
	{ "get", 0xa0 },     { "getnext", 0xa1 }, { "response", 0xa2 }, { "set", 0xa3 },
	{ "getbulk", 0xa5 }, { "inform", 0xa6 },  { "trap", 0xa7 },	{ "report", 0xa8 },
};

static void build_snmp(struct words *words, struct text *to)
{
	unsigned tag = 0;
	int64_t version = 1, id = 1, error = 0;
	const char *community = "private-ro", *object = "1.3.6.1.2.1.1.3.0", *value = NULL;
	for (size_t i = 0; i < sizeof snmp_operations / sizeof *snmp_operations; i++)
		if (words_accept(words, snmp_operations[i].word))
			tag = snmp_operations[i].tag;
	if (!tag)
		words_fail(words,
			   "expected get, getnext, getbulk, set, response, trap, inform or report");
	while (words_more(words)) {
		if (words_accept(words, "v1"))
			version = 0;
		else if (words_accept(words, "v2"))
			version = 1;
		else if (words_accept(words, "community"))
			community = words_take(words, "the community");
		else if (words_accept(words, "id"))
			id = words_integer(words, "the request", 0, INT32_MAX);
		else if (words_accept(words, "error"))
			error = words_integer(words, "the error", 0, 18);
		else if (words_accept(words, "oid"))
			object = words_take(words, "the object");
		else if (words_accept(words, "value"))
			value = words_take(words, "the value");
		else
			words_end(words);
	}
	size_t message = ber_begin(to, 0x30);
	ber_integer(to, 2, version);
	size_t name = ber_begin(to, 4);
	text_add(to, community);
	patch_length(to, name, 2);
	size_t operation = ber_begin(to, tag);
	ber_integer(to, 2, id);
	ber_integer(to, 2, error);
	ber_integer(to, 2, error ? 1 : 0);
	size_t list = ber_begin(to, 0x30), variable = ber_begin(to, 0x30);
	ber_object(to, object);
	if (value) {
		ber_integer(to, 2, atoi(value));
	} else {
		put8(to, 5);
		put8(to, 0);
	}
	patch_length(to, variable, 2);
	patch_length(to, list, 2);
	patch_length(to, operation, 2);
	patch_length(to, message, 2);
}

const struct payload_builder snmp_builder = {
	.name = "snmp",
	.usage = "[snmp get|getnext|getbulk|set|response|trap|inform|report [v1|v2] [community X] "
		 "[id N] [oid "
		 "1.3.6…] [value N] [error N]]",
	.build = build_snmp,
};

/* IEEE 802.1D, with its LLC header: for `eth A > 01:80:c2:00:00:00 LENGTH [bpdu …]`. */
static void build_bpdu(struct words *words, struct text *to)
{
	text_add_bytes(to, "\x42\x42\x03\x00\x00", 5);
	if (words_accept(words, "tcn")) {
		put8(to, 0);
		put8(to, 0x80);
		return;
	}
	bool rapid = words_accept(words, "rapid");
	if (!words_accept(words, "config") && !rapid)
		words_fail(words, "expected config, rapid or tcn");
	uint64_t root = 1, bridge = 1, port = 0x8001, cost = 0, priority = 0x8000;
	bool change = false;
	while (words_more(words)) {
		if (words_accept(words, "root"))
			root = (uint64_t)words_integer(words, "the root", 0, 0xffffff);
		else if (words_accept(words, "bridge"))
			bridge = (uint64_t)words_integer(words, "the bridge", 0, 0xffffff);
		else if (words_accept(words, "port"))
			port = (uint64_t)words_integer(words, "the port", 0, 65535);
		else if (words_accept(words, "cost"))
			cost = (uint64_t)words_integer(words, "the cost", 0, 1 << 30);
		else if (words_accept(words, "priority"))
			priority = (uint64_t)words_integer(words, "the priority", 0, 65535);
		else if (words_accept(words, "change"))
			change = true;
		else
			words_end(words);
	}
	put8(to, rapid ? 2 : 0);
	put8(to, rapid ? 2 : 0);
	put8(to, change ? 1 : 0);
	put16(to, priority);
	put24(to, 0x020000);
	put24(to, root);
	put32(to, cost);
	put16(to, priority);
	put24(to, 0x020000);
	put24(to, bridge);
	put16(to, port);
	put16(to, 0);
	put16(to, 20 << 8);
	put16(to, 2 << 8);
	put16(to, 15 << 8);
	if (rapid)
		put8(to, 0);
}

const struct payload_builder bpdu_builder = {
	.name = "bpdu",
	.usage = "eth HOST > 01:80:c2:00:00:00 38 [bpdu config|rapid|tcn [root N] [bridge N] [port "
		 "N] [cost N] "
		 "[priority N] [change]]",
	.build = build_bpdu,
};

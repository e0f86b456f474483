/* DNS messages, RFC 1035; extended errors, RFC 8914. Names are not compressed. */
#include <string.h>

#include "builders.h"

enum {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_PTR = 12,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	TYPE_AAAA = 28,
	TYPE_SRV = 33,
	TYPE_OPT = 41,
	TYPE_ANY = 255
};

struct named { const char *name; uint16_t value; };

static const struct named types[] = {
	{ "A", TYPE_A }, { "NS", TYPE_NS }, { "CNAME", TYPE_CNAME }, { "SOA", TYPE_SOA },
	{ "PTR", TYPE_PTR }, { "MX", TYPE_MX }, { "TXT", TYPE_TXT }, { "AAAA", TYPE_AAAA },
	{ "SRV", TYPE_SRV }, { "ANY", TYPE_ANY }, { NULL, 0 },
};

static const struct named codes[] = {
	{ "formerr", 1 }, { "servfail", 2 }, { "nxdomain", 3 },
	{ "notimp", 4 },  { "refused", 5 },  { NULL, 0 },
};

static void put_name(struct text *to, const char *name)
{
	while (*name && strcmp(name, ".") != 0) {
		size_t length = strcspn(name, ".");
		put8(to, length);
		text_add_bytes(to, name, length);
		name += length + (name[length] == '.');
	}
	put8(to, 0);
}

static uint16_t type_take(struct words *words)
{
	const char *text = words_take(words, "the type");
	double number;
	for (unsigned i = 0; types[i].name; i++)
		if (strcmp(types[i].name, text) == 0)
			return types[i].value;
	if (!words->failed && !text_to_number(text, &number))
		words_fail(words, "\"%s\" is no DNS type", text);
	return words->failed ? 0 : (uint16_t)number;
}

struct dns {
	uint16_t id, flags, type;
	const char *name;
	uint32_t ttl;
	uint16_t edns;
	int extended_error;          /* -1: none */
	const char *extended_text;
	const char *zone, *name_server;      /* owner of NS records; the last one, which glue is about */
	struct text answers, authority, glue;
	uint16_t answer_count, authority_count, glue_count;
	unsigned tcp;
};

static void put_record(struct dns *dns, struct text *to, const char *name, uint16_t type,
		       const void *data, size_t length)
{
	put_name(to, name);
	put16(to, type);
	put16(to, 1);
	put32(to, dns->ttl);
	put16(to, length);
	text_add_bytes(to, data, length);
}

static void add_answer(struct dns *dns, uint16_t type, const struct text *data)
{
	put_record(dns, &dns->answers, dns->name, type, data->bytes, data->length);
	dns->answer_count++;
}

static bool answer_word(struct words *words, struct dns *dns)
{
	struct text data = { 0 };
	bool taken = true;
	if (words_accept(words, "a")) {
		struct address address = address_take(words, "the address");
		text_add_bytes(&data, address.bytes, 4);
		add_answer(dns, TYPE_A, &data);
	} else if (words_accept(words, "aaaa")) {
		struct address address = address_take(words, "the address");
		text_add_bytes(&data, address.bytes, 16);
		add_answer(dns, TYPE_AAAA, &data);
	} else if (words_accept(words, "cname")) {
		put_name(&data, words_take(words, "the name"));
		add_answer(dns, TYPE_CNAME, &data);
	} else if (words_accept(words, "ptr")) {
		put_name(&data, words_take(words, "the name"));
		add_answer(dns, TYPE_PTR, &data);
	} else if (words_accept(words, "txt")) {
		for (int64_t left = words_integer(words, "the bytes of text", 1, 60000); left > 0;
		     left -= 255) {
			put8(&data, (uint64_t)(left < 255 ? left : 255));
			for (int64_t i = 0; i < left && i < 255; i++)
				put8(&data, 'x');
		}
		add_answer(dns, TYPE_TXT, &data);
	} else if (words_accept(words, "ns")) {
		dns->name_server = words_take(words, "the name server");
		put_name(&data, dns->name_server);
		put_record(dns, &dns->authority, dns->zone ? dns->zone : dns->name, TYPE_NS, data.bytes,
			   data.length);
		dns->authority_count++;
	} else if (words_accept(words, "glue")) {
		struct address address = address_take(words, "the address");
		text_add_bytes(&data, address.bytes, 4);
		put_record(dns, &dns->glue, dns->name_server ? dns->name_server : dns->name, TYPE_A, data.bytes,
			   data.length);
		dns->glue_count++;
	} else if (words_accept(words, "soa")) {
		const char *zone = words_take(words, "the zone");
		put_name(&data, "ns.example.com");
		put_name(&data, "admin.example.com");
		for (unsigned i = 0; i < 5; i++)
			put32(&data, 3600);
		put_record(dns, &dns->authority, zone, TYPE_SOA, data.bytes, data.length);
		dns->authority_count++;
	} else {
		taken = false;
	}
	text_finish(&data);
	return taken;
}

static bool flag_word(struct words *words, struct dns *dns)
{
	static const struct named flags[] = { { "aa", 0x0400 }, { "tc", 0x0200 }, { "ad", 0x0020 },
		{ "cd", 0x0010 }, { NULL, 0 } };
	for (unsigned i = 0; flags[i].name; i++) {
		if (words_accept(words, flags[i].name)) {
			dns->flags |= flags[i].value;
			return true;
		}
	}
	for (unsigned i = 0; codes[i].name; i++) {
		if (words_accept(words, codes[i].name)) {
			dns->flags |= codes[i].value;
			return true;
		}
	}
	if (words_accept(words, "nord"))
		dns->flags &= (uint16_t)~0x0100;
	else if (words_accept(words, "nora"))
		dns->flags &= (uint16_t)~0x0080;
	else
		return false;
	return true;
}

static void word(struct words *words, struct dns *dns)
{
	if (flag_word(words, dns) || answer_word(words, dns))
		return;
	if (words_accept(words, "id")) {
		dns->id = (uint16_t)words_integer(words, "the identifier", 0, 65535);
	} else if (words_accept(words, "name")) {
		dns->name = words_take(words, "the name");
	} else if (words_accept(words, "type")) {
		dns->type = type_take(words);
	} else if (words_accept(words, "rcode")) {
		dns->flags |= (uint16_t)words_integer(words, "the response code", 0, 15);
	} else if (words_accept(words, "opcode")) {
		dns->flags |= (uint16_t)(words_integer(words, "the operation", 0, 15) << 11);
	} else if (words_accept(words, "zone")) {
		dns->zone = words_take(words, "the zone");
	} else if (words_accept(words, "ttl")) {
		dns->ttl = (uint32_t)words_integer(words, "the time to live", 0, INT32_MAX);
	} else if (words_accept(words, "edns")) {
		dns->edns = (uint16_t)words_integer(words, "the size", 0, 65535);
	} else if (words_accept(words, "ede")) {
		dns->extended_error = (int)words_integer(words, "the extended error", 0, 65535);
		if (words_more(words) && words->at[words->next].kind == WORD_STRING)
			dns->extended_text = words_take(words, "the text");
	} else if (words_accept(words, "tcp")) {
		dns->tcp = 1;
	} else {
		words_end(words);
	}
}

static void put_opt(struct text *to, const struct dns *dns)
{
	put8(to, 0);
	put16(to, TYPE_OPT);
	put16(to, dns->edns ? dns->edns : 1232);
	put32(to, 0);
	size_t length = to->length;
	put16(to, 0);
	if (dns->extended_error >= 0) {
		put16(to, 15);
		size_t option = to->length;
		put16(to, 0);
		put16(to, (uint64_t)dns->extended_error);
		text_add(to, dns->extended_text);
		patch_length(to, option, 2);
	}
	patch_length(to, length, 2);
}

static void build(struct words *words, struct text *to)
{
	struct dns dns = { .id = 1, .type = TYPE_A, .name = "www.example.com", .ttl = 300,
		.extended_error = -1, .extended_text = "" };
	if (words_accept(words, "answer"))
		dns.flags = 0x8180;
	else if (words_accept(words, "query"))
		dns.flags = 0x0100;
	else
		words_fail(words, "expected query or answer");
	while (words_more(words))
		word(words, &dns);
	size_t start = to->length;
	bool opt = dns.edns || dns.extended_error >= 0;
	if (dns.tcp)
		put16(to, 0);
	put16(to, dns.id);
	put16(to, dns.flags);
	put16(to, 1);
	put16(to, dns.answer_count);
	put16(to, dns.authority_count);
	put16(to, opt + dns.glue_count);
	put_name(to, dns.name);
	put16(to, dns.type);
	put16(to, 1);
	text_add_bytes(to, dns.answers.bytes ? dns.answers.bytes : "", dns.answers.length);
	text_add_bytes(to, dns.authority.bytes ? dns.authority.bytes : "", dns.authority.length);
	text_add_bytes(to, dns.glue.bytes ? dns.glue.bytes : "", dns.glue.length);
	if (opt)
		put_opt(to, &dns);
	if (dns.tcp)
		patch_length(to, start, 2);
	text_finish(&dns.answers);
	text_finish(&dns.authority);
	text_finish(&dns.glue);
}

const struct payload_builder dns_builder = {
	.name = "dns",
	.usage = "[dns query|answer id N name X type A|AAAA|PTR|… "
		 "[nxdomain|servfail|refused|formerr|rcode N] "
		 "[aa] [tc] [cd] [nord] [nora] [a ADDR]… [aaaa ADDR] [cname X] [ptr X] [txt BYTES] "
		 "[zone X] [ns X] [glue ADDR] [soa X] "
		 "[ttl N] [edns SIZE] [ede N \"text\"] [tcp]]: nxdomain, ns and so on are answers' "
		 "words",
	.build = build,
};

#include "builders.h"

#include <string.h>

#include "compiler.h"

static const struct payload_builder *const builders[] = {
	&bpdu_builder, &dhcp_builder, &dns_builder, &dtls_builder, &http2_builder, &ntp_builder, &rtcp_builder, &rtp_builder,
	&snmp_builder, &tls_builder, NULL,
};

static void put(struct text *to, uint64_t value, unsigned bytes)
{
	while (bytes-- > 0)
		text_add_char(to, (char)(value >> 8 * bytes));
}

void put8(struct text *to, uint64_t value)
{
	put(to, value, 1);
}

void put16(struct text *to, uint64_t value)
{
	put(to, value, 2);
}

void put24(struct text *to, uint64_t value)
{
	put(to, value, 3);
}

void put32(struct text *to, uint64_t value)
{
	put(to, value, 4);
}

void put_zeros(struct text *to, size_t count)
{
	while (count-- > 0)
		text_add_char(to, '\0');
}

void patch_length(struct text *to, size_t at, unsigned bytes)
{
	size_t length = to->length - at - bytes;
	for (unsigned i = 0; i < bytes; i++)
		to->bytes[at + i] = (char)(length >> 8 * (bytes - 1 - i));
}

struct address address_take(struct words *words, const char *what)
{
	struct address address = { .family = ADDRESS_IPV4 };
	const char *text = words_take(words, what);
	if (!words->failed && !address_parse(text, &address))
		words_fail(words, "%s should be an address, not \"%s\"", what, text);
	return address;
}

bool payload_build(struct words *words, struct text *to)
{
	for (unsigned i = 0; builders[i]; i++) {
		if (!words_accept(words, builders[i]->name))
			continue;
		words->usage = builders[i]->usage;
		text_add(to, "");
		builders[i]->build(words, to);
		words_end(words);
		return true;
	}
	words_fail(
		words,
		"there is no payload builder of that name (bpdu, dhcp, dns, dtls, http2, ntp, rtcp, rtp, snmp, tls)");
	return false;
}

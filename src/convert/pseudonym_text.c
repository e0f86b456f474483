/* Pseudonyms within text: capture filters. */
#include <stdlib.h>
#include <string.h>

#include "convert/pseudonym.h"
#include "core/text.h"

#define BETWEEN " ()!&|=<>[]+*"      /* what ends a word of a filter */

/* The words of pcap-filter(7) that tell what, not whom. */
static bool is_language(const char *word, size_t length)
{
	static const char *const words[] = { "and", "arp", "broadcast", "dst", "ether", "greater", "gateway",
		"host", "icmp", "icmp6", "igmp", "ip", "ip6", "len", "less", "mask", "mpls", "multicast",
		"net", "not", "or", "outbound", "inbound", "port", "portrange", "pppoes", "proto", "rarp",
		"sctp", "src", "tcp", "udp", "vlan" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strlen(words[i]) == length && memcmp(words[i], word, length) == 0)
			return true;
	return strspn(word, "0123456789-") >= length;
}

/* "10.0.0.1", "10.0.0.0/8"; anything else is a name. */
static void add_word(struct pseudonyms *pseudonyms, const char *word, size_t length, struct text *to)
{
	char copy[ADDRESS_TEXT_SIZE] = "";
	size_t network = strcspn(word, "/");
	struct address address;
	if (network > length)
		network = length;
	if (network < sizeof copy)
		memcpy(copy, word, network);
	if (address_parse(copy, &address)) {
		pseudonym_address(pseudonyms, &address);
		text_add(to, address_text(&address, copy));
		text_add_bytes(to, word + network, length - network);
		return;
	}
	size_t start = to->length;
	text_add_bytes(to, word, length);
	pseudonym_word(pseudonyms, (uint8_t *)to->bytes + start, length);
}

void pseudonym_filter(struct pseudonyms *pseudonyms, char *filter, size_t size)
{
	struct text changed = { 0 };
	for (const char *at = filter; *at; ) {
		size_t between = strspn(at, BETWEEN), word = strcspn(at + between, BETWEEN);
		text_add_bytes(&changed, at, between);
		at += between;
		if (is_language(at, word))
			text_add_bytes(&changed, at, word);
		else
			add_word(pseudonyms, at, word, &changed);
		at += word;
	}
	size_t length = changed.length < size ? changed.length : size - 1;
	memset(filter, 0, size);
	if (length)
		memcpy(filter, changed.bytes, length);
	text_finish(&changed);
}

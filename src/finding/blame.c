/* Whom a finding blames, in the words of the catalogue's A1, and the party that each word counts to. */
#include <stdarg.h>

#include "finding/finding.h"
#include "finding/words.h"

static bool is_client(const struct session *session, uint8_t side)
{
	return session->client == side;
}

static enum party party_of(const struct session *session, uint8_t side)
{
	return is_client(session, side) ? PARTY_CLIENT : PARTY_SERVER;
}

static const char *side_name(const struct session *session, uint8_t side)
{
	return is_client(session, side) ? "client" : "server";
}

void blame_word(struct finding *finding, enum party party, const char *format, ...)
{
	finding->blame.party = party;
	va_list arguments;
	va_start(arguments, format);
	words_format(finding->blame.word, sizeof finding->blame.word, format, arguments);
	va_end(arguments);
}

void blame_host(struct finding *finding, const struct session *session, uint8_t side)
{
	blame_word(finding, party_of(session, side), "%s", side_name(session, side));
}

void blame_program(struct finding *finding, const struct session *session, uint8_t side)
{
	blame_word(finding, party_of(session, side), "app:%s", side_name(session, side));
}

void blame_config(struct finding *finding, const struct session *session, uint8_t side)
{
	char host[ADDRESS_TEXT_SIZE];
	address_text(&session->key.end[side].address, host);
	blame_word(finding, party_of(session, side), "config:%s", host);
}

void blame_network_at(struct finding *finding, const struct session *session, uint8_t side)
{
	blame_word(finding, PARTY_NETWORK, "net:%s-side", side_name(session, side));
}

void blame_network(struct finding *finding)
{
	blame_word(finding, PARTY_NETWORK, "net:path");
}

void blame_middlebox(struct finding *finding, const struct session *session, int side)
{
	if (side < 0)
		blame_word(finding, PARTY_NETWORK, "middlebox:path");
	else
		blame_word(finding, PARTY_NETWORK, "middlebox:%s-side",
			   side_name(session, (uint8_t)side));
}

void blame_service(struct finding *finding, const char *name)
{
	blame_word(finding, PARTY_SERVICE, "service:%s", name);
}

void blame_capture(struct finding *finding)
{
	blame_word(finding, PARTY_CAPTURE, "capture");
}

void blame_attacker(struct finding *finding, const struct address *address)
{
	char host[ADDRESS_TEXT_SIZE];
	blame_word(finding, PARTY_ATTACKER, "attacker:%s", address_text(address, host));
}

void blame_unknown(struct finding *finding)
{
	blame_word(finding, PARTY_UNKNOWN, "unknown");
}

void blame_nobody(struct finding *finding)
{
	blame_word(finding, PARTY_NONE, "none");
}

const char *party_name(enum party party)
{
	static const char *const names[] = { "none", "client", "server", "network", "service",
					     "capture", "attacker", "unknown" };
	return names[party];
}

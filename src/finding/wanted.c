#include "finding/wanted.h"

#include <string.h>

#include "core/clock.h"
#include "finding/gate.h"

/* The capture filter that keeps what concerns the subject, in the words of pcap-filter(7). Errors of ICMP
 * come from routers between the two and quote their addresses, so they are wanted whole. */
static void add_filter(const struct subject *subject, struct text *to)
{
	char client[ADDRESS_TEXT_SIZE], server[ADDRESS_TEXT_SIZE];
	bool has_client = subject->client.family != ADDRESS_NONE;
	bool has_server = subject->server.family != ADDRESS_NONE;
	bool is_ipv6 = (has_client ? subject->client : subject->server).family == ADDRESS_IPV6;
	const char *transport = subject->protocol == 6 ? "tcp " : subject->protocol == 17 ? "udp " : "";
	if (!has_client && !has_server) {
		text_add(to, "without a capture filter");
		return;
	}
	text_add(to, "with the capture filter \"");
	if (has_client && has_server)
		text_addf(to, "(host %s and host %s", address_text(&subject->client, client),
			  address_text(&subject->server, server));
	else
		text_addf(to, "(host %s", address_text(has_client ? &subject->client : &subject->server, client));
	if (subject->server_port)
		text_addf(to, " and %sport %u", transport, subject->server_port);
	text_addf(to, ") or %s\"", is_ipv6 ? "icmp6" : "icmp");
}

/* Long enough to see it three times over, in steps that people use. */
static void add_duration(const struct finding *finding, struct text *to)
{
	static const struct { int seconds; const char *words; } steps[] = {
		{ 30, "30 s" }, { 60, "1 min" }, { 120, "2 min" }, { 300, "5 min" }, { 600, "10 min" },
		{ 1800, "30 min" }, { 3600, "1 h" },
	};
	const unsigned last = sizeof steps / sizeof *steps - 1;
	int64_t lasted = finding->first_packet ? finding->last_time / NANOSECONDS -
						 finding->first_time / NANOSECONDS : 0;
	unsigned step = 0;
	while (step < last && steps[step].seconds / 3 < lasted)
		step++;
	text_addf(to, ", for at least %s", steps[step].words);
}

static bool blames(const struct finding *finding, const char *beginning)
{
	return strncmp(finding->blame.word, beginning, strlen(beginning)) == 0;
}

/* Where a second look decides between the explanations that are left. */
static void add_place(const struct finding *finding, struct text *to)
{
	char words[ADDRESS_TEXT_SIZE];
	const struct subject *subject = &finding->subject;
	bool has_client = subject->client.family != ADDRESS_NONE;
	bool has_server = subject->server.family != ADDRESS_NONE;
	enum party party = finding->blame.party;
	if (has_client && (!has_server || party == PARTY_CLIENT || blames(finding, "net:client-side")))
		text_addf(to, "Record on %s itself", address_text(&subject->client, words));
	else if (has_server && (party == PARTY_SERVER || party == PARTY_SERVICE ||
				blames(finding, "net:server-side")))
		text_addf(to, "Record on %s itself", address_text(&subject->server, words));
	else if (has_client && has_server)
		text_add(to, "Record on both hosts at the same time and compare: what left one must arrive at "
			     "the other");
	else
		text_add(to, "Record at a second place at the same time and compare");
}

void wanted_add(const struct finding *finding, uint32_t flags, struct text *to)
{
	const char *before = "To know, ";
	for (size_t i = 0; i < gate_flag_count; i++) {
		if (!(flags & gate_flags[i].flag))
			continue;
		text_addf(to, "%s%s", before, gate_flags[i].remedy);
		before = "; ";
	}
	if (!flags)
		add_place(finding, to);
	text_add(to, "; ");
	add_filter(&finding->subject, to);
	add_duration(finding, to);
	text_add(to, ".");
}

/* What answers say: two that differ, referrals of servers that should know better, and names that are only
 * tried because of a search list. dns/conflicting-answers, dns/lame-delegation, dns/search-suffix. */
#include <string.h>

#include "analyze/dns.h"
#include "core/hash.h"

#define DELEGATIONS_REMEMBERED 512
#define CLIENTS_REMEMBERED 128
#define SUFFIX_TRIES 4 /* names that did not exist, remembered per client */
#define SUFFIX_WINDOW (5 * NANOSECONDS)
#define FOREIGN_WINDOW (5 * NANOSECONDS)

const struct finding_kind dns_conflicting_answers = {
	.id = "dns/conflicting-answers",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "Two different answers to one question",
	.say = "{client} got two different answers for {name} ({type}) to one query.",
	.meaning =
		"A query was sent once and answered twice with different data, or the answer came from an address "
		"that was not asked: somebody answers in place of the server.",
	.false_alarms =
		"The same records in another order are equal. A query that was repeated may get several "
		"answers of a server that rotates its records; that is left out.",
	.advice = { "Compare the two answers and their IP TTL: the forged one usually comes first.",
		    "Use DNS over TLS or DNSSEC validation on {client}." },
	.reference = "RFC 5452",
};

const struct finding_kind dns_lame_delegation = {
	.id = "dns/lame-delegation",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "A server is listed for a zone that it does not serve",
	.say = "{server} is listed for {zone} but does not serve it ({referrals|answer|answers}).",
	.meaning =
		"A server to which a zone is delegated answers without authority and refers to itself, to the same "
		"zone or to one above it, or refuses to answer at all.",
	.false_alarms =
		"Resolvers that do recursion answer without authority, rightly so; referrals to a zone further "
		"down are how DNS works.",
	.advice = { "Correct the NS records of {zone} at its registrar, or set the zone up on {server}." },
	.reference = "RFC 1912 2.8; RFC 8499 7",
};

const struct finding_kind dns_search_suffix = {
	.id = "dns/search-suffix",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_HOST,
	.title = "Names are tried with search suffixes in vain",
	.say = "{host} asks {per_name} useless questions per name because of its search list, as for {name} "
	       "({lookups|name|names}, {useless|question|questions} in vain).",
	.meaning = "The resolver library appends the domains of its search list first; each attempt that fails costs "
		   "a round trip or more before the name itself is asked for.",
	.false_alarms = "A name that is looked up as A and AAAA counts once for each.",
	.advice = { "Write names with a dot at the end, or lower ndots and shorten the search list of {host}." },
	.reference = "RFC 1535",
	.parameters = {
		{ .name = "useless", .unit = UNIT_COUNT, .value = 2, .meaning = "NXDOMAIN before a name was found" },
		{ .name = "lookups", .unit = UNIT_COUNT, .value = 10, .meaning = "that went so" },
	},
};

struct dns_delegation {
	char zone[DNS_SHOWN];
	struct sample here;
};

struct dns_missing {
	char name[DNS_SHOWN];
	uint8_t length;
	uint16_t type;
	struct sample asked, answer;
};

struct dns_habit { /* of a client */
	struct dns_missing missing[SUFFIX_TRIES];
	uint32_t next;
	uint32_t lookups, useless;
	int64_t cost;
	char name[DNS_SHOWN];
	struct proof proof;
};

void dns_content_begin(struct analysis_context *context)
{
	struct dns_state *state = context->state;
	cache_init(&state->delegations, DELEGATIONS_REMEMBERED, sizeof(struct dns_pair_key),
		   sizeof(struct dns_delegation));
	cache_init(&state->clients, CLIENTS_REMEMBERED, sizeof(struct address),
		   sizeof(struct dns_habit));
	state->suffix_least = (uint64_t)setting(context->settings, &dns_search_suffix, "useless");
	state->suffix_lookups = (uint64_t)setting(context->settings, &dns_search_suffix, "lookups");
}

static void begin_conflict(struct finding *finding, const struct dns_heard *heard,
			   const struct address *server)
{
	struct dns_case what = { .count = 0 };
	dns_case_add(&what, heard);
	dns_finding(finding, &dns_conflicting_answers, &heard->client.address, server, &what);
	blame_word(finding, PARTY_ATTACKER, "attacker");
}

/* One query, two answers. Copies of one answer are equal; a server that merely rotates gives one. */
void dns_second_answer(struct analysis_context *context, const struct dns_heard *heard,
		       struct dns_try *try)
{
	const struct dns_header *dns = heard->dns;
	struct finding finding;
	bool failed = try->rcode != DNS_NOERROR || dns->rcode != DNS_NOERROR;
	bool useful = (try->rcode == DNS_NOERROR || try->rcode == DNS_NXDOMAIN) &&
		      (dns->rcode == DNS_NOERROR || dns->rcode == DNS_NXDOMAIN);
	if (try->copies != 1 || heard->stream || !useful || !dns->whole || try->answers > 2 ||
	    heard->here.time - try->answer.time > FOREIGN_WINDOW ||
	    (try->rcode == dns->rcode &&
	     (try->data_hash == dns->data_hash || !try->data_hash || !dns->data_hash)))
		return;
	begin_conflict(&finding, heard, &heard->server.address);
	bool other_ttl = try->answer_ttl != heard->ttl;
	finding.confidence = other_ttl ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	finding.sub_kind = failed ? "code" : "data";
	if (other_ttl)
		finding_why(&finding, "The two came with IP TTL %u and %u: not from the same host.",
			    try->answer_ttl, heard->ttl);
	else
		finding_why(&finding, "The query was sent once; a server answers it once.");
	if (!other_ttl)
		blame_unknown(&finding);
	finding_alternative(&finding,
			    "the server, or a relay on the way, answered twice by mistake", NULL);
	finding_evidence(&finding, try->query.packet, try->query.time, "the query");
	finding_evidence(&finding, try->answer.packet, try->answer.time, "the first answer");
	finding_evidence(&finding, heard->here.packet, heard->here.time,
			 "the second answer, with other data");
	finding_submit(context->findings, &finding);
}

/* No query to this server: was the same asked of another one, from the same port and with the same id? */
void dns_foreign_answer(struct analysis_context *context, const struct dns_heard *heard)
{
	struct dns_state *state = context->state;
	const struct dns_try_key *last = cache_find(&state->ports, &heard->client);
	const struct dns_try *try = last ? cache_find(&state->tries, last) : NULL;
	struct finding finding;
	char asked[ADDRESS_TEXT_SIZE];
	if (!try || heard->stream || last->id != heard->dns->id || !heard->dns->questions ||
	    try->question.name != heard->question.name ||
	    try->question.type != heard->question.type || address_is_multicast(&last->server) ||
	    heard->here.time - try->query.time > FOREIGN_WINDOW)
		return;
	begin_conflict(&finding, heard, &last->server);
	finding.sub_kind = "other-address";
	finding.severity = SEVERITY_NOTICE;
	finding.confidence = CONFIDENCE_POSSIBLE;
	blame_unknown(&finding);
	finding.say =
		"{client} asked {server} for {name} ({type}); an answer came from {other}, which was not asked.";
	finding_address(&finding, "other", &heard->server.address);
	finding_why(&finding, "Identifier, port and name fit the query to %s; the sender does not.",
		    address_text(&last->server, asked));
	finding_alternative(&finding, "a server with several addresses answers from the wrong one",
			    NULL);
	finding_evidence(&finding, try->query.packet, try->query.time, "the query");
	finding_evidence(&finding, heard->here.packet, heard->here.time,
			 "the answer from another address");
	finding_submit(context->findings, &finding);
}

/* Does `name` lie in `zone` (or is it)? */
static bool lies_in(const char *name, const char *zone)
{
	size_t length = strlen(name), of_zone = strlen(zone);
	if (strcmp(zone, ".") == 0)
		return true;
	return length >= of_zone && strcmp(name + length - of_zone, zone) == 0 &&
	       (length == of_zone || name[length - of_zone - 1] == '.');
}

static void report_lame(struct analysis_context *context, const struct dns_heard *heard,
			const char *zone, const struct dns_try *try,
			const struct dns_delegation *delegation)
{
	struct dns_case what = { .count = 0 };
	struct finding finding;
	dns_case_add(&what, heard);
	dns_finding(&finding, &dns_lame_delegation, &heard->client.address, &heard->server.address,
		    &what);
	char shown[DNS_SHOWN];
	dns_show(shown, zone, strlen(zone));
	finding_words(&finding, "zone", "%s", shown);
	finding_count(&finding, "referrals", 1);
	blame_service(&finding, "dns");
	finding.confidence = delegation && !heard->dns->rcode ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	finding_why(&finding, heard->dns->rcode ? "The zone was delegated to this server, and it answers with an error."
		    : delegation ? "The zone was delegated to this server, and it refers back."
				 : "The server refers to itself and does not answer.");
	if (delegation)
		finding_evidence(&finding, delegation->here.packet, delegation->here.time,
				 "the referral to this server");
	finding_evidence(&finding, try->query.packet, try->query.time, "the question");
	finding_evidence(&finding, heard->here.packet, heard->here.time,
			 "the answer without authority");
	finding_submit(context->findings, &finding);
}

bool dns_note_lame(struct analysis_context *context, const struct dns_heard *heard, const struct dns_pair *pair,
		   const struct dns_try *try)
{
	struct dns_state *state = context->state;
	const struct dns_header *dns = heard->dns;
	const struct dns_pair_key own = { heard->client.address, heard->server.address };
	/* Who asks for recursion may be refused that alone; and who has answered serves something. */
	if (!try || try->recursive || pair->settled || dns->opcode != DNS_QUERY ||
	    (dns->rcode != DNS_REFUSED && dns->rcode != DNS_SERVFAIL))
		return false;
	const struct dns_delegation *delegation = cache_find(&state->delegations, &own);
	if (!delegation || !lies_in(dns->name, delegation->zone))
		return false;
	report_lame(context, heard, delegation->zone, try, delegation);
	return true;
}

void dns_note_referral(struct analysis_context *context, const struct dns_heard *heard,
		       const struct dns_try *try)
{
	struct dns_state *state = context->state;
	const struct dns_header *dns = heard->dns;
	bool recursion = dns->flags & DNS_RA && try->recursive;
	if (dns->rcode || dns->opcode != DNS_QUERY || dns->answers || dns->has_soa ||
	    !dns->has_ns || !dns->whole || dns->flags & DNS_AA || recursion)
		return;
	const struct dns_pair_key own = { heard->client.address, heard->server.address };
	const struct dns_delegation *delegation = cache_find(&state->delegations, &own);
	if (delegation && lies_in(delegation->zone, dns->zone) &&
	    lies_in(dns->name, delegation->zone)) {
		report_lame(context, heard, delegation->zone, try, delegation);
		return;
	}
	for (unsigned i = 0; i < dns->glue_count; i++) {
		if (address_equal(&dns->glue[i], &heard->server.address)) {
			report_lame(context, heard, dns->zone, try, NULL);
			return;
		}
	}
	for (unsigned i = 0; i < dns->glue_count; i++) {
		const struct dns_pair_key key = { heard->client.address, dns->glue[i] };
		struct dns_delegation *to = cache_enter(&state->delegations, &key, NULL);
		memcpy(to->zone, dns->zone, sizeof to->zone - 1);
		to->zone[sizeof to->zone - 1] = '\0';
		to->here = heard->here;
	}
}

/* Is `missing` the name with something appended? */
static bool is_suffixed(const struct dns_missing *missing, const struct dns_heard *heard)
{
	size_t length = heard->dns->name_length;
	return missing->answer.packet && missing->type == heard->question.type &&
	       missing->length > length + 1 &&
	       memcmp(missing->name, heard->dns->name, length) == 0 &&
	       missing->name[length] == '.' &&
	       heard->here.time - missing->asked.time < SUFFIX_WINDOW;
}

void dns_note_suffix(struct analysis_context *context, const struct dns_heard *heard,
		     const struct dns_lookup *lookup)
{
	struct dns_state *state = context->state;
	const struct dns_header *dns = heard->dns;
	if (dns->name_length >= DNS_SHOWN || dns->query_type == DNS_TYPE_PTR)
		return;
	if (dns->rcode == DNS_NXDOMAIN) {
		struct dns_habit *habit =
			cache_enter(&state->clients, &heard->client.address, NULL);
		struct dns_missing *missing = &habit->missing[habit->next++ % SUFFIX_TRIES];
		memcpy(missing->name, dns->name, dns->name_length + 1u);
		missing->length = dns->name_length;
		missing->type = dns->query_type;
		missing->asked = lookup->tries.first[0];
		missing->answer = heard->here;
		return;
	}
	struct dns_habit *habit = cache_find(&state->clients, &heard->client.address);
	if (!habit || dns->rcode || !dns->answers)
		return;
	uint32_t useless = 0;
	int64_t since = heard->here.time;
	for (unsigned i = 0; i < SUFFIX_TRIES; i++) {
		struct dns_missing *missing = &habit->missing[i];
		if (!is_suffixed(missing, heard))
			continue;
		useless++;
		since = missing->asked.time < since ? missing->asked.time : since;
		if (habit->lookups < PROOF_FIRST)
			proof_add_at(&habit->proof, missing->answer.packet, missing->answer.time);
		missing->answer.packet = 0;
	}
	if (useless < state->suffix_least)
		return;
	if (!habit->lookups++)
		dns_show(habit->name, dns->name, dns->name_length);
	habit->useless += useless;
	habit->cost += lookup->tries.first[0].time - since;
}

void dns_judge_suffixes(struct analysis_context *context)
{
	struct dns_state *state = context->state;
	const struct dns_habit *habit;
	const void *client;
	for (size_t at = 0; (habit = cache_next(&state->clients, &at, &client));) {
		struct finding finding;
		char host[ADDRESS_TEXT_SIZE];
		if (habit->lookups < state->suffix_lookups)
			continue;
		finding_begin(&finding, &dns_search_suffix, NULL);
		finding_host(&finding, client);
		finding.service = "dns";
		finding.count = habit->lookups;
		finding.cost = habit->cost;
		finding_words(&finding, "name", "%s", habit->name);
		finding_words(&finding, "per_name", "%.1f",
			      (double)habit->useless / habit->lookups);
		finding_count(&finding, "lookups", habit->lookups);
		finding_count(&finding, "useless", habit->useless);
		blame_word(&finding, PARTY_CLIENT, "config:%s", address_text(client, host));
		finding_why(
			&finding,
			"The names that do not exist are those that it found afterwards, with something "
			"appended.");
		proof_give(&habit->proof, &finding, "a name with a suffix does not exist");
		finding_submit(context->findings, &finding);
	}
}

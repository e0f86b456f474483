/* Answers that say no. dns/servfail, dns/refused, dns/format-error, dns/name-error, dns/nodata. */
#include <string.h>

#include "analyze/dns.h"

const struct finding_kind dns_servfail = {
	.id = "dns/servfail",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "A name server could not resolve a name",
	.say = "{server} could not resolve {name}: server failure ({failures|answer|answers}{reason}).",
	.meaning = "The server answered SERVFAIL: it could not reach the servers of the name's zone, does not trust "
		   "their signatures, or is itself out of order.",
	.false_alarms = "A client that asks again, or another server, and gets its answer was only delayed: a notice. "
			"So are few failures among many answers, and those that a server had from another one in the trace.",
	.advice = { "Look at the forwarders of {server} and at its log.",
		    "Ask with checking disabled (dig +cd): if that works, the zone's DNSSEC signatures are wrong." },
	.reference = "RFC 1035 4.1.1; RFC 8914",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.02,
		  .meaning = "of all lookups at this server; fewer are a notice" },
	},
};

const struct finding_kind dns_refused = {
	.id = "dns/refused",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "A name server refuses to serve a client",
	.say = "{server} refuses to serve {client} ({name}, {failures|answer|answers}{reason}).",
	.meaning =
		"The server answered REFUSED: its access list does not let this client ask, or it does not do "
		"recursion for it.",
	.false_alarms =
		"Dynamic updates, zone transfers, queries for all records or for the server's version are denied to all "
		"but a few, as a rule: a notice, as where the client asked another server with success.",
	.advice = { "Look at allow-query, allow-recursion and the views of {server}.",
		    "Is {client} meant to use this server at all?" },
	.reference = "RFC 1035 4.1.1",
};

const struct finding_kind dns_format_error = {
	.id = "dns/format-error",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "A name server does not understand a question",
	.say = "{server} does not understand what {client} asks ({what}, {failures|answer|answers}).",
	.meaning =
		"The server answered FORMERR or NOTIMP. Old servers and firewalls that rewrite DNS do so for EDNS; "
		"the client then asks again without it. Kind edns-dropped: questions with EDNS vanish.",
	.false_alarms =
		"Where the client sent something that is no DNS message, the client is to blame.",
	.advice = { "Look at the firewall's DNS inspection between {client} and {server}.",
		    "Replace a server that does not know EDNS (RFC 6891)." },
	.reference = "RFC 1035 4.1.1; RFC 6891 7",
	.parameters = {
		{ .name = "silent", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "lookups that got nothing with EDNS and an answer without" },
	},
};

const struct finding_kind dns_name_error = {
	.id = "dns/name-error",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "Names that do not exist",
	.say = "{name} does not exist (says {server}{authority}); {failures|answer|answers} of this kind about "
	       "{names|name|names}.",
	.meaning = "The server answered NXDOMAIN: there is no such name, of any type.",
	.false_alarms = "Programs probe for names that need not exist.",
	.advice = { "Correct the name where it is configured, or add the missing record (PTR for addresses)." },
	.reference = "RFC 1035 4.1.1; RFC 2308",
};

const struct finding_kind dns_nodata = {
	.id = "dns/nodata",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "Names without a record of the type asked for",
	.say = "{name} exists but has no {type} record, says {server} ({failures|answer|answers} of this kind).",
	.meaning = "The answer is empty and names the zone: the name exists, not the type.",
	.false_alarms = "Usual for AAAA and HTTPS records.",
	.advice = { "Add the record if clients should find it." },
	.reference = "RFC 2308 2.2",
};

/* What an extended error adds, RFC 8914: ": No Reachable Authority, at delegation example.com". */
static void say_reason(struct finding *finding, const struct dns_case *what)
{
	const char *words = dns_extended_error_words(what->extended_error);
	if (what->extended_error < 0)
		finding_words(finding, "reason", "%s", "");
	else
		finding_words(finding, "reason", "; %s%s%s", words ? words : "extended error",
			      *what->extended_text ? ": " : "", what->extended_text);
}

static void begin(struct finding *finding, const struct finding_kind *kind,
		  const struct dns_pair_key *key, const struct dns_case *what)
{
	dns_finding(finding, kind, &key->client, &key->server, what);
	finding_count(finding, "failures", what->count);
	say_reason(finding, what);
}

static void submit(struct analysis_context *context, struct finding *finding,
		   const struct dns_case *what, const char *note)
{
	proof_give(&what->proof, finding, note);
	finding_submit(context->findings, finding);
}

static bool is_dnssec(int32_t code)
{
	return (code >= 1 && code <= 2) || (code >= 5 && code <= 12) || code == 25 || code == 27;
}

static void judge_servfail(struct analysis_context *context, const struct dns_pair_key *key,
			   const struct dns_pair *pair)
{
	const struct dns_case *what = &pair->cases[DNS_CASE_SERVFAIL];
	uint32_t lookups = pair->settled + what->count - what->harmless;
	double share = setting(context->settings, &dns_servfail, "share");
	struct finding finding;
	if (!what->count)
		return;
	begin(&finding, &dns_servfail, key, what);
	finding_threshold(&finding, "share", UNIT_RATIO, share);
	blame_service(&finding, "dns");
	if (what->harmless >= what->count || what->count < share * lookups)
		finding.severity = SEVERITY_NOTICE;
	const struct dns_pair_key *upstream = dns_passed_on(context->state, &key->server, DNS_CASE_SERVFAIL, 0);
	if (upstream) {
		char host[ADDRESS_TEXT_SIZE];
		finding.sub_kind = "passed-on";
		finding.severity = SEVERITY_NOTICE;
		finding_why(&finding, "It asked %s itself and got no better answer.",
			    address_text(&upstream->server, host));
	} else if (is_dnssec(what->extended_error)) {
		finding.sub_kind = "dnssec";
		finding_why(&finding,
			    "The server says itself that the signatures of the zone do not hold.");
	} else if (!pair->settled && what->names.count > 1) {
		finding.sub_kind = "all";
		finding_why(&finding, "It resolves none of the names that this client asked for.");
	} else {
		finding.sub_kind = "name";
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(&finding, "The server itself says that it failed.");
		finding_alternative(&finding, "the servers of the name's zone are out of reach",
				    NULL);
	}
	submit(context, &finding, what, "server failure");
}

static void judge_refused(struct analysis_context *context, const struct dns_pair_key *key,
			  const struct dns_pair *pair, bool privilege)
{
	const struct dns_case *what = &pair->cases[privilege ? DNS_CASE_DENIED : DNS_CASE_REFUSED];
	struct finding finding;
	char host[ADDRESS_TEXT_SIZE];
	if (!what->count)
		return;
	begin(&finding, &dns_refused, key, what);
	blame_word(&finding, PARTY_SERVER, "config:%s", address_text(&key->server, host));
	finding_why(&finding, "The server answers and says that it does not want to.");
	if (privilege || what->harmless >= what->count)
		finding.severity = SEVERITY_NOTICE;
	if (privilege) {
		finding.sub_kind = "privilege";
		finding.merge_key = 1;
		finding.say = "{server} denies {client} a privilege (zone transfer, update, version, all records: {name}, "
			      "{failures|answer|answers}{reason}).";
	} else if (pair->settled) {
		finding.sub_kind = "some-names";
		finding.say = "{server} refuses to resolve {name} for {client}, but answers about other names "
			      "({failures|answer|answers}{reason}).";
		finding_alternative(&finding, "the name lies outside its zones, and it resolves no others for anybody", NULL);
	}
	submit(context, &finding, what, "refused");
}

static void judge_format(struct analysis_context *context, const struct dns_pair_key *key,
			 const struct dns_pair *pair)
{
	const struct dns_case *what = &pair->cases[DNS_CASE_FORMAT];
	struct finding finding;
	if (!what->count)
		return;
	begin(&finding, &dns_format_error, key, what);
	if (pair->junk) {
		finding.sub_kind = "junk";
		finding_words(&finding, "what", "it is no DNS message");
		blame_word(&finding, PARTY_CLIENT, "app:client");
		finding_why(&finding, "What the client sent to port 53 before is malformed.");
	} else if (pair->plain_worked) {
		finding.sub_kind = "edns-unsupported";
		finding_words(&finding, "what", "EDNS in the question; without it the answer came");
		blame_word(&finding, PARTY_SERVER, "server");
		finding_why(&finding, "The same question without EDNS was answered.");
		finding_alternative(&finding, "a firewall between them alters EDNS", NULL);
		finding.confidence = CONFIDENCE_LIKELY;
	} else {
		finding_words(&finding, "what", "%s", *what->name ? what->name : "the question");
		blame_word(&finding, PARTY_SERVER, "server");
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(
			&finding,
			"The question is well-formed, and the server answers that it is not, or that it "
			"does not implement it.");
	}
	submit(context, &finding, what, "the server does not understand");
}

static void judge_edns(struct analysis_context *context, const struct dns_pair_key *key,
		       const struct dns_pair *pair)
{
	const struct dns_case *what = &pair->cases[DNS_CASE_EDNS];
	uint32_t least = (uint32_t)setting(context->settings, &dns_format_error, "silent");
	struct finding finding;
	if (what->count < least || pair->edns_answered)
		return;
	begin(&finding, &dns_format_error, key, what);
	finding_threshold(&finding, "silent", UNIT_COUNT, least);
	finding.sub_kind = "edns-dropped";
	finding.merge_key = 1;
	finding.say = "{server} answers {client} only without EDNS: {failures|lookup|lookups} got nothing with it, as of "
		      "{name}, and an answer at once without it.";
	blame_word(&finding, PARTY_NETWORK, "middlebox:server-side");
	finding.confidence = CONFIDENCE_LIKELY;
	finding_why(&finding, "EDNS is all the difference between the tries that got nothing and those that were "
			      "answered.");
	finding_alternative(&finding, "the server is very old and drops what it does not know", NULL);
	submit(context, &finding, what, "with EDNS no answer, without it the answer");
}

static void judge_names(struct analysis_context *context, const struct dns_pair_key *key,
			const struct dns_case *what, bool reverse)
{
	struct finding finding;
	if (!what->count)
		return;
	begin(&finding, &dns_name_error, key, what);
	finding.sub_kind = reverse ? "reverse" : "name";
	finding.merge_key = reverse;
	finding_words(&finding, "authority", "%s", what->authoritative ? ", authoritatively" : "");
	if (reverse) {
		blame_service(&finding, "dns");
		finding_why(&finding, "The zone holds no PTR record for the address.");
	} else {
		blame_word(&finding, PARTY_CLIENT, "client");
		finding_why(&finding, "The client asks for a name that its zone does not have.");
		finding_alternative(&finding, "the record is missing in the zone", NULL);
	}
	submit(context, &finding, what, "there is no such name");
}

static void judge_nodata(struct analysis_context *context, const struct dns_pair_key *key,
			 const struct dns_case *what)
{
	struct finding finding;
	if (!what->count)
		return;
	begin(&finding, &dns_nodata, key, what);
	blame_nobody(&finding);
	submit(context, &finding, what, "no record of this type");
}

void dns_judge_codes(struct analysis_context *context, const struct dns_pair_key *key,
		     const struct dns_pair *pair)
{
	judge_servfail(context, key, pair);
	judge_refused(context, key, pair, false);
	judge_refused(context, key, pair, true);
	judge_format(context, key, pair);
	judge_edns(context, key, pair);
	judge_names(context, key, &pair->cases[DNS_CASE_NXDOMAIN], false);
	judge_names(context, key, &pair->cases[DNS_CASE_NXDOMAIN_REVERSE], true);
	judge_nodata(context, key, &pair->cases[DNS_CASE_NODATA]);
}

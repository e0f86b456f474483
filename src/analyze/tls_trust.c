/* What is wrong with the server's certificate. tls/cert-expired, tls/cert-name-mismatch, tls/cert-untrusted. */
#include <stdio.h>

#include "analyze/tls_verdict.h"
#include "core/clock.h"

const struct finding_kind tls_cert_expired = {
	.id = "tls/cert-expired",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.weakened_by = QUALITY_CLOCK,
	.title = "A certificate is not valid at this time",
	.say = "The certificate of {subject} that {tls_server} shows expired on {date}.",
	.meaning = "The time of the packets lies outside of the certificate's validity. Where the client goes on "
		   "nevertheless, or only another certificate of the chain is concerned, it is a notice. Kinds: "
		   "not-yet-valid, intermediate, soon (it ends within days), clock (the client says that it expired, "
		   "and it had not).",
	.false_alarms = "A recorder whose clock is wrong makes good certificates look bad: compare the trace's time. In "
			"TLS 1.3 certificates are encrypted, so nothing is said about them without keys.",
	.advice = { "Renew the certificate on {tls_server} and see to it that renewal is automatic." },
	.reference = "RFC 5280 4.1.2.5",
	.parameters = {
		{ .name = "soon", .unit = UNIT_SECONDS, .value = 30 * 86400.0,
		  .meaning = "before its end from which on it is told, at most a sixth of its validity" },
	},
};

const struct finding_kind tls_cert_name_mismatch = {
	.id = "tls/cert-name-mismatch",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "A certificate is for another name",
	.say = "The certificate of {tls_server} is for {names}; {tls_client} asked for {name}.",
	.meaning = "The server name in the Client Hello is not among the names of the certificate. Where the client "
		   "goes on nevertheless, it is a notice.",
	.false_alarms = "Wildcards stand for one label. Without a server name in the hello, as with addresses, nothing "
			"is compared.",
	.advice = { "Does {name} lead to the right server (DNS)? Then add the name to its certificate or its virtual "
		    "host." },
	.reference = "RFC 9525 6.3",
};

const struct finding_kind tls_cert_untrusted = {
	.id = "tls/cert-untrusted",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_MIDSTREAM,
	.title = "The client does not trust the server's certificate",
	.say = "{tls_client} does not trust {issuer}, who issued the certificate of {subject}{reason}.",
	.meaning = "The client broke off with unknown_ca or certificate_unknown behind the server's certificate.",
	.false_alarms = "A device that inspects TLS shows certificates of its own: then other clients see another "
			"issuer, and the device is to blame.",
	.advice = { "Self-signed or private: install the issuer's certificate on {tls_client}. Else let {tls_server} "
		    "send the intermediate certificates, too." },
	.reference = "RFC 8446 6.2; RFC 5280 6",
};

static void begin(struct finding *finding, const struct finding_kind *kind, const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	finding_begin(finding, kind, judged->session);
	tls_say_ends(finding, judged->session, story);
	finding_words(finding, "subject", "%.60s", story->subject);
	finding_words(finding, "issuer", "%.60s", story->issuer);
	tls_cite_hello(finding, story);
}

static void cite_end(struct finding *finding, const struct tls_story *story)
{
	finding_evidence(finding, story->certificate.packet, story->certificate.time,
			 "the certificate of %.40s, issued by %.40s", story->subject, story->issuer);
	if (story->alert.at.packet)
		finding_evidence(finding, story->alert.at.packet, story->alert.at.time, "alert %u",
				 story->alert.code);
}

static void say_date(struct finding *finding, int64_t time)
{
	char date[TIME_TEXT_SIZE];
	finding_words(finding, "date", "%s", date_text(time, false, date));
}

static void expired(const struct tls_case *judged, const char *kind, int64_t time, enum severity severity)
{
	const struct tls_story *story = judged->story;
	struct finding finding;
	begin(&finding, &tls_cert_expired, judged);
	finding.sub_kind = kind;
	finding.severity = severity;
	say_date(&finding, time);
	blame_config(&finding, judged->session, tls_server_of(story));
	finding_why(&finding, "The server shows this certificate, and the trace was taken outside of its validity.");
	if (!kind)
		finding_alternative(&finding, "the recorder's clock is wrong", NULL);
	cite_end(&finding, story);
	finding_submit(judged->context->findings, &finding);
}

static void not_yet(const struct tls_case *judged, bool refused)
{
	const struct tls_story *story = judged->story;
	struct finding finding;
	begin(&finding, &tls_cert_expired, judged);
	finding.sub_kind = "not-yet-valid";
	finding.say = "The certificate of {subject} that {tls_server} shows is valid from {date} only.";
	finding.severity = refused ? SEVERITY_ERROR : SEVERITY_NOTICE;
	finding.confidence = refused ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	say_date(&finding, story->not_before);
	blame_config(&finding, judged->session, tls_server_of(story));
	finding_why(&finding, "The server shows it before its time.");
	finding_alternative(&finding, "the recorder's clock is wrong", NULL);
	cite_end(&finding, story);
	finding_submit(judged->context->findings, &finding);
}

static void ends_soon(const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	int64_t left = story->not_after - story->certificate.time;
	struct finding finding;
	begin(&finding, &tls_cert_expired, judged);
	finding.sub_kind = "soon";
	finding.say = "The certificate of {subject} that {tls_server} shows ends on {date}, in {left}.";
	finding.severity = SEVERITY_NOTICE;
	say_date(&finding, story->not_after);
	finding_duration(&finding, "left", left);
	blame_config(&finding, judged->session, tls_server_of(story));
	finding_why(&finding, "It has not been renewed yet.");
	cite_end(&finding, story);
	finding_submit(judged->context->findings, &finding);
}

static void clock_is_wrong(const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	struct finding finding;
	begin(&finding, &tls_cert_expired, judged);
	finding.sub_kind = "clock";
	finding.say = "{tls_client} says that the certificate of {subject} expired, but it is valid until {date}.";
	finding.advice = "Set the clock of {tls_client}.";
	finding.confidence = CONFIDENCE_LIKELY;
	say_date(&finding, story->not_after);
	blame_config(&finding, judged->session, story->client);
	finding_why(&finding, "By the time of the packets the certificate is valid, so the client's clock is wrong.");
	finding_alternative(&finding, "the recorder's clock is wrong", NULL);
	cite_end(&finding, story);
	finding_submit(judged->context->findings, &finding);
}

static void name_mismatch(const struct tls_case *judged, bool refused)
{
	const struct tls_story *story = judged->story;
	struct finding finding;
	begin(&finding, &tls_cert_name_mismatch, judged);
	finding_words(&finding, "names", "%.60s", story->names[0] ? story->names : story->subject);
	if (!refused)
		finding.severity = SEVERITY_NOTICE;
	finding.confidence = CONFIDENCE_LIKELY;
	blame_config(&finding, judged->session, tls_server_of(story));
	finding_why(&finding, "The server shows a certificate that is not for the name it was asked for.");
	finding_alternative(&finding, "the name leads to the wrong address", NULL);
	cite_end(&finding, story);
	finding_submit(judged->context->findings, &finding);
}

#define SHARE_OF_VALIDITY 6

bool tls_judge_certificate(const struct tls_case *judged, bool refused)
{
	const struct tls_story *story = judged->story;
	int64_t now = story->certificate.time;
	if (!story->chain_read)
		return false;
	if (story->not_after < now) {
		expired(judged, NULL, story->not_after, refused ? SEVERITY_ERROR : SEVERITY_NOTICE);
		return true;
	}
	if (story->not_before > now) {
		not_yet(judged, refused);
		return true;
	}
	/* An expired one of the chain need not matter: clients find another way to a root. */
	bool about_time = story->alert.code == 45 || story->alert.code == 42;
	if (story->other_not_after && story->other_not_after < now && (!refused || about_time)) {
		expired(judged, "intermediate", story->other_not_after,
			refused ? SEVERITY_ERROR : SEVERITY_INFO);
		return true;
	}
	if (refused && story->alert.code == 45) {
		clock_is_wrong(judged);
		return true;
	}
	if (story->name_asked && !story->name_matches && story->alert.code != 48) {
		name_mismatch(judged, refused);
		return true;
	}
	int64_t left = story->not_after - now, life = story->not_after - story->not_before;
	if (!refused && left < setting_duration(judged->context->settings, &tls_cert_expired, "soon") &&
	    left < life / SHARE_OF_VALIDITY)
		ends_soon(judged);
	return false;
}

void tls_judge_trust(const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	const struct session *session = judged->session;
	struct finding finding;
	begin(&finding, &tls_cert_untrusted, judged);
	finding_number(&finding, "certificates", UNIT_COUNT, story->chain, FACT_FIRST);
	finding.confidence = CONFIDENCE_LIKELY;
	const char *reason = "";
	if (judged->other_issuer) {
		blame_middlebox(&finding, session, -1);
		finding.sub_kind = "inspected";
		reason = "; other clients see another issuer";
		finding_why(&finding, "Another client got this name's certificate from another issuer: a device on the way "
			    "shows its own.");
	} else if (story->chain_read && story->self_signed && story->chain == 1) {
		blame_config(&finding, session, tls_server_of(story));
		finding.sub_kind = "self-signed";
		reason = ": it is self-signed";
		finding_why(&finding, "Nobody but the server itself vouches for this certificate.");
		finding_alternative(&finding, "the client should have been told to trust it", NULL);
	} else if (story->chain_read && (story->chain == 1 || !story->in_order)) {
		blame_config(&finding, session, tls_server_of(story));
		finding.sub_kind = "incomplete";
		reason = story->chain == 1 ? ": the server omits the intermediate"
					   : ": the chain is not in order or has a gap";
		finding_why(&finding, "The chain that the server sends does not lead from its certificate to a root.");
		finding_alternative(&finding, "the client does not know the issuer", NULL);
	} else {
		blame_config(&finding, session, story->client);
		finding_why(&finding, "The chain is complete, so it is the client that lacks its root.");
		finding_alternative(&finding, "the root is a private one that no client can know", NULL);
	}
	finding_words(&finding, "reason", "%s", reason);
	cite_end(&finding, story);
	finding_submit(judged->context->findings, &finding);
}

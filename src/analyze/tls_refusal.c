/* Alerts: what one end did not like about the other. tls/fatal-alert, tls/version-mismatch,
 * tls/no-common-cipher, tls/client-cert-required. */
#include <stdio.h>

#include "analyze/tls_verdict.h"
#include "core/text.h"
#include "decode/tls_names.h"

const struct finding_kind tls_fatal_alert = {
	.id = "tls/fatal-alert",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_MIDSTREAM,
	.title = "A TLS handshake was broken off with an alert",
	.say = "{sender} broke off: {alert}, about what {receiver} sent.",
	.meaning = "A fatal alert in the clear ends the connection, over TCP or in datagrams (DTLS), and in QUIC it is why "
		   "an Initial closes it. Its sender complains about the last message of the other end. In TLS 1.3 "
		   "alerts behind the Server Hello are encrypted: kind encrypted is one that only its length gives "
		   "away.",
	.false_alarms = "close_notify is how connections end, and warnings such as unrecognized_name do not end "
			"them. In datagrams anybody can say what looks like an alert: where its sender goes on with "
			"the handshake, or the client tries again, nothing is said.",
	.advice = { "Look at the log of {sender} at that time: it knows what it did not like.",
		    "With the session's keys (--keylog) the trace shows what was sent in encrypted form." },
	.reference = "RFC 8446 6; RFC 5246 7.2; RFC 9001 4.8",
};

const struct finding_kind tls_version_mismatch = {
	.id = "tls/version-mismatch",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_MIDSTREAM,
	.title = "Client and server have no TLS version in common",
	.say = "{tls_client} speaks {offered}; {tls_server} does not accept that ({answer}).",
	.meaning = "The alert protocol_version, or a choice of the server that the client does not take.",
	.false_alarms = "A device on the way that does not know new versions refuses them in the same words: then "
			"a lower version works between the same two.",
	.advice = { "Update, or allow a version that both know on {older}." },
	.reference = "RFC 8446 4.2.1, D",
};

const struct finding_kind tls_no_common_cipher = {
	.id = "tls/no-common-cipher",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_MIDSTREAM,
	.title = "Client and server have no cipher suite in common",
	.say = "{tls_server} took none of the {offers|cipher suite|cipher suites} that {tls_client} offers: "
	       "{alert}.",
	.meaning = "The alert handshake_failure or insufficient_security right behind the Client Hello: the server "
		   "found no cipher suite, group or signature to go on with.",
	.false_alarms = "Before TLS 1.3 the same alert also means a missing client certificate; that one comes later "
			"in the handshake. Some servers use it for a name that they do not know.",
	.advice = { "Compare the cipher suites and groups that both ends are set to, and add a shared one." },
	.reference = "RFC 8446 4.1.1; RFC 5246 7.2.2",
};

const struct finding_kind tls_client_cert_required = {
	.id = "tls/client-cert-required",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_MIDSTREAM,
	.title = "The server wants a client certificate",
	.say = "{tls_server} wants a certificate of the client; {tls_client} {had} ({alert}).",
	.meaning = "The server asked for a certificate and broke off when it got none, or kind rejected: one that it "
		   "does not accept.",
	.false_alarms = "Many servers ask and go on without: nothing is said as long as data flows.",
	.advice = { "Give the client on {tls_client} a certificate that {tls_server} accepts, or do not require "
		    "one." },
	.reference = "RFC 8446 4.3.2, 4.4.2; RFC 5246 7.4.4",
};

/* What the alert means to the one who has to put it right. */
static const char *hint(uint8_t alert)
{
	switch (alert) {
	case 10: return "A message came out of order: one end's TLS is broken, or something between them is.";
	case 20: case 21: case 51: return "Keys do not fit: data was changed on the way, or a pre-shared key differs.";
	case 40: return "No agreement was possible: compare versions, cipher suites, groups and certificates.";
	case 42: case 43: case 44: case 45: case 46: return "Look at the certificate that was shown.";
	case 47: case 50: return "A value was out of range: one of the two implementations is at fault.";
	case 49: return "The certificate is good, but its owner has no right to be here.";
	case 70: return "Compare the versions that both ends allow.";
	case 71: return "The server asks for stronger ciphers than the client has.";
	case 80: return "The sender of the alert had a problem of its own: look at its log.";
	case 86: return "The client tried a lower version although both know a higher one: why did the first try "
			"fail?";
	case 109: return "The client's hello lacks something that this server needs.";
	case 112: return "The server has no host of that name: correct the name, or add the host to the server.";
	case 115: return "The server does not know this pre-shared key or its owner.";
	case 120: return "Server and client speak different application protocols (ALPN).";
	default: return NULL;
	}
}

static void cite_alert(struct finding *finding, const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	char name[TLS_NAME_SIZE];
	tls_cite_hello(finding, story);
	if (story->server_hello.packet)
		finding_evidence(finding, story->server_hello.packet, story->server_hello.time, "Server Hello");
	if (story->certificate.packet)
		finding_evidence(finding, story->certificate.packet, story->certificate.time,
				 "the server's certificate");
	if (story->certificate_request.packet)
		finding_evidence(finding, story->certificate_request.packet, story->certificate_request.time,
				 "the server asks for a certificate");
	if (story->alert.at.packet)
		finding_evidence(finding, story->alert.at.packet, story->alert.at.time, "alert: %s",
				 tls_alert_name(story->alert.code, name));
}

static void begin(struct finding *finding, const struct finding_kind *kind, const struct tls_case *judged)
{
	char name[TLS_NAME_SIZE];
	finding_begin(finding, kind, judged->session);
	tls_say_ends(finding, judged->session, judged->story);
	finding_words(finding, "alert", "%s", judged->story->alert.at.packet
		? tls_alert_name(judged->story->alert.code, name) : "an alert that is encrypted");
	if (judged->story->alert.at.packet)
		finding_number(finding, "alert_code", UNIT_COUNT, judged->story->alert.code, FACT_FIRST);
}

static void plain_alert(const struct tls_case *judged, uint8_t sender)
{
	const struct session *session = judged->session;
	struct finding finding;
	begin(&finding, &tls_fatal_alert, judged);
	finding_address(&finding, "sender", &session->key.end[sender].address);
	finding_address(&finding, "receiver", &session->key.end[sender ^ 1].address);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.advice = hint(judged->story->alert.code);
	if (judged->story->alert.code == 80) {
		blame_program(&finding, session, sender);
		finding_why(&finding, "It says that the error is its own.");
	} else {
		blame_config(&finding, session, sender ^ 1);
		finding_why(&finding, "The sender of an alert complains about what the other end sent last.");
		finding_alternative(&finding, "the sender of the alert asks for too much", NULL);
	}
	cite_alert(&finding, judged);
	finding_submit(judged->context->findings, &finding);
}

void tls_judge_hidden_alert(const struct tls_case *judged, uint8_t sender)
{
	const struct tls_story *story = judged->story;
	const struct session *session = judged->session;
	bool by_client = sender == story->client;
	struct finding finding;
	begin(&finding, &tls_fatal_alert, judged);
	finding.sub_kind = "encrypted";
	finding.confidence = CONFIDENCE_POSSIBLE;
	finding.say = by_client
		? "{sender} broke the TLS 1.3 handshake off with {alert} after it had seen what {receiver} sent, "
		  "most likely its certificate."
		: "{sender} got the end of the TLS 1.3 handshake from {receiver}, answered with nothing but {alert} "
		  "and closed.";
	finding_address(&finding, "sender", &session->key.end[sender].address);
	finding_address(&finding, "receiver", &session->key.end[sender ^ 1].address);
	blame_config(&finding, session, sender ^ 1);
	finding_why(&finding, "A record as short as an alert stands where the handshake should go on, and the "
		    "connection ends with it.");
	finding_alternative(&finding, "the sender simply closed", NULL);
	cite_alert(&finding, judged);
	struct tls_mark at = by_client ? story->client_finished : story->after;
	finding_evidence(&finding, at.packet, at.time, "a record as long as an alert");
	finding_submit(judged->context->findings, &finding);
}

static void say_versions(struct finding *finding, const struct tls_story *story)
{
	char low[TLS_NAME_SIZE], high[TLS_NAME_SIZE];
	tls_version_words(story->maximum, story->dtls, high);
	if (story->minimum == story->maximum)
		finding_words(finding, "offered", "only %s", high);
	else if (story->minimum)
		finding_words(finding, "offered", "%s to %s", tls_version_words(story->minimum, story->dtls, low), high);
	else
		finding_words(finding, "offered", "%s at most", high);
}

static void version_mismatch(const struct tls_case *judged, uint8_t sender)
{
	const struct tls_story *story = judged->story;
	char chosen[TLS_NAME_SIZE];
	struct finding finding;
	begin(&finding, &tls_version_mismatch, judged);
	say_versions(&finding, story);
	/* Who offers TLS 1.2 and more speaks what everybody should. */
	bool client_is_old = sender != story->client && story->maximum < TLS_1_2;
	uint8_t older = client_is_old ? story->client : tls_server_of(story);
	if (story->server_hello.packet)
		finding_words(&finding, "answer", "it chose %s", tls_version_words(story->version, story->dtls, chosen));
	else
		finding_words(&finding, "answer", "alert protocol version in a record of %s",
			      tls_version_name(story->alert_version, chosen));
	finding_address(&finding, "older", &judged->session->key.end[older].address);
	blame_config(&finding, judged->session, older);
	finding.confidence = client_is_old || story->minimum >= TLS_1_3 || sender == story->client
		? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	finding_why(&finding, client_is_old ? "What it offers is obsolete and switched off in many servers."
		    : "It refuses a version that is current.");
	if (judged->lower_works)
		finding_alternative(&finding, "a device on the way does not let the newer version pass: a lower "
				    "one works", NULL);
	cite_alert(&finding, judged);
	finding_submit(judged->context->findings, &finding);
}

/* The cipher suite that every server of TLS 1.3 has (RFC 8446, 9.1): then it is something else that does not fit. */
static bool offers_mandatory(const struct tls_story *story)
{
	enum { TLS_AES_128_GCM_SHA256 = 0x1301 };
	for (unsigned i = 0; i < story->cipher_count && story->maximum >= TLS_1_3; i++)
		if (story->ciphers[i] == TLS_AES_128_GCM_SHA256)
			return true;
	return false;
}

static void no_common_cipher(const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	struct finding finding;
	begin(&finding, &tls_no_common_cipher, judged);
	finding_number(&finding, "offers", UNIT_COUNT, story->cipher_count, FACT_FIRST);
	bool client = story->offers_weak_only || judged->server_prefers_other;
	bool usual = !client && offers_mandatory(story);
	if (usual)
		finding.say = "{tls_server} found nothing that it can use in the greeting of {tls_client}, which offers "
			      "usual cipher suites: {alert}.";
	finding.confidence = client ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	blame_config(&finding, judged->session, client ? story->client : tls_server_of(story));
	finding_why(&finding, story->offers_weak_only ? "All that the client offers is broken and switched off "
		    "nearly everywhere."
		    : judged->server_prefers_other ? "What this server uses with others is not among the client's."
		    : "The server refused the hello as a whole and did not say why.");
	if (!client) {
		finding_alternative(&finding, "the key exchange groups or signature algorithms of the two do not fit",
				    NULL);
		finding_alternative(&finding, "the server does not know the name that was asked for", NULL);
		finding_alternative(&finding, "the client offers too little", NULL);
	}
	cite_alert(&finding, judged);
	finding_submit(judged->context->findings, &finding);
}

void tls_judge_client_certificate(const struct tls_case *judged, bool rejected)
{
	struct finding finding;
	begin(&finding, &tls_client_cert_required, judged);
	if (rejected)
		finding.sub_kind = "rejected";
	finding_words(&finding, "had", "%s", rejected ? "showed one that was rejected" : "has none");
	finding.confidence = judged->story->alert.at.packet ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	blame_config(&finding, judged->session, judged->story->client);
	finding_why(&finding, rejected ? "The server broke off when it had seen the client's certificate."
		    : "The client answered the server's request with an empty certificate, and the server broke off.");
	if (judged->story->client_certificate.packet && !judged->story->alert.at.packet)
		finding_evidence(&finding, judged->story->client_certificate.packet,
				 judged->story->client_certificate.time, "an empty certificate of the client");
	cite_alert(&finding, judged);
	finding_submit(judged->context->findings, &finding);
}

enum { HANDSHAKE_FAILURE = 40, BAD_CERTIFICATE = 42, CERTIFICATE_EXPIRED = 45, CERTIFICATE_UNKNOWN = 46,
	UNKNOWN_CA = 48, ACCESS_DENIED = 49, PROTOCOL_VERSION = 70, INSUFFICIENT_SECURITY = 71,
	CERTIFICATE_REQUIRED = 116 };

static bool about_certificates(uint8_t code)
{
	return (code >= BAD_CERTIFICATE && code <= CERTIFICATE_UNKNOWN) || code == UNKNOWN_CA;
}

/* Alerts of the server about the client's certificate, or the lack of one. */
static bool judge_server_alert(const struct tls_case *judged, uint8_t code)
{
	const struct tls_story *story = judged->story;
	bool answered = story->client_certificate.packet != 0;
	if (code == CERTIFICATE_REQUIRED) {
		tls_judge_client_certificate(judged, false);
		return true;
	}
	if (story->certificate_request.packet && answered && story->empty_certificate &&
	    (code == HANDSHAKE_FAILURE || about_certificates(code) || code == ACCESS_DENIED)) {
		tls_judge_client_certificate(judged, false);
		return true;
	}
	if (answered && !story->empty_certificate && (about_certificates(code) || code == ACCESS_DENIED)) {
		tls_judge_client_certificate(judged, true);
		return true;
	}
	if ((code == HANDSHAKE_FAILURE || code == INSUFFICIENT_SECURITY) && !story->server_hello.packet &&
	    story->cipher_count && !(story->datagram && story->gaps) &&
	    !(judged->session->quality & (QUALITY_TRUNCATED | QUALITY_REORDERED))) {
		no_common_cipher(judged);
		return true;
	}
	return false;
}

void tls_judge_alert(const struct tls_case *judged)
{
	const struct tls_story *story = judged->story;
	uint8_t sender = story->alert.sender, code = story->alert.code;
	bool by_client = sender == story->client;
	if (code == PROTOCOL_VERSION) {
		version_mismatch(judged, sender);
		return;
	}
	if (by_client && story->certificate.packet && about_certificates(code)) {
		if (tls_judge_certificate(judged, true))
			return;
		if (code == UNKNOWN_CA || code == CERTIFICATE_UNKNOWN ||
		    (story->chain_read && story->self_signed)) {
			tls_judge_trust(judged);
			return;
		}
	}
	if (!by_client && judge_server_alert(judged, code))
		return;
	plain_alert(judged, sender);
}

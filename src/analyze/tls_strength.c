/* Does the connection use what nobody should rely on any more? tls/obsolete-version, tls/weak-crypto. */
#include <stdio.h>

#include "analyze/analyzer.h"
#include "decode/tls.h"
#include "decode/tls_names.h"

static const struct finding_kind obsolete_version = {
	.id = "tls/obsolete-version",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVICE,
	.title = "An obsolete TLS version is in use",
	.say = "{client} and {server} port {server_port} still use {version}.",
	.meaning = "The server chose TLS 1.1 or older, or SSL.",
	.false_alarms = "What the hello offers at most counts in no way, only what was agreed on; TLS 1.3 says 1.2 in "
			"the old field and its true version in an extension.",
	.advice = { "Update whichever end does not know TLS 1.2." },
	.reference = "RFC 8996, RFC 7568",
};

static const struct finding_kind weak_crypto = {
	.id = "tls/weak-crypto",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVICE,
	.title = "Weak cryptography is in use",
	.say = "{client} and {server} port {server_port} use {weak}.",
	.meaning = "RC4, DES, 3DES, export or no encryption, an RSA key or Diffie-Hellman prime of less than 2048 bits, "
		   "or a certificate signed with MD5 or SHA-1.",
	.false_alarms = "The signature of a root that signs itself means nothing and is left out.",
	.advice = { "Change the cipher suites or the certificate of {server}." },
	.reference = "RFC 9325 4",
	.parameters = {
		{ .name = "bits", .unit = UNIT_COUNT, .value = 2048, .meaning = "of RSA and Diffie-Hellman, below "
		  "which they are weak" },
	},
};

static void begin(struct finding *finding, const struct finding_kind *kind, const struct observation *observation,
		  const struct session_message *message, const struct tls_facts *tls)
{
	uint8_t server = tls->by_client ? message->direction ^ 1 : message->direction;
	finding_begin(finding, kind, observation->session);
	blame_config(finding, observation->session, server);
	finding_why(finding, "The server chooses from what the client offers.");
}

static void submit(struct analysis_context *context, struct finding *finding, const struct observation *observation,
		   const char *note)
{
	const struct record *record = observation->packet->record;
	finding_evidence(finding, record->number, record->time, "%s", note);
	finding_submit(context->findings, finding);
}

static void judge_hello(struct analysis_context *context, const struct observation *observation,
			const struct session_message *message, const struct tls_facts *tls)
{
	uint16_t version = tls->connection->version;
	const char *weak = tls_suite_weakness(tls->connection->cipher);
	char name[TLS_NAME_SIZE];
	struct finding finding;
	if (version < TLS_1_2) {
		begin(&finding, &obsolete_version, observation, message, tls);
		finding_words(&finding, "version", "%s", tls_version_words(version, tls->connection->datagram, name));
		finding.merge_key = version;
		submit(context, &finding, observation, "the server's choice");
	}
	if (version < TLS_1_3 && weak) {
		begin(&finding, &weak_crypto, observation, message, tls);
		finding.sub_kind = "cipher";
		finding_words(&finding, "weak", "%s (%s)", weak, tls_suite_name(tls->connection->cipher, name));
		finding.merge_key = 1;
		submit(context, &finding, observation, "the server's choice");
	}
}

static void tell_weak(struct analysis_context *context, const struct observation *observation,
		      const struct session_message *message, const struct tls_facts *tls, const char *kind,
		      uint64_t key, const char *words)
{
	struct finding finding;
	begin(&finding, &weak_crypto, observation, message, tls);
	finding.sub_kind = kind;
	finding.merge_key = key;
	finding_words(&finding, "weak", "%s", words);
	submit(context, &finding, observation, words);
}

static void judge_chain(struct analysis_context *context, const struct observation *observation,
			const struct session_message *message, const struct tls_facts *tls)
{
	const struct tls_certificates *chain = tls->connection->certificates;
	double bits = setting(context->settings, &weak_crypto, "bits");
	char words[80];
	for (unsigned i = 0; i < chain->kept; i++) {
		const struct tls_certificate *one = &chain->list[i];
		if (one->readable && one->key_type == TLS_KEY_RSA && one->key_bits && one->key_bits < bits) {
			snprintf(words, sizeof words, "an RSA key of %u bits", one->key_bits);
			tell_weak(context, observation, message, tls, "key", 2, words);
			break;
		}
	}
	for (unsigned i = 0; i < chain->kept; i++) {
		const struct tls_certificate *one = &chain->list[i];
		if (one->readable && one->weak_signature && !one->self_issued) {
			snprintf(words, sizeof words, "a certificate signed with %.40s",
				 one->signature ? one->signature : "a weak digest");
			tell_weak(context, observation, message, tls, "signature", 3, words);
			break;
		}
	}
}

static void strength_message(struct analysis_context *context, const struct observation *observation,
			     const struct session_message *message)
{
	const struct tls_facts *tls = message->facts;
	const struct tls_connection *connection = tls->connection;
	char words[80];
	if (!observation->packet || !tls->message_count || tls->ssl2)
		return;
	if (tls_says(tls, TLS_SERVER_HELLO) && connection->server)
		judge_hello(context, observation, message, tls);
	if (tls_says(tls, TLS_CERTIFICATE) && !tls->by_client && connection->certificates)
		judge_chain(context, observation, message, tls);
	if (tls->key_bits && tls->key_bits < setting(context->settings, &weak_crypto, "bits")) {
		snprintf(words, sizeof words, "a Diffie-Hellman prime of %u bits", tls->key_bits);
		tell_weak(context, observation, message, tls, "key-exchange", 4, words);
	}
}

static const struct finding_kind *const kinds[] = { &obsolete_version, &weak_crypto, NULL };

const struct analyzer tls_strength_analyzer = {
	.name = "tls-strength",
	.kinds = kinds,
	.hears = tls_carriers,
	.message = strength_message,
};

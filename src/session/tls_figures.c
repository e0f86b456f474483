#include "session/tls_figures.h"

#include <stdio.h>

#include "core/clock.h"
#include "core/text.h"
#include "decode/tls.h"
#include "decode/tls_names.h"

static void take(struct tls_figures *figures, const struct tls_facts *tls)
{
	const struct tls_connection *connection = tls->connection;
	/* Packets of QUIC need not say anything of it. */
	if (!connection->client && !connection->version && tls->quic)
		return;
	figures->there = true;
	figures->version = connection->version;
	figures->datagram = connection->datagram;
	figures->cipher = connection->cipher;
	figures->secrets = connection->secrets;
	if (connection->client) {
		snprintf(figures->name, sizeof figures->name, "%.95s", connection->client->server_name);
		if (!figures->protocol[0])
			snprintf(figures->protocol, sizeof figures->protocol, "%s",
				 connection->server ? connection->server->protocol : "");
	}
	if (connection->server)
		figures->resumed = connection->server->resumed;
	if (connection->certificates && connection->certificates->kept &&
	    connection->certificates->list[0].readable) {
		const struct tls_certificate *leaf = &connection->certificates->list[0];
		snprintf(figures->subject, sizeof figures->subject, "%.63s", leaf->subject);
		snprintf(figures->issuer, sizeof figures->issuer, "%.63s", leaf->issuer);
		figures->not_after = leaf->not_after;
	}
}

void tls_figures_observe(struct tls_figures *figures, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->message_count; i++) {
		const struct session_message *message = &observation->messages[i];
		const struct tls_facts *tls = message->depth ? NULL : tls_facts_in(message->decoder, message->facts);
		if (tls)
			take(figures, tls);
	}
}

static const char *secrets_words(uint8_t secrets)
{
	switch (secrets) {
	case TLS_SECRETS_USED: return "decrypted";
	case TLS_SECRETS_MISSING: return "not decrypted: there is no key for it in the key log";
	case TLS_SECRETS_WRONG: return "not decrypted: the key that was given does not fit";
	case TLS_SECRETS_UNSUPPORTED: return "not decrypted: nobody can with this cipher suite and version";
	case TLS_SECRETS_LOST: return "decrypted up to where the trace lacks records";
	default: return "encrypted";
	}
}

void tls_figures_words(const struct tls_figures *figures, struct text *to)
{
	char name[TLS_NAME_SIZE], date[TIME_TEXT_SIZE];
	if (!figures->there)
		return;
	if (figures->version) {
		text_add(to, tls_version_words(figures->version, figures->datagram, name));
		text_addf(to, ", %s", tls_suite_name(figures->cipher, name));
	} else {
		text_add(to, figures->name[0] ? "the trace does not hold the answer to the Client Hello"
					      : "the trace does not hold the handshake");
	}
	if (figures->name[0])
		text_addf(to, " for %s", figures->name);
	if (figures->protocol[0])
		text_addf(to, " (%s)", figures->protocol);
	if (figures->resumed)
		text_add(to, ", resumed");
	if (figures->subject[0])
		text_addf(to, "; certificate of %s by %s, valid to %s", figures->subject, figures->issuer,
			  date_text(figures->not_after, false, date));
	text_addf(to, "; %s", secrets_words(figures->secrets));
}

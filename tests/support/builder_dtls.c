/* DTLS, RFC 6347: what the builder of TLS makes, as records in datagrams. */
#include <string.h>

#include "builders.h"

enum { TLS_HEADER = 5, TLS_MESSAGE_HEADER = 4, HANDSHAKE = 22, CLIENT_HELLO = 1, SERVER_HELLO = 2, RANDOM_END = 34 };

struct dtls {
	unsigned record, message, epoch;     /* numbers */
	size_t from, to;             /* the fragment's bytes of the message */
};

static unsigned version_of(const uint8_t *at)
{
	return at[1] < 3 ? 0xfeff : 0xfefd;
}

/* The versions differ, and the client's hello has room for a cookie. */
static void put_body(struct text *to, const uint8_t *message, size_t length)
{
	const uint8_t *body = message + TLS_MESSAGE_HEADER;
	size_t taken = 0;
	if (message[0] == CLIENT_HELLO || message[0] == SERVER_HELLO) {
		put16(to, version_of(body));
		taken = 2;
	}
	if (message[0] == CLIENT_HELLO) {
		size_t session = RANDOM_END + 1u + body[RANDOM_END];
		text_add_bytes(to, body + taken, session - taken);
		put8(to, 0);
		taken = session;
	}
	text_add_bytes(to, body + taken, length - TLS_MESSAGE_HEADER - taken);
}

static void put_fragment(struct text *to, const struct dtls *dtls, const uint8_t *message, size_t length)
{
	struct text body = { 0 };
	put_body(&body, message, length);
	size_t from = dtls->from < body.length ? dtls->from : body.length;
	size_t end = dtls->to < body.length ? dtls->to : body.length;
	put8(to, message[0]);
	put24(to, body.length);
	put16(to, dtls->message);
	put24(to, from);
	put24(to, end - from);
	text_add_bytes(to, body.bytes + from, end - from);
	text_finish(&body);
}

static void put_record(struct text *to, const struct dtls *dtls, const uint8_t *record, size_t length)
{
	put8(to, record[0]);
	put16(to, version_of(record + 1));
	put16(to, dtls->epoch);
	put16(to, 0);
	put32(to, dtls->record);
	size_t start = to->length;
	put16(to, 0);
	if (record[0] == HANDSHAKE && !dtls->epoch)
		put_fragment(to, dtls, record + TLS_HEADER, length);
	else
		text_add_bytes(to, (const char *)record + TLS_HEADER, length);
	patch_length(to, start, 2);
}

static void build(struct words *words, struct text *to)
{
	struct dtls dtls = { .to = SIZE_MAX };
	struct text made = { 0 };
	dtls.record = dtls.message = (unsigned)words_integer(words, "the record's number", 0, 1 << 16);
	if (words_accept(words, "message"))
		dtls.message = (unsigned)words_integer(words, "the message's number", 0, 1 << 16);
	if (words_accept(words, "epoch"))
		dtls.epoch = (unsigned)words_integer(words, "the epoch", 0, 9);
	if (words_accept(words, "part")) {
		dtls.from = (size_t)words_integer(words, "the fragment's start", 0, 1 << 16);
		dtls.to = (size_t)words_integer(words, "the fragment's end", (int64_t)dtls.from, 1 << 16);
	}
	if (words_accept(words, "hello-verify-request")) {
		static const uint8_t request[] = { HANDSHAKE, 3, 2, 0, 0, 3, 0, 0, 4, 0xfe, 0xff, 1, 0x2a };
		text_add_bytes(&made, request, sizeof request);
	} else {
		tls_builder.build(words, &made);
	}
	const uint8_t *record = (const uint8_t *)made.bytes;
	if (!words->failed && made.length > TLS_HEADER)
		put_record(to, &dtls, record, made.length - TLS_HEADER);
	text_finish(&made);
}

const struct payload_builder dtls_builder = {
	.name = "dtls",
	.usage = "[dtls RECORD [message N] [epoch N] [part FROM TO] hello-verify-request | what [tls …] knows, one record]",
	.build = build,
};

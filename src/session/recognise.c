#include "session/recognise.h"

/* What the user says (--decode-as). */
static const struct decoder *said_to_be(const struct message_room *room, const struct stream *stream)
{
	for (size_t i = 0; i < room->decode_as_count; i++)
		if (room->decode_as[i].port == stream->server_port ||
		    room->decode_as[i].port == stream->client_port)
			return room->decode_as[i].decoder;
	return NULL;
}

/* Inside another protocol the port says nothing new. */
static const struct decoder *bound_to(const struct stream *stream, uint16_t port)
{
	const struct decoder *decoder = decoder_find(BY_TCP_PORT, port);
	return decoder && decoder->stream && decoder != stream->around ? decoder : NULL;
}

const struct decoder *recognise_by_port(const struct message_room *room, const struct stream *stream)
{
	const struct decoder *decoder = stream->around ? NULL : said_to_be(room, stream);
	if (!decoder)
		decoder = bound_to(stream, stream->server_port);
	return decoder ? decoder : bound_to(stream, stream->client_port);
}

static enum certainty probe(const struct decoder *decoder, const struct stream *stream, struct cursor in)
{
	return decoder->stream->probe ? decoder->stream->probe(stream, in) : CERTAINTY_PERHAPS;
}

/* The most certain of those that can be anywhere; the first one of equals, which the order of the list
 * decides. */
static enum recognition recognise_anywhere(const struct stream *stream, struct cursor in,
					   const struct decoder **decoder)
{
	enum certainty best = CERTAINTY_PERHAPS;
	bool more = false;
	for (const struct decoder *const *d = decoders; *d; d++) {
		if (!(*d)->stream || !(*d)->stream->anywhere || *d == stream->around)
			continue;
		enum certainty certainty = probe(*d, stream, in);
		more = more || certainty == CERTAINTY_MORE;
		if (certainty > best) {
			best = certainty;
			*decoder = *d;
		}
	}
	if (best > CERTAINTY_PERHAPS)
		return RECOGNISED;
	return more ? RECOGNISE_MORE : RECOGNISE_NOT;
}

enum recognition recognise(const struct message_room *room, const struct stream *stream, struct cursor in,
			   const struct decoder **decoder)
{
	const struct decoder *bound = stream->around ? NULL : said_to_be(room, stream);
	if (bound) {
		*decoder = bound;
		return RECOGNISED;
	}
	bound = recognise_by_port(room, stream);
	enum certainty certainty = bound ? probe(bound, stream, in) : CERTAINTY_NO;
	if (certainty == CERTAINTY_MORE && !stream->ended)
		return RECOGNISE_MORE;
	*decoder = bound;
	if (certainty > CERTAINTY_MORE)
		return RECOGNISED;
	return recognise_anywhere(stream, in, decoder);
}

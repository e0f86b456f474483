/* HTTP/2 frames, RFC 9113. Headers are literals that enter no table, as RFC 7541, 6.2.2 has them. */
#include <string.h>

#include "builders.h"

enum { DATA, HEADERS, RST_STREAM = 3, SETTINGS, PING = 6, GOAWAY, WINDOW_UPDATE };
enum { END_STREAM = 1, END_HEADERS = 4 };

static size_t frame_begin(struct text *to, unsigned type, unsigned flags, uint64_t stream)
{
	put24(to, 0);
	put8(to, type);
	put8(to, flags);
	put32(to, stream);
	return to->length;
}

static void frame_end(struct text *to, size_t payload)
{
	size_t length = to->length - payload;
	for (unsigned i = 0; i < 3; i++)
		to->bytes[payload - 9 + i] = (char)(length >> (16 - 8 * i));
}

static void put_header(struct text *to, const char *name, const char *value)
{
	put8(to, 0);
	put8(to, strlen(name) & 0x7f);
	text_add_bytes(to, name, strlen(name));
	put8(to, strlen(value) & 0x7f);
	text_add_bytes(to, value, strlen(value));
}

/* The rest of the words: pairs of a header's name and value, and "end". */
static void build_headers(struct words *words, struct text *to, uint64_t stream, const char *first,
			  const char *second)
{
	size_t payload = frame_begin(to, HEADERS, END_HEADERS, stream);
	if (first) {
		put_header(to, first, words_take(words, "the method or status"));
		if (second) {
			put_header(to, ":scheme", "http");
			put_header(to, second, words_take(words, "the path"));
		}
	}
	while (words_more(words)) {
		if (words_accept(words, "end")) {
			to->bytes[payload - 5] = END_HEADERS | END_STREAM;
			continue;
		}
		const char *name = words_take(words, "the name of a header");
		put_header(to, name, words_take(words, "its value"));
	}
	frame_end(to, payload);
}

static void build_data(struct words *words, struct text *to, uint64_t stream)
{
	int64_t length = words_integer(words, "the bytes of data", 0, 16384);
	bool end = words_accept(words, "end");
	size_t payload = frame_begin(to, DATA, end ? END_STREAM : 0, stream);
	put_zeros(to, (size_t)length);
	frame_end(to, payload);
}

static void build_number(struct words *words, struct text *to, unsigned type, uint64_t stream)
{
	size_t payload = frame_begin(to, type, 0, stream);
	if (type == GOAWAY)
		put32(to, (uint64_t)words_integer(words, "the last stream", 0, INT32_MAX));
	put32(to, (uint64_t)words_integer(words, "the number", 0, UINT32_MAX));
	frame_end(to, payload);
}

static void build_http2(struct words *words, struct text *to)
{
	uint64_t stream = 0;
	if (words_is_number(words))
		stream = (uint64_t)words_integer(words, "the stream", 0, INT32_MAX);
	if (words_accept(words, "preface")) {
		text_add(to, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
		frame_end(to, frame_begin(to, SETTINGS, 0, 0));
	} else if (words_accept(words, "settings")) {
		frame_end(to, frame_begin(to, SETTINGS, 0, 0));
	} else if (words_accept(words, "request")) {
		build_headers(words, to, stream, ":method", ":path");
	} else if (words_accept(words, "response")) {
		build_headers(words, to, stream, ":status", NULL);
	} else if (words_accept(words, "trailer")) {
		build_headers(words, to, stream, NULL, NULL);
	} else if (words_accept(words, "data")) {
		build_data(words, to, stream);
	} else if (words_accept(words, "reset")) {
		build_number(words, to, RST_STREAM, stream);
	} else if (words_accept(words, "goaway")) {
		build_number(words, to, GOAWAY, 0);
	} else if (words_accept(words, "window")) {
		build_number(words, to, WINDOW_UPDATE, stream);
	} else {
		words_fail(words, "expected preface, settings, request, response, trailer, data, reset, goaway "
				  "or window");
	}
	if (words_more(words))
		words_end(words);
}

const struct payload_builder http2_builder = {
	.name = "http2",
	.usage = "[http2 preface|settings] [http2 STREAM request METHOD PATH [NAME VALUE…] [end]] "
		 "[http2 STREAM response STATUS [NAME VALUE…] [end]] [http2 STREAM trailer NAME VALUE… end] "
		 "[http2 STREAM data N [end]] [http2 STREAM reset ERROR] [http2 goaway LAST ERROR]",
	.build = build_http2,
};

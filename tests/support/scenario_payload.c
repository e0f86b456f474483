/* What is in a packet: text, bytes, patterns, and messages made by payload builders. */
#include <string.h>

#include "compiler.h"

static void add_pattern(struct text *to, uint64_t offset, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_add_char(to, (char)pattern_byte(offset + i));
}

static void add_hex(struct compiler *c, struct text *to)
{
	const char *digits = words_take(&c->words, "the hexadecimal digits");
	if (!text_add_hex(to, digits))
		compile_fail(c, "\"%s\" is not hexadecimal", digits);
}

static void add_built(struct compiler *c, const struct word *word, struct text *to)
{
	struct words inner = { .file = c->words.file, .line = c->words.line };
	words_split(&inner, word->text, word->length);
	if (!payload_build(&inner, to) && !inner.failed)
		words_fail(&inner, "[%s] is no payload that can be made", word->text);
	words_end(&inner);
	if (inner.failed && !c->words.failed) {
		c->words.failed = true;
		memcpy(c->words.message, inner.message, sizeof inner.message);
	}
	words_finish(&inner);
}

bool payload_accept(struct compiler *c, struct text *to, uint64_t offset)
{
	struct words *w = &c->words;
	if (!words_more(w))
		return false;
	const struct word *word = &w->at[w->next];
	if (word->kind == WORD_STRING) {
		text_add_bytes(to, word->text, word->length);
		w->next++;
	} else if (word->kind == WORD_BUILDER) {
		w->next++;
		add_built(c, word, to);
	} else if (words_accept(w, "line")) {
		text_add(to, words_take(w, "the line's text"));
		text_add(to, "\r\n");
	} else if (words_accept(w, "hex")) {
		add_hex(c, to);
	} else if (words_accept(w, "bytes") || words_accept(w, "len")) {
		add_pattern(to, offset,
			    (size_t)words_integer(w, "the number of bytes", 0, 100000000));
	} else if (words_accept(w, "zeros")) {
		for (int64_t n = words_integer(w, "the number of zeros", 0, 65535); n > 0; n--)
			text_add_char(to, '\0');
	} else if (words_accept(w, "random")) {
		for (int64_t n = words_integer(w, "the number of bytes", 0, 65535); n > 0; n--)
			text_add_char(to, (char)random_next(&c->random));
	} else {
		return false;
	}
	return true;
}

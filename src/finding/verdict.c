/* The verdict: one or two plain sentences about the most important root cause. */
#include <string.h>

#include "core/text.h"
#include "finding/store.h"
#include "finding/words.h"

/* What each word of A1 means in a sentence. Where the word ends in ':' a name follows it. */
static const struct { const char *word, *meaning; } meanings[] = {
	{ "client", "the client {client}" },
	{ "server", "the server {server}" },
	{ "app:client", "the program on the client {client}" },
	{ "app:server", "the program on the server {server}" },
	{ "net:client-side", "the network between the client and the trace point" },
	{ "net:server-side", "the network between the trace point and the server" },
	{ "net:path", "the network" },
	{ "middlebox:client-side", "a device in the network on the client's side" },
	{ "middlebox:server-side", "a device in the network on the server's side" },
	{ "middlebox:path", "a device in the network" },
	{ "service:", "the service " },
	{ "config:", "the configuration of " },
	{ "attacker:", "an attacker: " },
	{ "net:", "the network: " },
	{ "middlebox:", "a device in the network: " },
	{ "app:", "the program on " },
};

/* "the server 10.0.0.9": the blame in words. */
static void add_culprit(struct text *to, const struct finding *finding)
{
	const char *word = finding->blame.word;
	for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
		size_t length = strlen(meanings[i].word);
		bool named = meanings[i].word[length - 1] == ':';
		if (!named && strcmp(word, meanings[i].word) == 0) {
			struct text words = { 0 };
			finding_render(finding, meanings[i].meaning, &words);
			/* Without an address the name alone must do: "the server". */
			const char *left = finding_unrendered(words.bytes);
			text_add_bytes(to, words.bytes, left ? (size_t)(left - words.bytes) - 1
							     : words.length);
			text_finish(&words);
			return;
		}
		if (named && strncmp(word, meanings[i].word, length) == 0) {
			text_add(to, meanings[i].meaning);
			text_add(to, word + length);
			return;
		}
	}
	text_add(to, word);
}

static void add_blame(struct text *to, const struct finding *finding)
{
	static const char *const degrees[] = { "Possibly to blame", "Most likely to blame", "To blame" };
	switch (finding->blame.party) {
	case PARTY_CAPTURE:
		text_add(to, " The trace itself is the problem, not what it shows.");
		return;
	case PARTY_UNKNOWN:
		text_add(to, " Who is to blame cannot be told from this trace.");
		return;
	case PARTY_NONE:
		return;
	default:
		text_addf(to, " %s: ", degrees[finding->confidence]);
		add_culprit(to, finding);
		text_add_char(to, '.');
	}
}

/* What happened, and who did it. When both do not fit, the title says what happened. */
static void accuse(const struct finding *finding, struct verdict *to)
{
	struct text words = { 0 };
	finding_text(finding, &words);
	add_blame(&words, finding);
	if (words.length >= sizeof to->text) {
		text_clear(&words);
		finding_render(finding, finding->kind->title, &words);
		text_add_char(&words, '.');
		add_blame(&words, finding);
	}
	words_set(to->text, sizeof to->text, "%s", words.bytes);
	text_finish(&words);
	words_set(to->blame, sizeof to->blame, "%s", finding->blame.word);
	to->party = finding->blame.party;
	to->confidence = finding->confidence;
	to->finding = finding->number;
}

/* "1 519": groups of three, because people read this number. */
static void add_grouped(struct text *to, uint64_t value)
{
	if (value >= 1000) {
		add_grouped(to, value / 1000);
		text_addf(to, " %03u", (unsigned)(value % 1000));
	} else {
		text_addf(to, "%u", (unsigned)value);
	}
}

static void add_counted(struct text *to, uint64_t value, const char *one, const char *many)
{
	add_grouped(to, value);
	text_addf(to, " %s", value == 1 ? one : many);
}

static void acquit(const struct finding_store *store, uint64_t packets, struct verdict *to)
{
	size_t notices = 0;
	const struct finding *first = NULL;
	for (size_t i = 0; i < store->ranked_count; i++) {
		const struct finding *finding = &store->ranked[i]->finding;
		if (finding->severity < SEVERITY_NOTICE || finding->caused_by)
			continue;
		first = first ? first : finding;
		notices++;
	}
	struct text words = { 0 };
	if (store->displays + store->messages && !packets) {
		text_add(&words, "Nothing is wrong in what was read: ");
	} else {
		text_add(&words, "Nothing is wrong in this trace: ");
		add_counted(&words, packets, "packet", "packets");
	}
	if (store->sessions) {
		text_add(&words, " in ");
		add_counted(&words, store->sessions, "conversation", "conversations");
	}
	if (store->displays) {
		text_add(&words, packets ? " and " : "");
		add_counted(&words, store->displays, "display", "displays");
	} else if (store->messages && !packets) {
		add_counted(&words, store->messages, "message or command", "messages and commands");
	}
	text_add(&words, packets + (store->displays ? store->displays : store->messages) == 1 ? " was judged." : " were judged.");
	if (notices == 1)
		text_add(&words, " One thing is worth knowing: ");
	else if (notices)
		text_addf(&words, " %zu things are worth knowing, the first: ", notices);
	if (notices) {
		finding_render(first, first->kind->title, &words);
		text_add_char(&words, '.');
	}
	words_set(to->text, sizeof to->text, "%s", words.bytes);
	text_finish(&words);
	words_set(to->blame, sizeof to->blame, "none");
	to->party = PARTY_NONE;
	to->confidence = CONFIDENCE_CERTAIN;
}

void finding_store_verdict(const struct finding_store *store, uint64_t packets, struct verdict *to)
{
	memset(to, 0, sizeof *to);
	for (size_t i = 0; i < store->ranked_count; i++) {
		const struct finding *finding = &store->ranked[i]->finding;
		if (finding->severity < SEVERITY_WARNING || finding->caused_by)
			continue;
		accuse(finding, to);
		return;
	}
	if (packets || store->displays || store->messages) {
		acquit(store, packets, to);
		return;
	}
	words_set(to->text, sizeof to->text, "The trace holds no packets: nothing can be said.");
	words_set(to->blame, sizeof to->blame, "unknown");
	to->party = PARTY_UNKNOWN;
	to->confidence = CONFIDENCE_CERTAIN;
}

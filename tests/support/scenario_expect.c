/* Reads the expectations of a scenario; they are checked by expectation.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "core/memory.h"

static const char *const finding_keys[] = { "severity",	 "confidence", "blame",	   "party",
					    "count",	 "packets",    "evidence", "sub",
					    "caused_by", "sessions",   "cost",	   "findings",
					    "text",	 "client",     "server",   "port",
					    NULL };

static const char finding_usage[] =
	"expect ID [severity=S] [confidence=C] [blame=B] [party=P] [count=N] [packets=FIRST-LAST] "
	"[evidence=N,N] [sub=KIND] [value.NAME=2.1±0.1] [cost=1.2±0.1] [caused_by=ID] [findings=N] "
	"[text=\"…\"] [sessions=N] [client=A] [server=B] [port=N]";

static bool known_key(const char *word)
{
	size_t length = strcspn(word, "=<>~!");
	if (strncmp(word, "value.", 6) == 0)
		return word[length] != '\0';
	for (unsigned i = 0; finding_keys[i]; i++)
		if (strlen(finding_keys[i]) == length &&
		    strncmp(finding_keys[i], word, length) == 0)
			return word[length] != '\0';
	return false;
}

static void add_key(struct compiler *c, struct expectation *expectation, const char *word)
{
	expectation->keys = memory_resize(expectation->keys, expectation->key_count + 1,
					  sizeof *expectation->keys);
	expectation->keys[expectation->key_count++] = memory_copy_text(word);
	for (const char *at = strchr(word, '@'); at; at = strchr(at + 1, '@')) {
		char name[32] = "";
		size_t length = strcspn(at + 1, ",-");
		memcpy(name, at + 1, length < sizeof name - 1 ? length : sizeof name - 1);
		label_index(c, name);
	}
}

void statement_expect(struct compiler *c, enum expectation_kind kind)
{
	static const char *const usages[] = {
		[EXPECT_FINDING] = finding_usage,
		[EXPECT_NO_FINDING] = "expect-not ID [key=value…]",
		[EXPECT_ONLY] = "expect-only [SEVERITY]: no others, at SEVERITY (warning) or above",
		[EXPECT_VERDICT] = "expect-verdict [party=P] [blame=B] [confidence=C] [finding=ID]",
		[EXPECT_COUNT] = "expect-count NAME=N…",
	};
	struct words *w = &c->words;
	struct scenario *scenario = c->scenario;
	w->usage = usages[kind];
	scenario->expectations =
		memory_grow(scenario->expectations, &scenario->expectation_capacity,
			    scenario->expectation_count + 1, sizeof *scenario->expectations);
	struct expectation *expectation = &scenario->expectations[scenario->expectation_count++];
	*expectation = (struct expectation){ .kind = kind, .line = w->line };
	if (kind == EXPECT_FINDING || kind == EXPECT_NO_FINDING) {
		expectation->id = memory_copy_text(words_take(w, "the finding"));
		if (!w->failed && !strchr(expectation->id, '/') && !strchr(expectation->id, '*'))
			compile_fail(c, "\"%s\" is no finding such as tcp/zero-window",
				     expectation->id);
	} else if (kind == EXPECT_ONLY) {
		expectation->id =
			memory_copy_text(words_more(w) ? words_take(w, "severity") : "warning");
	}
	while (words_more(w)) {
		const char *word = w->at[w->next].text;
		char joined[256];
		w->next++;
		if (kind <= EXPECT_NO_FINDING && !known_key(word))
			compile_fail(c, "unknown key in \"%s\"", word);
		if (words_more(w) && w->at[w->next].kind == WORD_STRING) {
			snprintf(joined, sizeof joined, "%s%s", word, w->at[w->next++].text);
			word = joined;
		}
		add_key(c, expectation, word);
	}
}

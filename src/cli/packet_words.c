#include "cli/packet_words.h"

#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"

static bool is_packets(const char *word)
{
	return *word && word[strspn(word, "0123456789-,")] == '\0' && strcspn(word, "0123456789") < strlen(word);
}

static bool reserve(struct packet_words *to, const struct options *options)
{
	size_t size = 1;
	for (size_t i = 0; i < options->word_count; i++)
		size += strlen(options->words[i]) + 1;
	*to = (struct packet_words){ .options = *options, .packets = calloc(size, 1) };
	to->options.words = calloc(options->word_count + 1, sizeof *to->options.words);
	to->options.word_count = 0;
	return to->packets && to->options.words;
}

bool packet_words_split(struct packet_words *to, const struct options *options)
{
	if (!reserve(to, options)) {
		complain("out of memory");
		packet_words_finish(to);
		return false;
	}
	for (size_t i = 0; i < options->word_count; i++) {
		if (i == 0 || !is_packets(options->words[i])) {
			to->options.words[to->options.word_count++] = options->words[i];
			continue;
		}
		if (*to->packets)
			strcat(to->packets, ",");
		strcat(to->packets, options->words[i]);
	}
	if (!*to->packets) {
		free(to->packets);
		to->packets = NULL;
	}
	return true;
}

void packet_words_finish(struct packet_words *words)
{
	free(words->packets);
	free(words->options.words);
	words->packets = NULL;
	words->options.words = NULL;
}

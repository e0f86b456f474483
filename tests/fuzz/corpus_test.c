/* Runs the kept conversations (corpus/DECODER/FILE, see conversation.h) through their decoder: whole, broken off behind
 * every byte, with every datagram cut by every number of bytes, with mistakes; and through the whole analysis, whole,
 * broken off at some places, and with some of the mistakes. Each must be understood: a file of which its decoder reads
 * no message has lost its use.
 *
 * What the fuzzers found and is kept (kept.h) goes through its decoder, too: whole and broken off at some places.
 *
 *	corpus_test [--mistakes N] [--seed N] KEPT.hex CORPUS	N copies of each file with mistakes in them */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversation.h"
#include "kept.h"
#include "mistakes.h"

enum { PLACES = 12, LONGEST_WHOLE_SWEEP = 2000, MISTAKES = 300, ANALYSED_OF = 50, KEPT_ANALYSED_OF = 10 };

static unsigned number, failures;
static unsigned long mistakes = MISTAKES;
static uint64_t randomness = 1;

static void report(bool good, const char *folder, const char *file, const char *what)
{
	number++;
	failures += !good;
	printf("%sok %u - %s%s%s%s%s\n", good ? "" : "not ", number, folder, file ? "/" : "", file ? file : "",
	       good ? "" : ": ", good ? "" : what);
}

static bool read_file(const char *path, struct text *to)
{
	char part[4096];
	FILE *file = fopen(path, "rb");
	size_t got;
	if (!file)
		return false;
	while ((got = fread(part, 1, sizeof part, file)) > 0)
		text_add_bytes(to, part, got);
	return fclose(file) == 0;
}

/* A copy of its own for each, so that a read past its end is seen. */
static unsigned decode_copy(const struct text *file, size_t size, size_t cut, const struct decoder *decoder)
{
	uint8_t *copy = malloc(size ? size : 1);
	if (!copy)
		abort();
	memcpy(copy, file->bytes, size);
	unsigned messages = conversation_decode(copy, size, cut, decoder);
	free(copy);
	return messages;
}

/* False: the trace could not be analysed. */
static bool try_with_mistakes(const struct text *file, const struct decoder *decoder)
{
	bool good = true;
	for (unsigned long i = 0; i < mistakes && good; i++) {
		struct text copy = { 0 };
		text_add_bytes(&copy, file->bytes, file->length);
		mistakes_make(&copy, 0, &randomness);
		decode_copy(&copy, copy.length, mistakes_below(&randomness, 3) ? 0 : mistakes_below(&randomness, 64),
			    decoder);
		if (i % ANALYSED_OF == 0)
			good = conversation_analyse((const uint8_t *)copy.bytes, copy.length,
						    decoder->stream ? decoder->name : NULL);
		text_finish(&copy);
	}
	return good;
}

static const char *try_file(const struct text *file, const struct decoder *decoder)
{
	const uint8_t *bytes = (const uint8_t *)file->bytes;
	const char *as = decoder->stream ? decoder->name : NULL;
	size_t step = file->length / LONGEST_WHOLE_SWEEP + 1;
	if (!decode_copy(file, file->length, 0, decoder))
		return "its decoder understands nothing of it";
	for (size_t size = 0; size < file->length; size += size < 400 ? 1 : step) {
		decode_copy(file, size, 0, decoder);
		if (conversation_begin(bytes, file->length).udp)
			decode_copy(file, file->length, size, decoder);
	}
	for (size_t place = 1; place <= PLACES; place++)
		if (!conversation_analyse(bytes, file->length * place / PLACES, as))
			return "its trace cannot be analysed";
	return try_with_mistakes(file, decoder) ? NULL : "its trace cannot be analysed with mistakes in it";
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void try_folder(const char *corpus, const char *name)
{
	const struct decoder *decoder = decoder_named(name);
	struct dirent **files;
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", corpus, name);
	int count = scandir(path, &files, is_file, alphasort);
	if (!decoder || count <= 0) {
		report(false, name, NULL, decoder ? "no files" : "no decoder of this name");
		return;
	}
	for (int i = 0; i < count; i++) {
		struct text file = { 0 };
		snprintf(path, sizeof path, "%s/%s/%s", corpus, name, files[i]->d_name);
		const char *problem = read_file(path, &file) ? try_file(&file, decoder)
							     : "cannot be read";
		report(!problem, name, files[i]->d_name, problem);
		text_finish(&file);
		free(files[i]);
	}
	free(files);
}

static void try_kept(const char *path)
{
	FILE *file = fopen(path, "re");
	struct text bytes = { 0 };
	char name[KEPT_NAME] = "";
	const char *problem = file ? NULL : "cannot be read";
	for (unsigned turn = 0; file && kept_next(file, name, &bytes); turn++) {
		const struct decoder *decoder = decoder_named(name);
		for (size_t place = 1; decoder && place <= PLACES; place++)
			decode_copy(&bytes, bytes.length * place / PLACES, place == PLACES ? 0 : place, decoder);
		if (!decoder && strcmp(name, "packet") != 0)
			problem = "a decoder of which nobody knows";
		else if (decoder && turn % KEPT_ANALYSED_OF == 0 &&
			 !conversation_analyse((const uint8_t *)bytes.bytes, bytes.length, decoder->stream ? name : NULL))
			problem = "a trace cannot be analysed";
	}
	if (name[0])
		problem = "a line is not understood";
	if (file)
		fclose(file);
	report(!problem, path, NULL, problem);
	text_finish(&bytes);
}

/* A decoder that reads a stream is an application's, and so are most that are recognised by their datagrams. */
static void expect_folder(const char *corpus, const struct decoder *decoder)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", corpus, decoder->name);
	DIR *folder = opendir(path);
	if (folder)
		closedir(folder);
	else
		report(false, decoder->name, NULL, "nothing of it in the corpus");
}

int main(int argc, char **argv)
{
	for (int i = 1; i + 3 < argc; i += 2)
		if (strcmp(argv[i], "--mistakes") == 0)
			mistakes = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0)
			randomness = strtoull(argv[i + 1], NULL, 10);
	const char *corpus = argc > 2 ? argv[argc - 1] : "";
	struct dirent **folders;
	int count = scandir(corpus, &folders, is_file, alphasort);
	if (count <= 0) {
		fputs("usage: corpus_test [--mistakes N] [--seed N] KEPT.hex CORPUS\n", stderr);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		try_folder(corpus, folders[i]->d_name);
		free(folders[i]);
	}
	free(folders);
	try_kept(argv[argc - 2]);
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		if ((*decoder)->stream || (*decoder)->datagram)
			expect_folder(corpus, *decoder);
	printf("1..%u\n", number);
	return failures ? 1 : 0;
}

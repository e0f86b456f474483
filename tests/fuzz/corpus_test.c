/* Runs the kept conversations (corpus/DECODER/FILE, see conversation.h) through their decoder: whole, broken off behind
 * every byte, with every datagram cut by every number of bytes; and through the whole analysis, whole and broken off
 * at some places. Each must be understood: a file of which its decoder reads no message has lost its use.
 *
 *	corpus_test [--through-all] CORPUS		--through-all: broken off behind every byte, through the analysis */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversation.h"
#include "core/text.h"

enum { PLACES = 12, LONGEST_WHOLE_SWEEP = 2000 };

static unsigned number, failures;

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

static const char *try_file(const struct text *file, const struct decoder *decoder, bool through_all)
{
	const uint8_t *bytes = (const uint8_t *)file->bytes;
	const char *as = decoder->stream ? decoder->name : NULL;
	size_t step = file->length / LONGEST_WHOLE_SWEEP + 1, places = through_all ? file->length : PLACES;
	if (!decode_copy(file, file->length, 0, decoder))
		return "its decoder understands nothing of it";
	for (size_t size = 0; size < file->length; size += size < 400 ? 1 : step) {
		decode_copy(file, size, 0, decoder);
		if (conversation_begin(bytes, file->length).udp)
			decode_copy(file, file->length, size, decoder);
	}
	for (size_t place = 1; place <= places; place++)
		if (!conversation_analyse(bytes, file->length * place / places, as))
			return "its trace cannot be analysed";
	return NULL;
}

static int is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void try_folder(const char *corpus, const char *name, bool through_all)
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
		const char *problem = read_file(path, &file) ? try_file(&file, decoder, through_all)
							     : "cannot be read";
		report(!problem, name, files[i]->d_name, problem);
		text_finish(&file);
		free(files[i]);
	}
	free(files);
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
	bool through_all = argc > 2 && strcmp(argv[1], "--through-all") == 0;
	const char *corpus = argc > 1 ? argv[argc - 1] : "";
	struct dirent **folders;
	int count = scandir(corpus, &folders, is_file, alphasort);
	if (count <= 0) {
		fputs("usage: corpus_test [--through-all] CORPUS\n", stderr);
		return 2;
	}
	for (int i = 0; i < count; i++) {
		try_folder(corpus, folders[i]->d_name, through_all);
		free(folders[i]);
	}
	free(folders);
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		if ((*decoder)->stream || (*decoder)->datagram)
			expect_folder(corpus, *decoder);
	printf("1..%u\n", number);
	return failures ? 1 : 0;
}

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "source/compression.h"
#include "source/format.h"
#include "source/refusal.h"

/* Compressed bytes go through a small window; the big one is for what comes out. */
#define COMPRESSED_BLOCK ((size_t)256 * 1024)

/* How many line ends must look converted, in how many bytes, before we speak of a text-mode
 * transfer. In binary data a line feed follows a carriage return by chance once in 256 times. */
#define TEXT_MODE_LINES 8
#define TEXT_MODE_WINDOW ((size_t)64 * 1024)
/* Only the first losses of a file are looked at so closely: a hostile file has millions. */
#define TEXT_MODE_LOOKS 8

static struct source_file *file_of(struct reader *reader)
{
	return &reader->ledger->report.files[reader->file];
}

/* FTP in ASCII mode puts a carriage return before every line feed and so shifts all that
 * follows. */
bool reader_looks_like_text_mode(struct cursor in)
{
	size_t lines = 0;
	for (size_t i = 0; i < in.captured; i++) {
		if (in.next[i] != '\n')
			continue;
		if (i && in.next[i - 1] != '\r')
			return false;
		lines++;
	}
	return lines >= TEXT_MODE_LINES;
}

static void note(struct reader *reader, struct source_damage *damage)
{
	damage->file = reader->file;
	reader->damages++;
	damage->record_before = file_of(reader)->packets ? reader->ledger->number : 0;
	ledger_damage(reader->ledger, damage);
}

void reader_damage(struct reader *reader, uint64_t offset, uint64_t length, const char *reason)
{
	struct source_damage damage = {
		.offset = offset, .bytes_lost = length, .reason = reason, .resynchronised = true,
	};
	note(reader, &damage);
}

void reader_cut(struct reader *reader, uint64_t offset, uint64_t length, const char *reason)
{
	struct input *input = &reader->input;
	/* What ended the bytes early also explains the record that is not whole. */
	struct source_damage damage = {
		.offset = offset, .bytes_lost = length, .at_end = !input->failure || input->cut,
		.reason = input->failure ? input->failure : reason,
	};
	input->failure = NULL;
	note(reader, &damage);
}

bool reader_lost(struct reader *reader, const char *reason, bool cut,
		 bool (*plausible)(struct reader *reader))
{
	struct input *input = &reader->input;
	struct source_damage damage = { .offset = input->offset, .reason = reason };
	if (!cut && reader->losses++ < TEXT_MODE_LOOKS &&
	    reader_looks_like_text_mode(input_peek(input, TEXT_MODE_WINDOW)))
		file_of(reader)->text_mode_damage = true;
	while (input_peek(input, 1).captured && !damage.resynchronised) {
		input_skip(input, 1);
		damage.resynchronised = plausible(reader);
	}
	damage.bytes_lost = input->offset - damage.offset;
	if (!damage.resynchronised) {
		damage.at_end = cut;
		/* What ended the bytes early also explains the record that is not whole. */
		if (cut && input->failure) {
			damage.reason = input->failure;
			damage.at_end = input->cut;
			input->failure = NULL;
		}
	}
	note(reader, &damage);
	return damage.resynchronised;
}

/* Asks for as little as the probes can do with, so that the first packet of a slow pipe shows at
 * once. */
static const struct source_format *recognise(struct input *input)
{
	enum probe how = PROBE_NO;
	const struct source_format *format = NULL;
	for (size_t want = 4; how != PROBE_CERTAIN; want = input->available + 1) {
		if (want > FORMAT_PROBE)
			break;
		(void)input_peek(input, want);
		format = format_find(cursor_make(input->next, input->available,
						 input->available < FORMAT_PROBE ? input->available
										 : FORMAT_PROBE),
				     &how);
		if (input->ended)
			break;
	}
	return format;
}

/* Puts the decompressor between the raw bytes and the format, when there is something to
 * decompress. */
static bool decompress(struct reader *reader, const struct reader_options *options,
		       struct error *error)
{
	struct input *input = &reader->input;
	/* The longest magic; a pipe may not give more for a long time. */
	(void)input_peek(input, 6);
	const struct compression *compression = compression_find(
		cursor_make(input->next, input->available, COMPRESSION_PROBE));
	if (!compression) {
		if (options->threaded)
			input_run_ahead(input);
		return true;
	}
	if (!compression->create)
		return error_set(error, ERROR_UNSUPPORTED, compression->remedy,
				 "%s data, and this build cannot decompress it (option %s)",
				 compression->name, compression->option);
	file_of(reader)->compression = compression->name;
	struct stream *stream = stream_expand(input, compression, options->max_decompressed);
	input_init_stream(input, stream, options->block);
	if (options->threaded)
		input_run_ahead(input);
	return true;
}

static bool begin(struct reader *reader, const struct reader_options *options, struct error *error)
{
	reader->keep_comments = options->keep_comments;
	reader->leap_seconds = options->leap_seconds;
	if (!decompress(reader, options, error))
		return false;
	reader->format = recognise(&reader->input);
	if (!reader->format)
		return refuse(&reader->input, file_of(reader)->compression, error);
	file_of(reader)->format = reader->format->name;
	reader->state = memory_zeroed(1, reader->format->state_size);
	return reader->format->open(reader, error);
}

static bool begin_or_close(struct reader *reader, const struct reader_options *options,
			   struct error *error)
{
	if (begin(reader, options, error))
		return true;
	error_name_file(error, file_of(reader)->path);
	reader_close(reader);
	return false;
}

bool reader_open(struct reader *reader, struct ledger *ledger, uint16_t file, int descriptor,
		 const struct reader_options *options, struct error *error)
{
	*reader = (struct reader){ .ledger = ledger, .file = file };
	input_init_stream(&reader->input, stream_file(descriptor, options->progress),
			  options->block);
	return begin_or_close(reader, options, error);
}

bool reader_open_memory(struct reader *reader, struct ledger *ledger, uint16_t file,
			const void *bytes, size_t length, const struct reader_options *options,
			struct error *error)
{
	*reader = (struct reader){ .ledger = ledger, .file = file };
	input_init_memory(&reader->input, bytes, length);
	return begin_or_close(reader, options, error);
}

static void end(struct reader *reader)
{
	struct input *input = &reader->input;
	reader->ended = true;
	file_of(reader)->bytes = input->offset;
	if (!input->failure)
		return;
	struct source_damage damage = {
		.offset = input->offset, .reason = input->failure, .at_end = input->cut,
	};
	note(reader, &damage);
}

bool reader_next(struct reader *reader, struct record *record)
{
	if (reader->ended)
		return false;
	*record = (struct record){ .file = reader->file };
	if (!reader->format->next(reader, record)) {
		end(reader);
		return false;
	}
	file_of(reader)->bytes = reader->input.offset;
	return true;
}

void reader_close(struct reader *reader)
{
	if (reader->format && reader->format->close && reader->state)
		reader->format->close(reader);
	free(reader->state);
	input_finish(&reader->input);
	memset(reader, 0, sizeof *reader);
}

#include "source/refusal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "source/format.h"

/* Files that people take for traces, or that are traces of other kinds. */
struct stranger {
	size_t offset;
	const char *magic;
	size_t length;
	const char *what, *remedy;
};

#define UNPACK "unpack it and give culprit the trace inside"

static const struct stranger strangers[] = {
	{ 0, "PK\3\4", 4, "a zip archive", UNPACK },
	{ 0, "7z\xbc\xaf\x27\x1c", 6, "a 7z archive", UNPACK },
	{ 0, "Rar!", 4, "a rar archive", UNPACK },
	{ 257, "ustar", 5, "a tar archive", UNPACK },
	{ 0, "BZh", 3, "bzip2 data", "decompress it first: bunzip2 FILE" },
	{ 0, "\x1f\x9d", 2, "compress(1) data", "decompress it first: uncompress FILE" },
	{ 0, "%PDF", 4, "a PDF document", "give culprit the trace itself" },
	{ 0, "\x7f" "ELF", 4, "a program", "give culprit the trace itself" },
	{ 4, "TRSNIFF data", 12, "a Sniffer trace with record lengths between its records",
		"get it again in binary mode and without them: quote site nordw" },
};

/* z/OS data sets that are wrapped up, or spoilt on their way. */
#define INMR01 "\xc9\xd5\xd4\xd9\xf0\xf1"     /* in EBCDIC */

/* The header of AMATERSE: how it is packed (PACK or SPACK), variable or fixed records, the record length,
 * flags, the ratio, the block size. */
static bool is_terse(struct cursor head)
{
	const uint8_t *header = cursor_take(&head, 12);
	if (!header)
		return false;
	if ((header[0] == 1 || header[0] == 7) && memcmp(header + 1, "\x89\x69\xa5", 3) == 0)
		return true;
	uint16_t record = load_be16(header + 2), block = load_be16(header + 6);
	return (header[0] == 2 || header[0] == 5) && header[1] <= 1 && record && (!block || block >= record);
}

/* ASCII-mode FTP translates EBCDIC names, too, and ends records with CR LF. In a z/OS trace in binary
 * these names are in EBCDIC. */
static bool is_translated(struct cursor head)
{
	static const char *const names[] = { "SYSTCPDA", "SYSTCPOT" };
	for (size_t i = 0; i + 8 <= head.captured; i++)
		for (size_t n = 0; n < 2; n++)
			if (memcmp(head.next + i, names[n], 8) == 0)
				return true;
	return false;
}

/* Binary bytes with line ends that all were converted. */
static bool has_text_lines(struct cursor head)
{
	size_t lines = 0;
	for (size_t i = 1; i < head.captured; i++) {
		if (head.next[i] == '\n' && head.next[i - 1] != '\r')
			return false;
		lines += head.next[i] == '\n';
	}
	return lines >= 4;
}

static bool refuse_zos(struct cursor head, struct error *error)
{
	if (head.captured >= 8 && head.next[1] == 0xe0 && memcmp(head.next + 2, INMR01, 6) == 0)
		return error_set(error, ERROR_NOT_A_TRACE,
				 "on z/OS: RECEIVE INDSN('data.set'), then get what it restores in binary mode",
				 "this is a z/OS data set packed by TRANSMIT (XMIT)");
	if (is_translated(head) || has_text_lines(head))
		return error_set(error, ERROR_NOT_A_TRACE,
				 "transfer it again in binary mode, best with quote site rdw",
				 "these look like the bytes of a trace, destroyed by a transfer in text "
				 "(ASCII) mode");
	if (is_terse(head))
		return error_set(error, ERROR_NOT_A_TRACE,
				 "on z/OS: AMATERSE UNPACK, then get the data set in binary mode",
				 "this is a z/OS data set packed by AMATERSE (TRSMAIN)");
	return true;
}

static const char readable[] = "`culprit formats` lists what can be read";

static bool begins_like(const struct stranger *stranger, struct cursor head)
{
	cursor_skip(&head, stranger->offset);
	const uint8_t *magic = cursor_take(&head, stranger->length);
	return magic && memcmp(magic, stranger->magic, stranger->length) == 0;
}

/* No control characters but white space, and not a single NUL. */
static bool is_text(struct cursor head)
{
	while (cursor_more(&head)) {
		uint8_t byte = cursor_u8(&head);
		if (byte == 0x7f || (byte < 0x20 && !(byte >= '\t' && byte <= '\r')))
			return false;
	}
	return true;
}

static bool refuse_unknown(struct cursor head, struct error *error)
{
	char first[3 * 16 + 1] = "";
	for (size_t used = 0; used + 4 <= sizeof first && cursor_more(&head); used += 3)
		snprintf(first + used, sizeof first - used, " %02x", cursor_u8(&head));
	return error_set(error, ERROR_NOT_A_TRACE, readable,
			 "no trace format begins with the bytes%s", first);
}

bool refuse(struct input *input, const char *compression, struct error *error)
{
	bool compressed = strcmp(compression, "none") != 0;
	struct cursor head = input_peek(input, 512);
	head.declared = head.captured;
	if (input->failure && !head.captured) {
		if (!compressed)
			return error_set(error, ERROR_READ,
					 "check the disk or the connection to it", "%s",
					 input->failure);
		return error_set(error, ERROR_DAMAGED, "get the file again, in binary mode",
				 "%s, and nothing could be read from it", input->failure);
	}
	if (!head.captured)
		return error_set(error, ERROR_NOT_A_TRACE,
				 "check the recorder's interface and its filter",
				 "empty: nothing was recorded");
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
		if (begins_like(&strangers[i], head))
			return error_set(error, ERROR_NOT_A_TRACE, strangers[i].remedy,
					 "this is %s, not a trace that culprit reads",
					 strangers[i].what);
	struct cursor wide = input_peek(input, FORMAT_PROBE);
	wide.declared = wide.captured;
	if (!is_text(head) && !refuse_zos(wide, error))
		return false;
	head = input_peek(input, 512);   /* the bytes may have moved */
	head.declared = head.captured;
	if (is_text(head))
		return error_set(error, ERROR_NOT_A_TRACE, readable, "this is text, not a trace");
	return refuse_unknown(head, error);
}

bool refuse_path(int error_number, struct error *error)
{
	switch (error_number) {
	case ENOENT:
	case ENOTDIR:
		return error_set(error, ERROR_OPEN, "check the spelling and the directory",
				 "no such file");
	case EACCES:
	case EPERM:
		return error_set(error, ERROR_OPEN,
				 "run as a user who may read it, or ask its owner",
				 "no permission to read it");
	case EISDIR:
		return error_set(error, ERROR_OPEN, "name the trace files in it",
				 "it is a directory");
	case EMFILE:
	case ENFILE:
		return error_set(error, ERROR_OPEN,
				 "raise the limit with ulimit -n, or give fewer files",
				 "too many files are open at once");
	default:
		return error_set(error, ERROR_OPEN, "", "cannot be opened: %s",
				 strerror(error_number));
	}
}

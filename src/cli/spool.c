#include "cli/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"

static off_t start;                  /* of the trace in standard input, once it can be read again */

static bool reads_standard_input(const struct options *options)
{
	for (size_t i = 0; i < options->word_count; i++)
		if (strcmp(options->words[i], "-") == 0)
			return true;
	return false;
}

static int open_nameless(void)
{
	const char *folder = getenv("TMPDIR");
	char path[4096];
	int length = snprintf(path, sizeof path, "%s/culprit-XXXXXX", folder && *folder ? folder : "/tmp");
	if (length < 0 || (size_t)length >= sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int descriptor = mkstemp(path);
	if (descriptor >= 0)
		unlink(path);
	return descriptor;
}

static bool write_all(int to, const char *bytes, size_t length)
{
	while (length) {
		ssize_t wrote = write(to, bytes, length);
		if (wrote < 0 && errno != EINTR)
			return false;
		bytes += wrote > 0 ? wrote : 0;
		length -= wrote > 0 ? (size_t)wrote : 0;
	}
	return true;
}

static bool copy_input(int to)
{
	static char block[65536];
	for (;;) {
		ssize_t got = read(STDIN_FILENO, block, sizeof block);
		if (got == 0)
			return true;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || !write_all(to, block, (size_t)got))
			return false;
	}
}

bool spool_begin(const struct options *options)
{
	if (!reads_standard_input(options))
		return true;
	start = lseek(STDIN_FILENO, 0, SEEK_CUR);
	if (start >= 0)
		return true;
	start = 0;
	int file = open_nameless();
	bool good = file >= 0 && copy_input(file) && dup2(file, STDIN_FILENO) >= 0 && spool_rewind(options);
	if (!good)
		complain("standard input has to be read twice and cannot be kept in a file: %s: set TMPDIR, or save "
			 "the trace and name it", strerror(errno));
	if (file >= 0)
		close(file);
	return good;
}

bool spool_rewind(const struct options *options)
{
	if (!reads_standard_input(options) || lseek(STDIN_FILENO, start, SEEK_SET) >= 0)
		return true;
	complain("standard input cannot be read again: %s", strerror(errno));
	return false;
}

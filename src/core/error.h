/* What went wrong in the world: a file, a device, an option. Never a packet (see cursor.h).
 *
 * Functions that can fail return false (or an enum) and fill a struct error; only the program prints.
 * Texts follow the contract: what is wrong, where, what to do. */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

enum error_code {
	ERROR_NONE,
	ERROR_USAGE,       /* the caller asked for something that does not exist or make sense */
	ERROR_OPEN,        /* no such file, no permission, a directory */
	ERROR_READ,        /* input/output error while reading */
	ERROR_NOT_A_TRACE, /* no format recognises the bytes */
	ERROR_DAMAGED,     /* a known format whose header is so broken that nothing can be read */
	ERROR_UNSUPPORTED, /* known, but this build cannot read it */
	ERROR_WRITE,
};

struct error {
	enum error_code code;
	char message[256]; /* what is wrong */
	char remedy[256];  /* what to do; may be empty */
	char file[256];    /* empty when no file is concerned; long names keep their end */
	uint64_t offset;   /* byte offset in the file, UINT64_MAX when none */
};

#define ERROR_INIT { .offset = UINT64_MAX }

/* Fills `error` (NULL is fine) and returns false, so that `return error_set(…)` reads well. */
bool error_set(struct error *error, enum error_code code, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Names the file that an error concerns, unless a deeper layer did already. */
void error_name_file(struct error *error, const char *path);

#endif

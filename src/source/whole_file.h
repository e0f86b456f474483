/* A small file in one piece, such as one of secrets. */
#ifndef SOURCE_WHOLE_FILE_H
#define SOURCE_WHOLE_FILE_H

#include <stddef.h>

#include "core/error.h"

/* Its bytes, to be freed; NULL with `error`, which names the file, when it cannot be read or is longer than
 * `most`. */
char *whole_file_read(const char *path, size_t most, size_t *length, struct error *error);

#endif

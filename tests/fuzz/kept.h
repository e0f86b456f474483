/* What the fuzz targets found and is kept (kept.hex): a line for each, the decoder whose conversation it is
 * (conversation.h) or "packet" (one_packet.h), a blank, and its bytes in hexadecimal. */
#ifndef FUZZ_KEPT_H
#define FUZZ_KEPT_H

#include <stdio.h>

#include "core/text.h"

enum { KEPT_NAME = 32 };

/* The next line, its bytes in `bytes`, which is emptied before. False at the end; `name` is empty then, and else what
 * follows is no such line. */
bool kept_next(FILE *file, char name[static KEPT_NAME], struct text *bytes);

#endif

/* Display filters to capture filters, where both mean the same: addresses, ports, protocols and lengths, joined by
 * and, or, not. The kernel's form looks at the outermost headers only. */
#ifndef CAPTURE_TRANSLATE_H
#define CAPTURE_TRANSLATE_H

#include <stdbool.h>

#include "core/text.h"

/* Adds the capture filter to `to`. False when the display filter speaks of something else; `to` is then as before.
 * The filter was compiled before, so its grammar is right. */
bool translate_filter(const char *display, struct text *to);

#endif

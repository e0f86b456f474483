/* EBCDIC, code page 1047 (Latin 1 on z/OS), for views of what mainframes say. */
#ifndef CORE_EBCDIC_H
#define CORE_EBCDIC_H

#include "core/text.h"

/* The character of U+0000 to U+00FF that a byte stands for. */
uint8_t ebcdic_to_latin1(uint8_t byte);
/* Adds it as UTF-8; a point for what cannot be shown. */
void ebcdic_add(struct text *to, uint8_t byte);

#endif

/* Network General Sniffer, DOS. sniffer.c reads the records, sniffer_expand.c the blobs of
 * compressed files. doc/formats/sniffer.md draws both. */
#ifndef SOURCE_FILE_SNIFFER_H
#define SOURCE_FILE_SNIFFER_H

#include "source/input.h"

/* A blob's length field has 16 bits; no blob comes out longer than this. */
#define SNIFFER_BLOB ((size_t)64 * 1024)

/* What comes out of the blobs of `raw`, which it takes over and empties. A blob that cannot be
 * expanded leaves what could be had of it and then bytes that look like no record, so that the
 * reader of the records sees the gap. */
struct stream *sniffer_expand(struct input *raw);

/* Expands one blob. Returns how many bytes came out; `whole` says whether all did. */
size_t sniffer_expand_blob(struct cursor in, uint8_t out[static SNIFFER_BLOB], bool *whole);

#endif

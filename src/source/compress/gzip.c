/* gzip, RFC 1952. */
#include "config.h"
#include "source/compression.h"

static bool gzip_probe(struct cursor head)
{
	/* ID1, ID2, CM = deflate */
	return cursor_be24(&head) == 0x1f8b08;
}

#ifdef HAVE_ZLIB
#include <stdlib.h>
#include <zlib.h>

#include "core/memory.h"

#define GZIP_ONLY 16   /* added to the window bits: neither zlib nor raw deflate */

static void *gzip_create(void)
{
	z_stream *z = memory_zeroed(1, sizeof *z);
	if (inflateInit2(z, MAX_WBITS + GZIP_ONLY) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static enum expand_status gzip_run(void *state, struct expand_step *step)
{
	z_stream *z = state;
	/* zlib counts in unsigned int; what does not fit is for the next call. */
	uInt in = step->in_length < UINT32_MAX ? (uInt)step->in_length : UINT32_MAX;
	uInt out = step->out_room < UINT32_MAX ? (uInt)step->out_room : UINT32_MAX;
	z->next_in = (Bytef *)(uintptr_t)step->in;   /* zlib's own prototype is not const */
	z->avail_in = in;
	z->next_out = step->out;
	z->avail_out = out;
	int status = inflate(z, Z_NO_FLUSH);
	step->in_used = in - z->avail_in;
	step->out_made = out - z->avail_out;
	switch (status) {
	case Z_OK:
	case Z_BUF_ERROR:
		return EXPAND_MORE;
	case Z_STREAM_END:
		return EXPAND_END;
	default:
		step->reason = "the gzip data is corrupt";
		return EXPAND_DAMAGED;
	}
}

static bool gzip_restart(void *state)
{
	return inflateReset(state) == Z_OK;
}

static void gzip_destroy(void *state)
{
	inflateEnd(state);
	free(state);
}
#endif

const struct compression compression_gzip = {
	.name = "gzip",
	.title = "gzip (RFC 1952), members in a row too",
	.option = "zlib",
	.remedy = "decompress it first with gunzip, or build culprit with -Dzlib=enabled",
	.probe = gzip_probe,
#ifdef HAVE_ZLIB
	.create = gzip_create,
	.run = gzip_run,
	.restart = gzip_restart,
	.destroy = gzip_destroy,
#endif
};

/* xz, https://tukaani.org/xz/xz-file-format.txt */
#include "config.h"
#include "source/compression.h"

static bool xz_probe(struct cursor head)
{
	const uint8_t *magic = cursor_take(&head, 6);
	return magic && memcmp(magic, "\xfd" "7zXZ", 6) == 0;
}

#ifdef HAVE_LZMA
#include <lzma.h>
#include <stdlib.h>

#include "core/memory.h"

/* xz -9 needs 65 MiB; dictionaries of gigabytes are for those who want to hurt us. */
#define XZ_MEMORY ((uint64_t)256 * 1024 * 1024)

static bool xz_restart(void *state)
{
	return lzma_stream_decoder(state, XZ_MEMORY, 0) == LZMA_OK;
}

static void *xz_create(void)
{
	lzma_stream *xz = memory_zeroed(1, sizeof *xz);   /* zeros are LZMA_STREAM_INIT */
	if (!xz_restart(xz)) {
		free(xz);
		return NULL;
	}
	return xz;
}

static enum expand_status xz_run(void *state, struct expand_step *step)
{
	lzma_stream *xz = state;
	xz->next_in = step->in;
	xz->avail_in = step->in_length;
	xz->next_out = step->out;
	xz->avail_out = step->out_room;
	lzma_ret status = lzma_code(xz, LZMA_RUN);
	step->in_used = step->in_length - xz->avail_in;
	step->out_made = step->out_room - xz->avail_out;
	switch (status) {
	case LZMA_OK:
	case LZMA_BUF_ERROR:
		return EXPAND_MORE;
	case LZMA_STREAM_END:
		return EXPAND_END;
	case LZMA_MEMLIMIT_ERROR:
		step->reason = "the xz data needs more than 256 MiB to decompress";
		return EXPAND_DAMAGED;
	default:
		step->reason = "the xz data is corrupt";
		return EXPAND_DAMAGED;
	}
}

static void xz_destroy(void *state)
{
	lzma_end(state);
	free(state);
}
#endif

const struct compression compression_xz = {
	.name = "xz",
	.title = "xz, streams in a row too",
	.option = "xz",
	.remedy = "decompress it first with unxz, or build culprit with -Dxz=enabled",
	.probe = xz_probe,
#ifdef HAVE_LZMA
	.create = xz_create,
	.run = xz_run,
	.restart = xz_restart,
	.destroy = xz_destroy,
#endif
};

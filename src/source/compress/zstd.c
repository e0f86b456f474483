/* Zstandard, RFC 8878. */
#include "config.h"
#include "source/compression.h"

#define ZSTD_FRAME 0xfd2fb528u

/* Skippable frames are the same in zstd and lz4, so the first frame behind them decides. When it
 * lies beyond the bytes at hand zstd is assumed: only its tools (pzstd) write such files. */
static bool zstd_probe(struct cursor head)
{
	uint32_t magic = cursor_le32(&head);
	while (cursor_ok(&head) && (magic & ~0xfu) == 0x184d2a50) {
		cursor_skip(&head, cursor_le32(&head));
		magic = cursor_le32(&head);
		if (!cursor_ok(&head))
			return true;
	}
	return cursor_ok(&head) && magic == ZSTD_FRAME;
}

#ifdef HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>

static void *zstd_create(void)
{
	return ZSTD_createDStream();
}

static enum expand_status zstd_run(void *state, struct expand_step *step)
{
	ZSTD_inBuffer in = { step->in, step->in_length, 0 };
	ZSTD_outBuffer out = { step->out, step->out_room, 0 };
	size_t status = ZSTD_decompressStream(state, &out, &in);
	step->in_used = in.pos;
	step->out_made = out.pos;
	if (!ZSTD_isError(status))
		return status == 0 ? EXPAND_END : EXPAND_MORE;
	step->reason = ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge
		? "the zstd window is larger than 128 MiB" : "the zstd data is corrupt";
	return EXPAND_DAMAGED;
}

static bool zstd_restart(void *state)
{
	return !ZSTD_isError(ZSTD_DCtx_reset(state, ZSTD_reset_session_only));
}

static void zstd_destroy(void *state)
{
	ZSTD_freeDStream(state);
}
#endif

const struct compression compression_zstd = {
	.name = "zstd",
	.title = "Zstandard (RFC 8878), frames in a row too",
	.option = "zstd",
	.remedy = "decompress it first with unzstd, or build culprit with -Dzstd=enabled",
	.probe = zstd_probe,
#ifdef HAVE_ZSTD
	.create = zstd_create,
	.run = zstd_run,
	.restart = zstd_restart,
	.destroy = zstd_destroy,
#endif
};

/* LZ4 frames, https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */
#include "config.h"
#include "source/compression.h"

#define LZ4_FRAME 0x184d2204u

static bool lz4_probe(struct cursor head)
{
	uint32_t magic = cursor_le32(&head);
	while (cursor_ok(&head) && (magic & ~0xfu) == 0x184d2a50) {   /* a skippable frame */
		cursor_skip(&head, cursor_le32(&head));
		magic = cursor_le32(&head);
	}
	return cursor_ok(&head) && magic == LZ4_FRAME;
}

#ifdef HAVE_LZ4
#include <lz4frame.h>

static void *lz4_create(void)
{
	LZ4F_dctx *context = NULL;
	if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
		return NULL;
	return context;
}

static enum expand_status lz4_run(void *state, struct expand_step *step)
{
	size_t in = step->in_length, out = step->out_room;
	size_t status = LZ4F_decompress(state, step->out, &out, step->in, &in, NULL);
	if (LZ4F_isError(status)) {
		step->reason = "the lz4 data is corrupt";
		return EXPAND_DAMAGED;
	}
	step->in_used = in;
	step->out_made = out;
	return status == 0 ? EXPAND_END : EXPAND_MORE;
}

static bool lz4_restart(void *state)
{
	LZ4F_resetDecompressionContext(state);
	return true;
}

static void lz4_destroy(void *state)
{
	LZ4F_freeDecompressionContext(state);
}
#endif

const struct compression compression_lz4 = {
	.name = "lz4",
	.title = "LZ4 frames",
	.option = "lz4",
	.remedy = "decompress it first with unlz4, or build culprit with -Dlz4=enabled",
	.probe = lz4_probe,
#ifdef HAVE_LZ4
	.create = lz4_create,
	.run = lz4_run,
	.restart = lz4_restart,
	.destroy = lz4_destroy,
#endif
};

/* The sequence of some sessions while the trace is read: rows at once where that can be, else kept. */
#include "report/view.h"

#include <stdlib.h>

#include "core/memory.h"
#include "report/ladder.h"
#include "report/selection.h"

#define PICTURE_ROWS 1000        /* in a picture; more are left out in its middle */
#define MOST_KEPT 1000000        /* rows that --tail keeps */

struct sequence {
	struct view view;
	struct culprit_output output;
	struct selection selection;
	size_t head, tail;           /* SIZE_MAX, 0: all */
	bool svg;
	struct ladder *kept;         /* pictures and tails */
	struct ladder_writer *writer;
	struct ladder_frame frame;
	struct text message, note;
	uint64_t seen;
	bool ended;                  /* the output takes no more */
};

static int64_t origin_of(const struct trace_analysis *analysis)
{
	return analysis->trace.first_time == INT64_MIN ? CULPRIT_NO_TIME : analysis->trace.first_time;
}

static bool several(const struct sequence *sequence)
{
	return sequence->selection.pair || sequence->selection.session_count != 1;
}

static struct ladder_writer *writer_of(struct sequence *sequence, const struct trace_analysis *analysis)
{
	if (!sequence->writer)
		sequence->writer = ladder_writer_create(&sequence->output, origin_of(analysis), several(sequence));
	return sequence->writer;
}

static bool observe(struct view *view, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	struct sequence *sequence = (struct sequence *)view;
	struct ladder_row row;
	if (sequence->ended || selection_is_over(&sequence->selection, observation->packet->record->number - 1))
		return false;
	if (!selection_takes(&sequence->selection, observation))
		return true;
	if (sequence->kept) {
		ladder_observe(sequence->kept, analysis, observation);
		return true;
	}
	ladder_row_fill(&row, &sequence->frame, analysis, observation, &sequence->message, &sequence->note);
	sequence->ended = !ladder_writer_row(writer_of(sequence, analysis), &row);
	return !sequence->ended && ++sequence->seen < sequence->head;
}

static void write_kept(struct sequence *sequence, struct ladder_writer *writer)
{
	const struct ladder *ladder = sequence->kept;
	for (size_t i = 0; i < ladder_count(ladder); i++) {
		if (i == ladder_head_count(ladder))
			ladder_writer_gap(writer, ladder_left_out(ladder));
		if (!ladder_writer_row(writer, ladder_row(ladder, i)))
			break;
	}
}

static void write_picture(struct sequence *sequence, const struct trace_analysis *analysis)
{
	struct text to = { 0 };
	const struct ladder_picture picture = { .time_style = sequence->output.time_style,
		.origin = origin_of(analysis) };
	ladder_svg(sequence->kept, &picture, &to);
	sequence->output.write(sequence->output.user, to.bytes, to.length);
	text_finish(&to);
}

static void finish(struct view *view, const struct trace_analysis *analysis, const struct diagnosis *diagnosis)
{
	struct sequence *sequence = (struct sequence *)view;
	(void)diagnosis;
	if (sequence->svg) {
		write_picture(sequence, analysis);
		return;
	}
	struct ladder_writer *writer = writer_of(sequence, analysis);
	if (sequence->kept)
		write_kept(sequence, writer);
	ladder_writer_finish(writer);
	sequence->writer = NULL;
}

static void destroy(struct view *view)
{
	struct sequence *sequence = (struct sequence *)view;
	if (sequence->writer)
		ladder_writer_finish(sequence->writer);
	ladder_destroy(sequence->kept);
	selection_finish(&sequence->selection);
	text_finish(&sequence->message);
	text_finish(&sequence->note);
	free(sequence);
}

static void pass_over(struct view *base, const struct observation *observation)
{
	(void)base, (void)observation;
}

static const struct view_operations operations = { observe, NULL, finish, destroy, pass_over };

static struct ladder *make_ladder(const struct culprit_sequence *wanted)
{
	bool limited = wanted->head || wanted->tail;
	size_t head = limited ? (size_t)wanted->head : PICTURE_ROWS / 2;
	size_t tail = limited ? (size_t)wanted->tail : PICTURE_ROWS / 2;
	if (wanted->svg && head > PICTURE_ROWS)
		head = PICTURE_ROWS;
	if (wanted->svg && tail > PICTURE_ROWS)
		tail = PICTURE_ROWS;
	return ladder_create(head < MOST_KEPT ? head : MOST_KEPT, tail < MOST_KEPT ? tail : MOST_KEPT);
}

struct view *sequence_view(const struct culprit_sequence *wanted, const struct culprit_output *output,
			   struct error *error)
{
	struct sequence *sequence = memory_zeroed(1, sizeof *sequence);
	sequence->view.do_ = &operations;
	sequence->output = *output;
	sequence->head = wanted->head ? (size_t)wanted->head : SIZE_MAX;
	sequence->svg = wanted->svg;
	if (!selection_init(&sequence->selection, &wanted->selection, error)) {
		destroy(&sequence->view);
		return NULL;
	}
	if (wanted->svg || wanted->tail)
		sequence->kept = make_ladder(wanted);
	return &sequence->view;
}

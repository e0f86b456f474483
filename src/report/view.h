/* Something that looks on while a trace is read and writes what it saw: the sequence of a session, a graph,
 * a stream, figures. */
#ifndef REPORT_VIEW_H
#define REPORT_VIEW_H

#include <culprit.h>

#include "analysis.h"
#include "core/error.h"

struct diagnosis;
struct view;

struct view_operations {
	/* For every packet. False: it has seen enough. */
	bool (*observe)(struct view *view, const struct trace_analysis *analysis,
			const struct observation *observation);
	/* For every session that ends, also for those that the user's filter does not select; NULL: does not care. */
	void (*session)(struct view *view, const struct trace_analysis *analysis,
			const struct session *session, bool selected);
	/* At the end of the trace: writes what is left. Once. */
	void (*finish)(struct view *view, const struct trace_analysis *analysis,
		       const struct diagnosis *diagnosis);
	void (*destroy)(struct view *view);
	/* Instead of `observe`, for packets that the user's filter does not select. NULL: the view is about
	 * whole sessions and sees all packets. */
	void (*pass)(struct view *view, const struct observation *observation);
};

struct view { const struct view_operations *do_; };  /* the first member of each view's struct */

/* They return NULL, with `error`, when something was asked that makes no sense. */
struct view *packet_fields_view(const char *const *names, size_t count, const struct culprit_output *output,
				struct error *error);
struct view *details_view(const struct culprit_details *wanted, const struct culprit_output *output,
			  struct error *error);
struct view *exceptions_view(const struct culprit_exceptions *wanted, const struct culprit_output *output,
			     struct error *error);
struct view *sequence_view(const struct culprit_sequence *wanted, const struct culprit_output *output,
			   struct error *error);
struct view *graph_view(const struct culprit_selection *selection, enum culprit_graph kind,
			enum culprit_side sender, const struct culprit_output *output, struct error *error);
struct view *portrait_view(const struct culprit_selection *selection, const struct culprit_output *output,
			   struct error *error);
struct view *follow_view(const struct culprit_follow *how, const struct culprit_output *output,
			 struct error *error);

struct view *statistics_view(const struct culprit_statistics *wanted, const struct culprit_output *output,
			     struct error *error);

#endif

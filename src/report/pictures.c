#include "report/pictures.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "report/selection.h"

#define LADDER_ROWS 60           /* from the start; behind them the last ones */
#define LADDER_LAST_ROWS 10
#define SETUP 3                  /* packets that open a session */
#define BEFORE 8                 /* packets of the trace in front of a proof */
#define AFTER 4                  /* packets of the session behind it */
#define GRAPH_PACKETS 4000       /* half a megabyte of picture */
#define GRAPHS 8
#define GRAPH_LEAST 30           /* packets: fewer show no shape */

struct picture {
	uint32_t finding, session;
	uint8_t kind;                /* of the session */
	uint64_t proof[FINDING_MAX_EVIDENCE];        /* rising */
	unsigned proofs, next;       /* the first that is still to come */
	unsigned after;              /* packets of the session that are still wanted behind the last */
	uint64_t seen;               /* packets of the session */
	struct ladder *ladder;
	struct graph *graph;
};

struct pictures {
	struct view view;
	struct picture list[PICTURES_MOST];
	unsigned count, graphs;
};

static bool is_wanted(struct picture *picture, uint64_t number)
{
	bool wanted = picture->seen++ < SETUP;
	while (picture->next < picture->proofs && picture->proof[picture->next] < number)
		picture->next++;
	if (picture->next < picture->proofs && picture->proof[picture->next] == number) {
		picture->after = AFTER;
		return true;
	}
	if (picture->after) {
		picture->after--;
		return true;
	}
	return wanted || (picture->next < picture->proofs && picture->proof[picture->next] - number <= BEFORE);
}

static bool observe(struct view *view, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	struct pictures *pictures = (struct pictures *)view;
	const struct session *session = observation->session;
	for (unsigned i = 0; session && i < pictures->count; i++) {
		struct picture *picture = &pictures->list[i];
		if (picture->session != session->number || picture->kind != session->kind)
			continue;
		if (picture->graph)
			graph_observe(picture->graph, observation);
		if (is_wanted(picture, observation->packet->record->number))
			ladder_observe(picture->ladder, analysis, observation);
	}
	return true;
}

static void finish(struct view *view, const struct trace_analysis *analysis, const struct diagnosis *diagnosis)
{
	(void)view;
	(void)analysis;
	(void)diagnosis;
}

static void destroy(struct view *view)
{
	struct pictures *pictures = (struct pictures *)view;
	for (unsigned i = 0; i < pictures->count; i++) {
		ladder_destroy(pictures->list[i].ladder);
		graph_destroy(pictures->list[i].graph);
	}
	free(pictures);
}

static const struct view_operations operations = { observe, NULL, finish, destroy };

static bool has_graph_of(const struct pictures *pictures, uint32_t session)
{
	for (unsigned i = 0; i < pictures->count; i++)
		if (pictures->list[i].graph && pictures->list[i].session == session)
			return true;
	return false;
}

static void add_picture(struct pictures *pictures, const struct culprit_finding *finding)
{
	struct culprit_session_id id;
	struct picture picture = { .finding = finding->number };
	if (!finding->session_count || !session_id_parse(finding->sessions[0], &id))
		return;
	picture.session = id.number;
	while (picture.kind < SESSION_KINDS && strcmp(session_kind_name(picture.kind), id.protocol) != 0)
		picture.kind++;
	for (size_t i = 0; i < finding->evidence_count && i < FINDING_MAX_EVIDENCE; i++)
		picture.proof[picture.proofs++] = finding->evidence[i].packet;
	picture.ladder = ladder_create(LADDER_ROWS, LADDER_LAST_ROWS);
	if (picture.kind == SESSION_TCP && pictures->graphs < GRAPHS && !has_graph_of(pictures, id.number)) {
		picture.graph = graph_create(GRAPH_PACKETS);
		pictures->graphs++;
	}
	pictures->list[pictures->count++] = picture;
}

struct pictures *pictures_create(const struct diagnosis *diagnosis)
{
	struct pictures *pictures = memory_zeroed(1, sizeof *pictures);
	pictures->view.do_ = &operations;
	for (size_t i = 0; i < diagnosis->finding_count && pictures->count < PICTURES_MOST; i++) {
		const struct culprit_finding *finding = &diagnosis->findings[i];
		if (!finding->caused_by && finding->severity >= CULPRIT_WARNING)
			add_picture(pictures, finding);
	}
	return pictures;
}

struct view *pictures_view(struct pictures *pictures)
{
	return &pictures->view;
}

static const struct picture *find(const struct pictures *pictures, uint32_t finding)
{
	for (unsigned i = 0; i < pictures->count; i++)
		if (pictures->list[i].finding == finding)
			return &pictures->list[i];
	return NULL;
}

const struct ladder *pictures_ladder(const struct pictures *pictures, uint32_t finding)
{
	const struct picture *picture = find(pictures, finding);
	return picture && ladder_count(picture->ladder) ? picture->ladder : NULL;
}

const struct graph *pictures_graph(const struct pictures *pictures, uint32_t finding)
{
	const struct picture *picture = find(pictures, finding);
	return picture && picture->graph && graph_count(picture->graph) >= GRAPH_LEAST ? picture->graph : NULL;
}

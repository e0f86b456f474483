#include "trial/prove.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* Trials of one proof: as much work as a person waits for. */
#define MOST_REPLAYS 600
#define MOST_RECORDS 4000000

struct prover {
	const struct trace_analysis *analysis;
	const struct finding *wanted;
	struct collection collection;
	bool *chosen;                /* by record of the collection */
	size_t max_sessions;
	unsigned replays;
	uint64_t fed;
};

static bool same_subject(const struct subject *a, const struct subject *b)
{
	bool straight = address_equal(&a->client, &b->client) && address_equal(&a->server, &b->server);
	bool crossed = address_equal(&a->client, &b->server) && address_equal(&a->server, &b->client);
	return straight || crossed;
}

/* The same statement: what, about whom, whose fault, and as grave as its rule alone says it is (what it explains
 * may make it graver). */
static bool says_it(const struct finding *finding, const struct finding *wanted)
{
	enum severity least = wanted->severity < wanted->kind->severity ? wanted->severity : wanted->kind->severity;
	return finding->kind == wanted->kind && finding->severity >= least &&
	       finding->confidence >= wanted->confidence &&
	       strcmp(finding->blame.word, wanted->blame.word) == 0 &&
	       (wanted->kind->merge == MERGE_TRACE || wanted->group ||
		same_subject(&finding->subject, &wanted->subject));
}

static bool fires(struct prover *prover)
{
	const struct kept_list *records = &prover->collection.records;
	struct trace_analysis *trial = analysis_create_like(prover->analysis);
	bool found = false;
	analysis_begin(trial, prover->analysis->trace.source, prover->max_sessions);
	for (size_t i = 0; i < records->count; i++) {
		if (!prover->chosen[i])
			continue;
		struct record record = kept_record(records, i);
		analysis_feed(trial, &record);
		prover->fed++;
	}
	analysis_end(trial);
	for (size_t i = 0; i < finding_store_count(trial->findings) && !found; i++)
		found = says_it(finding_store_get(trial->findings, i), prover->wanted);
	analysis_destroy(trial);
	prover->replays++;
	return found;
}

static void choose_up_to(struct prover *prover, enum collect_role role)
{
	for (size_t i = 0; i < prover->collection.records.count; i++)
		prover->chosen[i] = prover->collection.records.list[i].role <= role;
}

/* The nearest roles that suffice. */
static bool widen(struct prover *prover)
{
	for (int role = COLLECT_CITED; role < (int)prover->collection.complete; role++) {
		choose_up_to(prover, (enum collect_role)role);
		if (fires(prover))
			return true;
	}
	return false;
}

static bool may_go_on(const struct prover *prover)
{
	return prover->replays < MOST_REPLAYS && prover->fed < MOST_RECORDS;
}

/* Leaves out the records list[from..to), if it fires without them. */
static bool leave_out(struct prover *prover, const size_t *list, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		prover->chosen[list[i]] = false;
	if (fires(prover))
		return true;
	for (size_t i = from; i < to; i++)
		prover->chosen[list[i]] = true;
	return false;
}

static size_t list_spare(const struct prover *prover, size_t *list)
{
	const struct kept_list *records = &prover->collection.records;
	size_t count = 0;
	for (size_t i = 0; i < records->count; i++)
		if (prover->chosen[i] && records->list[i].role != COLLECT_CITED)
			list[count++] = i;
	return count;
}

/* Leaves out what is not needed, in ever smaller pieces, from the end on. True when single records were tried
 * until nothing more could go. */
static bool narrow(struct prover *prover)
{
	size_t *list = memory_allocate((prover->collection.records.count + 1) * sizeof *list);
	size_t count = list_spare(prover, list);
	bool least = count == 0;
	for (size_t piece = count; piece && may_go_on(prover);) {
		bool left_out = false;
		for (size_t end = count; end && may_go_on(prover); end = end > piece ? end - piece : 0)
			left_out |= leave_out(prover, list, end > piece ? end - piece : 0, end);
		count = list_spare(prover, list);
		least = piece == 1 && !left_out && may_go_on(prover);
		if (piece > 1)
			piece = piece / 2 < count ? piece / 2 : count;
		else if (!left_out)
			break;
	}
	least |= count == 0;
	free(list);
	return least;
}

static void tell(struct prover *prover, struct proof *proof)
{
	const struct kept_list *records = &prover->collection.records;
	proof->packets = memory_allocate((records->count + 1) * sizeof *proof->packets);
	for (size_t i = 0; i < records->count; i++) {
		if (!prover->chosen[i])
			continue;
		enum collect_role role = (enum collect_role)records->list[i].role;
		proof->packets[proof->count++] = (struct proof_packet){ records->list[i].record.number, role };
		proof->by_role[role]++;
	}
}

bool prove(struct proof *proof, const struct trace_analysis *analysis, struct source *source, size_t index,
	   size_t max_sessions, struct error *error)
{
	struct prover prover = { .analysis = analysis, .wanted = finding_store_get(analysis->findings, index),
		.max_sessions = max_sessions };
	*proof = (struct proof){ 0 };
	bool read = collect(&prover.collection, source, analysis->findings, index, max_sessions, error);
	prover.chosen = memory_zeroed(prover.collection.records.count + 1, sizeof *prover.chosen);
	if (read && widen(&prover)) {
		proof->proved = true;
		proof->least = narrow(&prover);
		tell(&prover, proof);
	} else if (read) {
		/* The whole trace said it; what is left is only that nobody tried with less. */
		proof->whole = prover.collection.complete < COLLECT_ROLES;
	}
	proof->replays = prover.replays;
	free(prover.chosen);
	collect_finish(&prover.collection);
	return read;
}

void proof_finish(struct proof *proof)
{
	free(proof->packets);
}

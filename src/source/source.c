#include "source/source.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/memory.h"
#include "source/compression.h"
#include "source/format.h"
#include "source/members.h"

#define MAX_DECOMPRESSED ((uint64_t)1 << 40)

struct source {
	struct ledger ledger;
	struct members members;
	struct source_options options;
};

static struct source *create(const struct source_options *options)
{
	struct source *source = memory_zeroed(1, sizeof *source);
	if (options)
		source->options = *options;
	if (!source->options.max_decompressed)
		source->options.max_decompressed = MAX_DECOMPRESSED;
	return source;
}

static struct source *opened(struct source *source, bool good)
{
	if (good)
		return source;
	source_close(source);
	return NULL;
}

struct source *source_open(const char *const *paths, size_t count,
			   const struct source_options *options, struct error *error)
{
	if (!count || count > UINT16_MAX) {
		error_set(error, ERROR_USAGE, "merge them first: mergecap -w OUT FILES",
			  "%zu files cannot be read as one trace", count);
		return NULL;
	}
	struct source *source = create(options);
	for (size_t i = 0; i < count; i++)
		ledger_file(&source->ledger, paths[i]);
	return opened(source,
		      members_open(&source->members, &source->ledger, &source->options, error));
}

struct source *source_open_memory(const void *bytes, size_t length, const char *name,
				  const struct source_options *options, struct error *error)
{
	struct source *source = create(options);
	ledger_file(&source->ledger, name);
	return opened(source, members_open_memory(&source->members, &source->ledger,
						  &source->options, bytes, length, error));
}

struct source *source_open_nothing(void)
{
	return create(NULL);
}

enum source_status source_next(struct source *source, struct record *record, struct error *error)
{
	enum source_status status = members_next(&source->members, record, error);
	if (status == SOURCE_RECORD)
		ledger_record(&source->ledger, record);
	return status;
}

const struct source_report *source_report(const struct source *source)
{
	return &source->ledger.report;
}

void source_progress(const struct source *source, uint64_t *read, uint64_t *total)
{
	const struct members *members = &source->members;
	*read = atomic_load_explicit(&members->bytes_read, memory_order_relaxed);
	*total = members->total_unknown ? 0 : members->bytes_total;
}

void source_close(struct source *source)
{
	if (!source)
		return;
	members_finish(&source->members);
	ledger_finish(&source->ledger);
	free(source);
}

/* The list for people joins two others, so it is made once, when it is first wanted. */
static struct source_format_info infos[32];
static size_t info_count;
static pthread_once_t infos_once = PTHREAD_ONCE_INIT;

static void add_info(const char *name, const char *title, bool compression)
{
	assert(info_count < sizeof infos / sizeof *infos);
	infos[info_count++] = (struct source_format_info){ name, title, compression };
}

static void make_infos(void)
{
	size_t count;
	const struct source_format *const *all = formats(&count);
	for (size_t i = 0; i < count; i++)
		add_info(all[i]->name, all[i]->title, false);
	const struct compression *const *packers = compressions(&count);
	for (size_t i = 0; i < count; i++)
		if (packers[i]->create)
			add_info(packers[i]->name, packers[i]->title, true);
}

const struct source_format_info *source_formats(size_t *count)
{
	pthread_once(&infos_once, make_infos);
	*count = info_count;
	return infos;
}

#include "source/write/writers.h"

#include <string.h>
#include <strings.h>

#include "source/write/pcap.h"
#include "source/write/pcapng.h"

static struct writer *create_pcapng(struct sink *sink, const struct source_report *source,
				    const struct writer_options *options)
{
	const struct pcapng_writer_options own = { .secrets = options->secrets,
		.time_step = options->time_step, .snap_length = options->snap_length,
		.application = options->application };
	return pcapng_writer_create(sink, source, &own);
}

static struct writer *create_pcap(struct sink *sink, const struct source_report *source,
				  const struct writer_options *options)
{
	const struct pcap_writer_options own = { .time_step = options->time_step,
		.snap_length = options->snap_length };
	return pcap_writer_create(sink, source, &own);
}

static struct writer *create_ctrace(struct sink *sink, const struct source_report *source,
				    const struct writer_options *options)
{
	const struct ctrace_writer_options own = { .container = options->container };
	return ctrace_writer_create(sink, source, &own);
}

static const struct writer_format list[] = {
	{ "pcapng", { "pcapng", "ntar" }, create_pcapng },
	{ "pcap", { "pcap", "cap", "dmp" }, create_pcap },
	{ "ctrace", { "ctrace", "ctr" }, create_ctrace },
};

const struct writer_format *writer_format(unsigned index)
{
	return index < sizeof list / sizeof *list ? &list[index] : NULL;
}

const struct writer_format *writer_format_find(const char *name)
{
	for (unsigned i = 0; i < sizeof list / sizeof *list; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

const struct writer_format *writer_format_of_path(const char *path)
{
	const char *dot = strrchr(path, '.');
	for (unsigned i = 0; dot && i < sizeof list / sizeof *list; i++)
		for (unsigned j = 0; j < 3 && list[i].extensions[j]; j++)
			if (strcasecmp(dot + 1, list[i].extensions[j]) == 0)
				return &list[i];
	return NULL;
}

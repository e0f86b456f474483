/* The formats that can be written. */
#ifndef SOURCE_WRITE_WRITERS_H
#define SOURCE_WRITE_WRITERS_H

#include "source/write/ctrace.h"

/* What a conversion wants; each format takes what concerns it. */
struct writer_options {
	int64_t time_step;           /* as of pcapng_writer_options */
	uint32_t snap_length;        /* packets were cut to it; 0: they were not */
	bool secrets;
	const char *application;     /* who writes; NULL: nobody says */
	enum ctrace_container container;
};

struct writer_format {
	const char *name;            /* as the format that reads it */
	const char *extensions[3];   /* of file names, without their dot, in lower case */
	struct writer *(*create)(struct sink *sink, const struct source_report *source,
				 const struct writer_options *options);
};

/* By position, NULL past the last; the first is the default. */
const struct writer_format *writer_format(unsigned index);
const struct writer_format *writer_format_find(const char *name);      /* NULL: there is none */
/* By the extension of a path; NULL when it has none or another one. */
const struct writer_format *writer_format_of_path(const char *path);

#endif

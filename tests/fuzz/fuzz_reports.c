/* Fuzz target: bytes as a whole trace (some_packets.h), and every report of it but those that fuzz_analysis asks for.
 * The upper five bits of the first byte choose which. */
#include <stdlib.h>

#include <culprit.h>

#include "some_packets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct job {
	const struct text *image;
	struct culprit_analysis *analysis;
	struct culprit_output output;
	unsigned choice;             /* of what else the report lets choose */
	size_t written;
};

static bool read_trace(const struct job *job, struct culprit_analysis *analysis)
{
	return culprit_read_memory(analysis, job->image->bytes, job->image->length, "fuzz", NULL);
}

static void pages(struct job *job)
{
	struct culprit_analysis *pictures = culprit_create();
	culprit_keep_sessions(job->analysis);
	culprit_keep_timeline(job->analysis);
	read_trace(job, job->analysis);
	culprit_keep_pictures(pictures, job->analysis);
	read_trace(job, pictures);
	for (int format = CULPRIT_TEXT; format <= CULPRIT_SARIF; format++) {
		struct culprit_output output = job->output;
		output.format = (enum culprit_report_format)format;
		output.pictures = pictures;
		if (!culprit_report_diagnosis(job->analysis, &output))
			abort();
	}
	for (uint32_t number = 1; number <= culprit_finding_count(job->analysis); number++)
		culprit_report_why(job->analysis, number, &job->output);
	for (unsigned key = 0; culprit_session_sort_key(key); key++)
		culprit_report_sessions_by(job->analysis, culprit_session_sort_key(key), key % 3, &job->output);
	culprit_destroy(pictures);
}

static void packets(struct job *job)
{
	culprit_report_packets(job->analysis, &job->output);
	read_trace(job, job->analysis);
}

static void columns(struct job *job)
{
	static const char *const names[] = { "frame.protocols", "session.id", "ip.src", "ip.ttl", "tcp.flags", "tcp.options",
		"udp.length", "dns.qry.name", "icmp.type", "tls.handshake.type", "http.request.uri", "arp.opcode", "eth.src" };
	if (!culprit_report_packet_fields(job->analysis, names, sizeof names / sizeof *names, &job->output, NULL))
		abort();
	read_trace(job, job->analysis);
}

static void details(struct job *job)
{
	const struct culprit_details wanted = { .show_secrets = job->choice & 1 };
	if (culprit_report_details(job->analysis, &wanted, &job->output, NULL))
		read_trace(job, job->analysis);
}

static void sequence(struct job *job)
{
	const struct culprit_sequence wanted = { .svg = job->choice & 1 };
	if (culprit_report_sequence(job->analysis, &wanted, &job->output, NULL))
		read_trace(job, job->analysis);
}

static void one_session(struct job *job, struct culprit_session_id *id, struct culprit_selection *selection)
{
	if (!culprit_session_id(job->choice & 1 ? "udp:1" : "tcp:1", id))
		abort();
	*selection = (struct culprit_selection){ .sessions = id, .session_count = 1 };
}

static void graph(struct job *job)
{
	struct culprit_session_id id;
	struct culprit_selection selection;
	one_session(job, &id, &selection);
	if (culprit_report_graph(job->analysis, &selection, (enum culprit_graph)(job->choice / 2 % 4), CULPRIT_SIDE_MORE,
				 &job->output, NULL))
		read_trace(job, job->analysis);
}

static void sessions(struct job *job)
{
	const struct culprit_selection all = { 0 };
	if (culprit_report_session(job->analysis, &all, &job->output, NULL))
		read_trace(job, job->analysis);
}

static void stream(struct job *job)
{
	struct culprit_session_id id;
	struct culprit_follow follow = { .style = (enum culprit_follow_style)(job->choice / 2 % 3) };
	one_session(job, &id, &follow.selection);
	if (culprit_report_stream(job->analysis, &follow, &job->output, NULL))
		read_trace(job, job->analysis);
}

static void times(struct job *job)
{
	const struct culprit_times choice = { .by = (enum culprit_times_by)(job->choice % 5) };
	if (culprit_report_times(job->analysis, &choice, &job->output, NULL))
		read_trace(job, job->analysis);
}

static void exceptions(struct job *job)
{
	const struct culprit_exceptions all = { 0 };
	if (culprit_report_exceptions(job->analysis, &all, &job->output, NULL))
		read_trace(job, job->analysis);
}

static void statistics(struct job *job)
{
	const struct culprit_statistics all = { 0 };
	if (culprit_report_statistics(job->analysis, &all, &job->output, NULL))
		read_trace(job, job->analysis);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const reports[])(struct job *) = { pages, packets, columns, details, sequence, graph, sessions, stream,
		times, exceptions, statistics };
	struct text image = { 0 };
	if (!size)
		return 0;
	struct job job = { .image = &image, .analysis = culprit_create(), .choice = data[size - 1] / 3 };
	job.output = (struct culprit_output){ .write = some_packets_swallow, .user = &job.written,
		.format = (enum culprit_report_format)(data[size - 1] % 3), .colour = data[size - 1] & 16 };
	some_packets_image(data, size, &image);
	reports[data[0] / 8 % (sizeof reports / sizeof *reports)](&job);
	culprit_destroy(job.analysis);
	text_finish(&image);
	return 0;
}

/* A capture: open everything, give all rights away, then move records from the feeds to the file. */
#include "capture/capture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "capture/choose.h"
#include "capture/discard.h"
#include "capture/file.h"
#include "capture/interfaces.h"
#include "capture/feeds.h"
#include "capture/netns.h"
#include "capture/payload.h"
#include "capture/rights.h"
#include "capture/ring.h"
#include "capture/sandbox.h"
#include "capture/trigger.h"
#include "core/clock.h"
#include "core/memory.h"
#include "finding/nearest.h"

#define BUFFER ((size_t)64 << 20)    /* of the kernel: some seconds of a busy link */
#define MOST_INTERFACES 64           /* named one by one */
#define WAIT_MS 100                  /* at most, to see limits and signals */
#define YOUNG_MS 10                  /* between two looks at records that have to wait */
#define FLUSH (1000 * MILLISECOND)   /* at least so often */
#define STATUS (500 * MILLISECOND)
#define LAST_WAIT (250 * MILLISECOND)        /* after a stop: longer than the kernel keeps packets to itself */
#define CLOCK_EVERY 256              /* records between two looks at the clock */

struct culprit_capture {
	struct culprit_capture_options options;
	struct interface_list interfaces;
	struct choice choice;
	struct source_report report;
	struct feeds feeds;
	struct capture_file *file;
	struct trigger *trigger;
	size_t rings;                /* feeds that are interfaces, and did not end */
	struct culprit_capture_status status;
	char ended[128];             /* why the last interface ended */
	int64_t started, flushed, shown, stop_at;    /* of the monotonic clock; stop_at of the other one */
	uint64_t shown_packets;
	bool stopping, over;
	volatile sig_atomic_t stops; /* how often it was asked to stop */
};

static int64_t clock_now(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * NANOSECONDS + now.tv_nsec;
}

/* ---- Opening ---- */

bool capture_interfaces(const char *netns, void (*seen)(void *user, const struct culprit_interface *interface),
			void *user, struct error *error)
{
	struct interface_list list;
	struct netns entered;
	if (!netns_enter(&entered, netns, error))
		return false;
	bool good = interfaces_read(&list, error);
	netns_leave(&entered);
	for (size_t i = 0; good && i < list.count; i++)
		seen(user, &list.interfaces[i]);
	if (good)
		interfaces_finish(&list);
	return good;
}

static bool no_such_interface(const struct culprit_capture *capture, const char *name, struct error *error)
{
	const char *names[MOST_INTERFACES];
	size_t count = 0;
	while (count < capture->interfaces.count && count < MOST_INTERFACES) {
		names[count] = capture->interfaces.interfaces[count].name;
		count++;
	}
	const char *nearest = culprit_nearest(name, names, count);
	error_set(error, ERROR_USAGE, "see them with: culprit capture --list", "there is no interface \"%s\"", name);
	if (nearest && error)
		snprintf(error->remedy, sizeof error->remedy, "did you mean %s? See them with: culprit capture --list",
			 nearest);
	return false;
}

static bool open_ring(struct culprit_capture *capture, const char *name, size_t buffer, struct error *error)
{
	const struct culprit_capture_options *options = &capture->options;
	const struct culprit_interface *interface = NULL;
	const struct choice *choice = &capture->choice;
	struct bpf_program program;
	uint32_t link = UINT32_MAX;
	if (name && !(interface = interfaces_find(&capture->interfaces, name)))
		return no_such_interface(capture, name, error);
	if (interface)
		link = ring_link_type(interface->hardware_type);
	if (!bpf_for_kernel(choice->in_kernel ? choice->bpf : NULL, link, choice_asks_here(choice) ? 0 : options->length,
			    (enum bpf_direction)options->direction, &program, error))
		return false;
	const struct ring_options own = { .interface = interface, .known = &capture->interfaces, .filter = &program,
		.filter_words = choice->expression.bytes, .snap_length = options->length, .buffer = buffer,
		.promiscuous = !options->no_promiscuous, .hardware_time = options->hardware_time };
	struct feed *feed = ring_open(&own, &capture->report, error);
	bpf_program_finish(&program);
	if (!feed)
		return false;
	capture->feeds.feeds[capture->feeds.count++] = feed;
	capture->rings++;
	return true;
}

static bool wants_all(const struct culprit_capture_options *options)
{
	for (size_t i = 0; i < options->interface_count; i++)
		if (strcmp(options->interfaces[i], "any") == 0)
			return true;
	return options->interface_count == 0;
}

static bool open_rings(struct culprit_capture *capture, struct error *error)
{
	const struct culprit_capture_options *options = &capture->options;
	size_t buffer = options->buffer ? options->buffer : BUFFER;
	if (!interfaces_read(&capture->interfaces, error))
		return false;
	if (options->data && !options->interface_count)
		return true;
	if (wants_all(options))
		return (options->interface_count <= 1 ||
			error_set(error, ERROR_USAGE, "leave the others out", "\"any\" is all interfaces")) &&
		       open_ring(capture, NULL, buffer, error);
	if (options->interface_count > MOST_INTERFACES)
		return error_set(error, ERROR_USAGE, "choose any", "more than %d interfaces", MOST_INTERFACES);
	for (size_t i = 0; i < options->interface_count; i++)
		if (!open_ring(capture, options->interfaces[i], buffer / options->interface_count, error))
			return false;
	return true;
}

static void add_feed(struct culprit_capture *capture, struct feed *feed)
{
	capture->feeds.feeds[capture->feeds.count++] = feed;
}

static bool open_data(struct culprit_capture *capture, struct error *error)
{
	const struct culprit_capture_options *options = &capture->options;
	struct payload_choice choice;
	if (!options->data)
		return !options->clear_text || error_set(error, ERROR_USAGE, "give --data PID, NAME or :PORT",
							 "clear text of which program?");
	if (!payload_choose(options->data, &choice, error))
		return false;
	if (!options->interface_count && (capture->choice.bpf || capture->choice.filtered))
		return error_set(error, ERROR_USAGE, "leave it out, or name an interface: -i NAME",
				 "a filter chooses packets, and there are none with --data alone");
	struct feed *feed = payload_open(&choice, options->clear_text, &capture->report, error);
	if (feed)
		add_feed(capture, feed);
	/* It is what the capture lives from where there are no interfaces. */
	capture->rings += feed && !options->interface_count;
	return feed != NULL;
}

static bool open_discards(struct culprit_capture *capture, struct error *error)
{
	const struct culprit_capture_options *options = &capture->options;
	if (!options->discard_count)
		return true;
	struct feed *feed = discard_open(options->discards, options->discard_count, &capture->interfaces,
					 netns_number(), &capture->report, error);
	if (feed)
		add_feed(capture, feed);
	return feed != NULL;
}

static void describe_host(struct source_report *report)
{
	struct utsname name;
	if (uname(&name) != 0)
		return;
	snprintf(report->hardware, sizeof report->hardware, "%.100s", name.machine);
	snprintf(report->operating_system, sizeof report->operating_system, "%.50s %.70s", name.sysname, name.release);
}

static bool check_rights(const struct culprit_capture_options *options, struct error *error)
{
	enum right needed[RIGHTS + 1];
	size_t count = 0;
	needed[count++] = RIGHT_NET_RAW;
	if (options->netns)
		needed[count++] = RIGHT_SYS_ADMIN;
	if (options->hardware_time)
		needed[count++] = RIGHT_NET_ADMIN;
	needed[count] = RIGHTS;
	return rights_need("capturing", needed, error);
}

static bool open_all(struct culprit_capture *capture, struct error *error)
{
	const struct culprit_capture_options *options = &capture->options;
	const struct capture_file_options file = { .path = options->output, .file_bytes = options->file_bytes,
		.file_time = options->file_time, .files = options->files };
	struct netns netns;
	/* What is wrong with the wishes is told before what is wrong with the rights. */
	if (!choice_init(&capture->choice, options, error) || !check_rights(options, error) ||
	    !netns_enter(&netns, options->netns, error))
		return false;
	bool good = open_rings(capture, error) && open_discards(capture, error) &&
		    open_data(capture, error);
	netns_leave(&netns);
	describe_host(&capture->report);
	return good && (capture->file = capture_file_create(&file, &capture->report, error)) &&
	       (capture->trigger = trigger_create(options, capture->file, &capture->report, error));
}

struct culprit_capture *capture_create(const struct culprit_capture_options *options, struct error *error)
{
	struct culprit_capture *capture = memory_zeroed(1, sizeof *capture);
	capture->options = *options;
	if (open_all(capture, error))
		return capture;
	culprit_capture_destroy(capture);
	return NULL;
}

void culprit_capture_destroy(struct culprit_capture *capture)
{
	if (!capture)
		return;
	feeds_finish(&capture->feeds);
	trigger_destroy(capture->trigger);
	capture_file_destroy(capture->file);
	choice_finish(&capture->choice);
	interfaces_finish(&capture->interfaces);
	free(capture->report.interfaces);
	free(capture);
}

void culprit_capture_filter(const struct culprit_capture *capture, const char **kernel, const char **process)
{
	const struct choice *choice = &capture->choice;
	*kernel = choice->in_kernel ? choice->expression.bytes : NULL;
	*process = choice->display ? choice->display : choice->in_kernel ? NULL : choice->expression.bytes;
}

bool capture_confine(struct culprit_capture *capture, struct culprit_confinement *confinement, struct error *error)
{
	int deaf[FEEDS_MOST];
	for (size_t i = 0; i < capture->feeds.count; i++)
		deaf[i] = capture->feeds.feeds[i]->descriptor;
	if (!capture_file_prepare(capture->file, error) || !rights_drop(error))
		return false;
	struct sandbox sandbox = sandbox_enter(capture_file_channel(capture->file), deaf, capture->feeds.count);
	*confinement = (struct culprit_confinement){ sandbox.landlock, sandbox.seccomp };
	return true;
}

/* ---- Running ---- */

void culprit_capture_stop(struct culprit_capture *capture)
{
	capture->stops = capture->stops + 1;
}

void culprit_capture_status(const struct culprit_capture *capture, struct culprit_capture_status *to)
{
	*to = capture->status;
	to->dropped = capture_file_dropped(capture->file);
	to->fired = trigger_words(capture->trigger);
	to->file = capture_file_name(capture->file);
	to->files = capture_file_count(capture->file);
	to->file_bytes = capture_file_bytes(capture->file);
	to->blocked = capture_file_blocked(capture->file);
}

static void show(struct culprit_capture *capture, int64_t now)
{
	struct culprit_capture_status status;
	double seconds = (double)(now - capture->shown) / NANOSECONDS;
	feeds_count(&capture->feeds);
	capture->status.elapsed = now - capture->started;
	if (seconds > 0)
		capture->status.packets_per_second =
			(double)(capture->status.packets - capture->shown_packets) / seconds;
	capture->shown = now;
	capture->shown_packets = capture->status.packets;
	culprit_capture_status(capture, &status);
	if (capture->options.status && !capture->options.status(capture->options.user, &status))
		culprit_capture_stop(capture);
}

static bool follow(struct culprit_capture *capture, enum trigger_state state, const struct written *written)
{
	const struct culprit_capture_options *options = &capture->options;
	if (state == TRIGGER_FIRED && options->note)
		options->note(options->user, trigger_words(capture->trigger));
	capture->status.packets += written->packets;
	capture->status.bytes += written->bytes;
	capture->over |= state == TRIGGER_DONE || (options->packets && capture->status.packets >= options->packets) ||
			 (options->bytes && capture->status.bytes >= options->bytes);
	return state != TRIGGER_FAILED;
}

static bool wait_for_trigger(struct culprit_capture *capture, bool ends, struct error *error)
{
	struct written written;
	int64_t time = clock_now(CLOCK_REALTIME) - LAST_WAIT;
	enum trigger_state state = trigger_wait(capture->trigger, time, ends, &written, error);
	return follow(capture, state, &written);
}

/* What the clock decides. `idle`: nothing waits to be read. */
static bool look_at_clock(struct culprit_capture *capture, bool idle, struct error *error)
{
	const struct culprit_capture_options *options = &capture->options;
	int64_t now = clock_now(CLOCK_MONOTONIC);
	if (now - capture->shown >= STATUS)
		show(capture, now);
	if (idle || now - capture->flushed >= FLUSH) {
		capture->flushed = now;
		if (!capture_file_flush(capture->file, error))
			return false;
	}
	if (idle && !wait_for_trigger(capture, false, error))
		return false;
	bool stop = capture->stops || (options->duration && now - capture->started >= options->duration);
	if (stop && !capture->stopping) {
		capture->stopping = true;
		capture->stop_at = clock_now(CLOCK_REALTIME);
	}
	if (capture->stopping && (capture->stops > 1 ||
				  (idle && clock_now(CLOCK_REALTIME) - capture->stop_at > LAST_WAIT)))
		capture->over = true;
	return true;
}

static bool follow_record(struct culprit_capture *capture, const struct record *record, struct error *error)
{
	struct written written;
	enum trigger_state state = trigger_take(capture->trigger, record, &written, error);
	return follow(capture, state, &written);
}

/* A record on its way: what is left of it is written. */
static bool use(struct culprit_capture *capture, struct record *record, struct error *error)
{
	const struct culprit_capture_options *options = &capture->options;
	if (capture->stopping && record->time > capture->stop_at) {
		capture->over = true;
		return true;
	}
	bool discarded = record->comment != NULL;    /* only they have one */
	if (record->zos)
		return follow_record(capture, record, error);
	if (discarded ? !choice_wants_discarded(&capture->choice, record)
		      : !choice_wants(&capture->choice, record, &capture->report)) {
		capture->status.left_out++;
		return true;
	}
	if (options->length && record->captured_length > options->length)
		record->captured_length = options->length;
	capture->status.discarded += discarded;
	return follow_record(capture, record, error);
}

/* An interface is gone. The capture goes on with the others, and ends with the last one. */
static void lose(struct culprit_capture *capture, struct feed *feed)
{
	const char *name = capture->report.interfaces[feed->interface].name;
	snprintf(capture->ended, sizeof capture->ended, "%s: %s", name, feed->ended);
	feed->count(feed);
	feeds_leave(&capture->feeds, feed);
	capture->rings--;
	if (capture->rings && capture->options.note)
		capture->options.note(capture->options.user, capture->ended);
}

static bool move_records(struct culprit_capture *capture, struct error *error)
{
	struct record record;
	struct feed *ended;
	unsigned since = 0;
	while (!capture->over) {
		int64_t now = capture->feeds.count > 1 ? clock_now(CLOCK_REALTIME) : 0;
		enum feeds_state state = feeds_next(&capture->feeds, now, &record, &ended);
		if (ended && state != FEEDS_RECORD)
			lose(capture, ended);
		if (!capture->rings)
			return error_set(error, ERROR_READ, "what came before is in the file", "%s", capture->ended);
		if (state == FEEDS_RECORD && !use(capture, &record, error))
			return false;
		if (state == FEEDS_RECORD && ++since < CLOCK_EVERY)
			continue;
		since = 0;
		if (!look_at_clock(capture, state == FEEDS_EMPTY, error))
			return false;
		if (state == FEEDS_YOUNG)
			(void)nanosleep(&(struct timespec){ .tv_nsec = YOUNG_MS * MILLISECOND }, NULL);
		else if (state == FEEDS_EMPTY && !ended && !capture->over)
			feeds_wait(&capture->feeds, WAIT_MS);
	}
	return true;
}

bool capture_run(struct culprit_capture *capture, struct error *error)
{
	struct error ignored = ERROR_INIT;
	capture->started = capture->flushed = capture->shown = clock_now(CLOCK_MONOTONIC);
	bool good = move_records(capture, error) && wait_for_trigger(capture, true, error);
	feeds_count(&capture->feeds);
	good &= capture_file_finish(capture->file, good ? error : &ignored);
	show(capture, clock_now(CLOCK_MONOTONIC));
	return good;
}

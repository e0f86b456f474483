/* What this host captures without loss. The caller hears results; a process of its own measures them, with bench.c. */
#include "capture/self_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/bench.h"
#include "capture/choose.h"
#include "capture/rights.h"
#include "core/clock.h"

#define SIZES 3
#define DURATION (14 * NANOSECONDS)
#define STEPS 30                     /* that fit into the whole time */
#define LEAST_STEP (100 * MILLISECOND)
#define MOST_STEP (1000 * MILLISECOND)       /* bursts last twice as long */
#define STEP_BYTES ((uint64_t)256 << 20)     /* of the file: less than a small disk has */
#define BLOCK_BYTES 64               /* of the file, for a packet: at least what pcapng adds */
#define FIRST_BURST 4000             /* packets */
#define BURST_FACTOR 4
#define HALVINGS 2                   /* between a rate that is good and one that is not */

static const uint32_t sizes[SIZES] = { 60, 200, BENCH_LONGEST };

struct message { bool failed; struct culprit_capture_budget budget; struct error error; };

struct plan {
	struct bench bench;
	int64_t duration, step;      /* ns: of it all, that a step sends */
};

static uint64_t at_most(double packets, uint32_t length)
{
	double most = (double)(STEP_BYTES / (length + BLOCK_BYTES));
	return (uint64_t)(packets < most ? packets : most) + 1;
}

/* Larger and larger, as fast as the sender can, whose rate is then known. */
static bool measure_bursts(struct plan *plan, int64_t deadline, struct culprit_capture_budget *to,
			   double *fastest, struct error *error)
{
	struct step step;
	uint64_t most = FIRST_BURST, packets = FIRST_BURST, bad = 0;
	*fastest = 0;
	do {
		if (!bench_step(&plan->bench, to->length, packets, 0, &step, error))
			return false;
		to->selected |= step.seen > step.sent / 2;
		if (!to->selected)
			return true;
		double rate = (double)step.sent * 1e9 / (double)(step.sending + 1);
		*fastest = rate > *fastest ? rate : *fastest;
		most = at_most(*fastest * (double)plan->step / 1e9 * 2, to->length);
		if (step.lost) {
			bad = packets;
			to->burst_lost = true;
			if (packets <= FIRST_BURST)
				break;
			packets = (to->burst + bad) / 2;
		} else {
			to->burst = packets;
			if (bad || packets >= most)
				break;
			packets = packets * BURST_FACTOR < most ? packets * BURST_FACTOR : most;
		}
	} while (bench_now() < deadline && (!bad || bad - to->burst > to->burst / 4));
	return true;
}

/* True in `*good` when the capture kept up. */
static bool try_rate(struct plan *plan, double rate, bool unpaced, struct culprit_capture_budget *to,
		     bool *good, struct error *error)
{
	struct step step;
	uint64_t packets = at_most(rate * (double)plan->step / 1e9, to->length);
	if (!bench_step(&plan->bench, to->length, packets, unpaced ? 0 : rate, &step, error))
		return false;
	*good = !step.lost && !step.late;
	if (!*good) {
		to->limit = bench_limit(&step);
		return true;
	}
	double reached = (double)step.sent * 1e9 / (double)(step.sending + 1);
	if (reached > to->packets_per_second) {
		to->packets_per_second = reached;
		to->bytes_per_second = reached * to->length;
		to->cpu_per_packet = step.processor / (int64_t)step.sent;
	}
	return true;
}

/* As fast as it goes; where that is too much, faster and faster until it is too fast, and then between. */
static bool measure_rates(struct plan *plan, int64_t deadline, double fastest,
			  struct culprit_capture_budget *to, struct error *error)
{
	static const double parts[] = { 0.25, 0.5, 0.75 };
	double best = 0, bad = fastest;
	bool good;
	to->limit = CULPRIT_LIMIT_SENDER;
	if (!try_rate(plan, fastest, true, to, &good, error))
		return false;
	if (good)
		return true;
	good = true;
	for (size_t i = 0; i < sizeof parts / sizeof *parts && good && bench_now() < deadline; i++) {
		if (!try_rate(plan, fastest * parts[i], false, to, &good, error))
			return false;
		*(good ? &best : &bad) = fastest * parts[i];
	}
	for (size_t i = 0; i < HALVINGS && bench_now() < deadline; i++) {
		double middle = (best + bad) / 2;
		if (!try_rate(plan, middle, false, to, &good, error))
			return false;
		*(good ? &best : &bad) = middle;
	}
	return true;
}

static void measure(struct plan *plan, int results)
{
	struct message message = { .error = ERROR_INIT };
	int64_t start = bench_now();
	bool good = bench_open(&plan->bench, &message.error);
	for (int64_t i = 0; good && i < SIZES; i++) {
		int64_t begin = start + plan->duration * i / SIZES;
		double fastest;
		message.budget = (struct culprit_capture_budget){ .length = sizes[i] };
		good = measure_bursts(plan, begin + plan->duration / SIZES / 2, &message.budget, &fastest,
				      &message.error) &&
		       (!message.budget.selected || measure_rates(plan, begin + plan->duration / SIZES, fastest,
								  &message.budget, &message.error));
		message.failed = !good;
		(void)!write(results, &message, sizeof message);
	}
	message.failed = true;
	if (!good && !message.budget.length)
		(void)!write(results, &message, sizeof message);
}

/* ---- The caller ---- */

static bool check(const struct culprit_capture_options *options, struct error *error)
{
	static const enum right needed[] = { RIGHT_NET_RAW, RIGHT_NET_ADMIN, RIGHT_SYS_ADMIN, RIGHTS };
	struct choice choice;
	if (options->interface_count || options->netns || options->hardware_time || options->direction ||
	    options->discard_count || options->data || options->clear_text || options->packets || options->bytes ||
	    options->file_bytes || options->file_time || options->until_count || options->keep_before)
		return error_set(error, ERROR_USAGE, "leave the others out",
				 "the self-test takes --buffer, --length, --duration and filters");
	bool good = choice_init(&choice, options, error);
	choice_finish(&choice);
	return good && rights_need("the self-test", needed, error);
}

static void name_file(struct plan *plan, const char *output)
{
	const char *slash = output ? strrchr(output, '/') : NULL;
	int directory = slash ? (int)(slash - output + 1) : 0;
	snprintf(plan->bench.path, sizeof plan->bench.path, "%.*sculprit-self-test-%d.pcapng", directory,
		 slash ? output : "", (int)getpid());
}

static bool hear(int results, void (*seen)(void *user, const struct culprit_capture_budget *budget), void *user,
		 struct error *error)
{
	struct message message;
	size_t count = 0, selected = 0;
	while (read(results, &message, sizeof message) == (ssize_t)sizeof message) {
		if (message.failed) {
			if (error)
				*error = message.error;
			return false;
		}
		count++;
		selected += message.budget.selected;
		seen(user, &message.budget);
	}
	if (count < SIZES)
		return error_set(error, ERROR_READ, "", "the process that measures ended early");
	return selected || error_set(error, ERROR_USAGE, "they are UDP from 192.0.2.1 port 1025 to 192.0.2.2 port 9",
				     "the filter selects none of the test's packets");
}

bool capture_self_test(const struct culprit_capture_options *options,
		       void (*seen)(void *user, const struct culprit_capture_budget *budget), void *user,
		       struct error *error)
{
	struct plan plan = { .bench = { .options = options, .wire = -1 },
		.duration = options->duration ? options->duration : DURATION };
	int results[2];
	if (!check(options, error))
		return false;
	plan.step = plan.duration / STEPS > LEAST_STEP ? plan.duration / STEPS : LEAST_STEP;
	if (plan.step > MOST_STEP)
		plan.step = MOST_STEP;
	name_file(&plan, options->output);
	if (pipe2(results, O_CLOEXEC) != 0)
		return error_set(error, ERROR_OPEN, "", "no pipe: %s", strerror(errno));
	pid_t process = fork();
	if (process == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(results[0]);
		measure(&plan, results[1]);
		_exit(0);
	}
	close(results[1]);
	bool good = process > 0 ? hear(results[0], seen, user, error)
		: error_set(error, ERROR_OPEN, "", "no process: %s", strerror(errno));
	close(results[0]);
	if (process > 0)
		while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
			continue;
	return good;
}

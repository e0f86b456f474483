/* What this host captures without loss. Three processes: the caller hears results; the sender lives in a network
 * namespace of its own, which dies with it; and for every step a third one captures, just as `culprit capture` does,
 * until it has all packets that were sent or is told that no more will come. */
#include "capture/self_test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/choose.h"
#include "capture/rights.h"
#include "capture/veth.h"
#include "core/clock.h"

#define SENDING "cu0"
#define HEARING "cu1"
#define SIZES 3
#define DURATION (14 * NANOSECONDS)
#define STEPS 30                     /* that fit into the whole time */
#define LEAST_STEP (100 * MILLISECOND)
#define STEP_BYTES ((uint64_t)256 << 20)     /* of packets, so of the file: less than a small disk has */
#define FIRST_BURST 4000             /* packets */
#define BURST_FACTOR 4
#define HALVINGS 2                   /* between a rate that is good and one that is not */
#define BATCH 32                     /* packets of one sendmmsg: less than 0.1 ms */
#define LONGEST 1514
#define STEP_LIMIT (5 * NANOSECONDS)         /* should anybody die, the rest ends by itself */
#define USUAL_LAG (100 * MILLISECOND)        /* the kernel hands over after 60 ms what is not a full block */
#define LAST_LOOK (350 * MILLISECOND)        /* a capture that misses packets goes on for so long, idle */
#define BUSY 0.8                     /* of the time: on a processor, or waiting for one or for the disk */

static const uint32_t sizes[SIZES] = { 60, 200, LONGEST };

struct shared {                      /* of a step: what the process that captures tells */
	int ready;                   /* atomic; everything else is read when the process has ended */
	bool failed;
	uint64_t packets, dropped;
	int64_t ended, processor, waited, blocked;   /* ns; of the monotonic clock, and since it was ready */
	struct error error;
};

struct bench {
	const struct culprit_capture_options *options;
	char path[512];              /* of the file, which is deleted as soon as it is open */
	struct shared *shared;
	int wire;                    /* socket of the sending end */
	int64_t step;                /* ns that a step sends */
	uint8_t frame[LONGEST];
};

struct step {                        /* as measured */
	uint64_t sent, written, lost;
	int64_t sending, lag;        /* ns: from the first to the last packet; from there until all was in the file */
	int64_t processor, waited, blocked;  /* ns: of the process that captures, the latter two without a processor: for
				      * one, and for the disk */
	bool late;                   /* it did not keep up: what it had not yet done grew */
};

struct message { bool failed; struct culprit_capture_budget budget; struct error error; };

static int64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

static void nap(int64_t nanoseconds)
{
	(void)nanosleep(&(struct timespec){ nanoseconds / NANOSECONDS, nanoseconds % NANOSECONDS }, NULL);
}

/* ---- The process that captures ---- */

static struct culprit_capture *running;      /* for the signal handler */
static int schedule = -1;                    /* /proc/self/schedstat, opened before the sandbox closes */

static void on_stop(int number)
{
	(void)number;
	culprit_capture_stop(running);
}

static int64_t processor_time(void)
{
	struct rusage usage;
	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return 0;
	return ((int64_t)usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NANOSECONDS +
	       ((int64_t)usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * MICROSECOND;
}

/* How long it was ready to run and did not; 0 where the kernel does not tell. */
static int64_t waiting_time(void)
{
	char words[96];
	char *second;
	if (schedule < 0 || lseek(schedule, 0, SEEK_SET) != 0)
		return 0;
	ssize_t length = read(schedule, words, sizeof words - 1);
	if (length <= 0)
		return 0;
	words[length] = '\0';
	(void)strtoll(words, &second, 10);
	return strtoll(second, NULL, 10);
}

struct begun { struct shared *shared; int64_t processor, waited; };

/* Called last when everything is in the file. */
static bool on_status(void *user, const struct culprit_capture_status *status)
{
	const struct begun *begun = user;
	struct shared *shared = begun->shared;
	shared->ended = now();
	shared->packets = status->packets;
	shared->dropped = status->dropped;
	shared->processor = processor_time() - begun->processor;
	shared->waited = waiting_time() - begun->waited;
	shared->blocked = status->blocked;
	return true;
}

static bool capture_step(const struct bench *bench, uint64_t packets)
{
	static const char *const interface = HEARING;
	const struct sigaction stop = { .sa_handler = on_stop };
	struct shared *shared = bench->shared;
	struct begun begun = { .shared = shared };
	struct culprit_capture_options options = *bench->options;
	struct culprit_confinement confinement;
	options.output = bench->path;
	options.interfaces = &interface;
	options.interface_count = 1;
	options.packets = packets;
	options.duration = STEP_LIMIT;
	options.status = on_status;
	options.note = NULL;
	options.user = &begun;
	schedule = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);
	running = capture_create(&options, &shared->error);
	if (!running || !capture_confine(running, &confinement, &shared->error))
		return false;
	sigaction(SIGTERM, &stop, NULL);
	begun.processor = processor_time();
	begun.waited = waiting_time();
	__atomic_store_n(&shared->ready, 1, __ATOMIC_RELEASE);
	return capture_run(running, &shared->error);
}

/* ---- The process that sends ---- */

/* A datagram from 192.0.2.1 to 192.0.2.2 (RFC 5737), port 9, discard, to a hardware address that nobody has. */
static void make_frame(uint8_t *frame, uint32_t length)
{
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 0x0b, 2, 0, 0, 0, 0, 0x0a, 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17,
		0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 4, 1, 0, 9 };
	uint32_t sum = 0;
	memset(frame, 'x', LONGEST);
	memcpy(frame, head, sizeof head);
	frame[16] = (uint8_t)((length - 14) >> 8);
	frame[17] = (uint8_t)(length - 14);
	frame[38] = (uint8_t)((length - 34) >> 8);
	frame[39] = (uint8_t)(length - 34);
	frame[40] = frame[41] = 0;   /* no checksum of UDP */
	for (size_t i = 14; i < 34; i += 2)
		sum += (uint32_t)frame[i] << 8 | frame[i + 1];
	sum = ~((sum & 0xffff) + (sum >> 16));
	frame[24] = (uint8_t)(sum >> 8);
	frame[25] = (uint8_t)sum;
}

/* At `rate` packets a second; 0: as fast as it goes. Returns how many were sent. */
static uint64_t send_packets(const struct bench *bench, uint32_t length, uint64_t packets, double rate)
{
	struct iovec part = { (void *)bench->frame, length };
	struct mmsghdr messages[BATCH] = { 0 };
	uint64_t sent = 0;
	int64_t start = now();
	for (size_t i = 0; i < BATCH; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &part, .msg_iovlen = 1 };
	while (sent < packets) {
		uint64_t left = packets - sent;
		int put = sendmmsg(bench->wire, messages, left < BATCH ? (unsigned)left : BATCH, 0);
		if (put > 0)
			sent += (uint64_t)put;
		else if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			break;
		int64_t passed = now() - start, due = rate > 0 ? (int64_t)((double)sent / rate * 1e9) : 0;
		if (passed > STEP_LIMIT / 2)
			break;
		if (due > passed)
			nap(due - passed);
	}
	return sent;
}

static void evaluate(const struct shared *shared, int64_t finished, struct step *to)
{
	uint64_t told = shared->packets + shared->dropped;
	to->written = shared->packets;
	to->lost = told < to->sent ? to->sent - shared->packets : shared->dropped;
	to->lag = shared->ended - finished;
	if (to->lost)
		to->lag -= LAST_LOOK;
	if (to->lag < 0)
		to->lag = 0;
	to->processor = shared->processor;
	to->waited = shared->waited;
	/* Writing waits for the processor, too. */
	to->blocked = shared->blocked > shared->waited ? shared->blocked - shared->waited : 0;
	to->late = to->lag > USUAL_LAG + to->sending / 10;
}

static bool run_step(const struct bench *bench, uint32_t length, uint64_t packets, double rate, struct step *to,
		     struct error *error)
{
	struct shared *shared = bench->shared;
	int state;
	*shared = (struct shared){ .error = ERROR_INIT };
	pid_t process = fork();
	if (process < 0)
		return error_set(error, ERROR_OPEN, "", "no process for the capture: %s", strerror(errno));
	if (process == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		shared->failed = !capture_step(bench, packets);
		_exit(0);
	}
	bool alive = true;
	while (alive && !__atomic_load_n(&shared->ready, __ATOMIC_ACQUIRE)) {
		nap(MILLISECOND);
		alive = waitpid(process, &state, WNOHANG) == 0;
	}
	unlink(bench->path);
	int64_t start = now();
	to->sent = alive ? send_packets(bench, length, packets, rate) : 0;
	int64_t finished = now();
	to->sending = finished - start;
	if (alive) {
		kill(process, SIGTERM);
		while (waitpid(process, &state, 0) < 0 && errno == EINTR)
			continue;
	}
	if (shared->failed || !shared->ended) {
		if (error)
			*error = shared->error;
		return shared->error.code != ERROR_NONE ? false
			: error_set(error, ERROR_READ, "", "the process that captured ended early");
	}
	evaluate(shared, finished, to);
	return to->sent > 0 || error_set(error, ERROR_WRITE, "", "nothing can be sent: %s", strerror(errno));
}

/* ---- The measurement ---- */

static enum culprit_capture_limit limit_of(const struct step *step)
{
	int64_t busy = step->processor + step->waited;
	/* It had nothing to do for some time, so it would have caught up. */
	if (step->lost && (double)(busy + step->blocked) < BUSY * (double)(step->sending + step->lag))
		return CULPRIT_LIMIT_BUFFER;
	return busy >= step->blocked ? CULPRIT_LIMIT_PROCESSOR : CULPRIT_LIMIT_DISK;
}

static uint64_t at_most(double packets, uint32_t length)
{
	double most = (double)(STEP_BYTES / length);
	return (uint64_t)(packets < most ? packets : most) + 1;
}

/* Larger and larger, as fast as the sender can, whose rate is then known. */
static bool measure_bursts(const struct bench *bench, int64_t deadline, struct culprit_capture_budget *to,
			   double *fastest, struct error *error)
{
	struct step step;
	uint64_t most = FIRST_BURST, packets = FIRST_BURST, bad = 0;
	*fastest = 0;
	do {
		if (!run_step(bench, to->length, packets, 0, &step, error))
			return false;
		to->selected |= step.written + step.lost / 2 > step.sent / 2;
		if (!to->selected)
			return true;
		double rate = (double)step.sent * 1e9 / (double)(step.sending + 1);
		*fastest = rate > *fastest ? rate : *fastest;
		most = at_most(*fastest * (double)bench->step / 1e9 * 2, to->length);
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
	} while (now() < deadline && (!bad || bad - to->burst > to->burst / 4));
	return true;
}

/* True in `*good` when the capture kept up. */
static bool try_rate(const struct bench *bench, double rate, bool unpaced, struct culprit_capture_budget *to,
		     bool *good, struct error *error)
{
	struct step step;
	uint64_t packets = at_most(rate * (double)bench->step / 1e9, to->length);
	if (!run_step(bench, to->length, packets, unpaced ? 0 : rate, &step, error))
		return false;
	*good = !step.lost && !step.late;
	if (!*good) {
		to->limit = limit_of(&step);
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
static bool measure_rates(const struct bench *bench, int64_t deadline, double fastest,
			  struct culprit_capture_budget *to, struct error *error)
{
	static const double parts[] = { 0.25, 0.5, 0.75 };
	double best = 0, bad = fastest;
	bool good;
	to->limit = CULPRIT_LIMIT_SENDER;
	if (!try_rate(bench, fastest, true, to, &good, error))
		return false;
	if (good)
		return true;
	good = true;
	for (size_t i = 0; i < sizeof parts / sizeof *parts && good && now() < deadline; i++) {
		if (!try_rate(bench, fastest * parts[i], false, to, &good, error))
			return false;
		*(good ? &best : &bad) = fastest * parts[i];
	}
	for (size_t i = 0; i < HALVINGS && now() < deadline; i++) {
		double middle = (best + bad) / 2;
		if (!try_rate(bench, middle, false, to, &good, error))
			return false;
		*(good ? &best : &bad) = middle;
	}
	return true;
}

static bool open_wire(struct bench *bench, struct error *error)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(SENDING) };
	bench->wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return (bench->wire >= 0 && bind(bench->wire, (struct sockaddr *)&address, sizeof address) == 0) ||
	       error_set(error, ERROR_OPEN, "", "the sending end cannot be opened: %s", strerror(errno));
}

static bool make_lab(struct bench *bench, struct error *error)
{
	if (unshare(CLONE_NEWNET) != 0)
		return error_set(error, ERROR_OPEN, "it takes CAP_SYS_ADMIN: run it as root",
				 "no network namespace can be made: %s", strerror(errno));
	/* Without this the interfaces' own first packets would be among the others. It is no harm. */
	int quiet = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);
	if (quiet >= 0) {
		(void)!write(quiet, "1", 1);
		close(quiet);
	}
	bench->shared = mmap(NULL, sizeof *bench->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return (bench->shared != MAP_FAILED || error_set(error, ERROR_OPEN, "", "no memory: %s", strerror(errno))) &&
	       veth_create(SENDING, HEARING, error) && open_wire(bench, error);
}

static void measure(struct bench *bench, int64_t duration, int results)
{
	struct message message = { .error = ERROR_INIT };
	int64_t start = now();
	bool good = make_lab(bench, &message.error);
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
	for (int64_t i = 0; good && i < SIZES; i++) {
		int64_t begin = start + duration * i / SIZES;
		double fastest;
		message.budget = (struct culprit_capture_budget){ .length = sizes[i] };
		make_frame(bench->frame, sizes[i]);
		good = measure_bursts(bench, begin + duration / SIZES / 2, &message.budget, &fastest, &message.error) &&
		       (!message.budget.selected || measure_rates(bench, begin + duration / SIZES, fastest,
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

static void name_file(struct bench *bench, const char *output)
{
	const char *slash = output ? strrchr(output, '/') : NULL;
	int directory = slash ? (int)(slash - output + 1) : 0;
	snprintf(bench->path, sizeof bench->path, "%.*sculprit-self-test-%d.pcapng", directory, slash ? output : "",
		 (int)getpid());
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
	int64_t duration = options->duration ? options->duration : DURATION;
	struct bench bench = { .options = options, .wire = -1 };
	int results[2];
	if (!check(options, error))
		return false;
	bench.step = duration / STEPS > LEAST_STEP ? duration / STEPS : LEAST_STEP;
	name_file(&bench, options->output);
	if (pipe2(results, O_CLOEXEC) != 0)
		return error_set(error, ERROR_OPEN, "", "no pipe: %s", strerror(errno));
	pid_t process = fork();
	if (process == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(results[0]);
		measure(&bench, duration, results[1]);
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

#include "capture/bench.h"

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
#include "capture/veth.h"
#include "core/clock.h"

#define SENDING "cu0"
#define HEARING "cu1"
#define BATCH 32                     /* packets of one sendmmsg: less than 0.1 ms */
#define STEP_LIMIT (5 * NANOSECONDS)         /* should anybody die, the rest ends by itself */
#define USUAL_LAG (100 * MILLISECOND)        /* the kernel hands over after 60 ms what is not a full block */
#define LAST_LOOK (350 * MILLISECOND)        /* a capture that misses packets goes on for so long, idle */
#define BUSY 0.8                     /* of the time: on a processor, or waiting for one or for the disk */

struct shared {                      /* of a step: what the process that captures tells */
	int ready;                   /* atomic; everything else is read when the process has ended */
	bool failed;
	uint64_t packets, dropped;
	int64_t ended, processor, waited, blocked;   /* ns; of the monotonic clock, and since it was ready */
	struct error error;
};

int64_t bench_now(void)
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
	shared->ended = bench_now();
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
	static const uint8_t head[] = { 2, 0, 0, 0, 0, 0x0b, 2, 0, 0, 0, 0, 0x0a, 8, 0, 0x45, 0, 0, 0, 0, 0, 0, 0, 64,
		17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 4, 1, 0, 9 };
	uint32_t sum = 0;
	memset(frame, 'x', BENCH_LONGEST);
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
	int64_t start = bench_now();
	for (size_t i = 0; i < BATCH; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &part, .msg_iovlen = 1 };
	while (sent < packets) {
		uint64_t left = packets - sent;
		int put = sendmmsg(bench->wire, messages, left < BATCH ? (unsigned)left : BATCH, 0);
		if (put > 0)
			sent += (uint64_t)put;
		else if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			break;
		int64_t passed = bench_now() - start, due = rate > 0 ? (int64_t)((double)sent / rate * 1e9) : 0;
		if (passed > STEP_LIMIT / 2)
			break;
		if (due > passed)
			nap(due - passed);
	}
	return sent;
}

static void evaluate(const struct shared *shared, int64_t finished, uint64_t packets, struct step *to)
{
	to->seen = shared->packets + shared->dropped;
	to->lost = to->seen < to->sent ? to->sent - shared->packets : shared->dropped;
	to->lag = shared->ended - finished;
	if (to->lost || to->sent < packets)
		to->lag -= LAST_LOOK;
	if (to->lag < 0)
		to->lag = 0;
	to->processor = shared->processor;
	to->waited = shared->waited;
	/* Writing waits for the processor, too. */
	to->blocked = shared->blocked > shared->waited ? shared->blocked - shared->waited : 0;
	to->late = to->lag > USUAL_LAG + to->sending / 10;
}

bool bench_step(struct bench *bench, uint32_t length, uint64_t packets, double rate, struct step *to,
		struct error *error)
{
	struct shared *shared = bench->shared;
	int state;
	*shared = (struct shared){ .error = ERROR_INIT };
	make_frame(bench->frame, length);
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
	int64_t start = bench_now();
	to->sent = alive ? send_packets(bench, length, packets, rate) : 0;
	int64_t finished = bench_now();
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
	evaluate(shared, finished, packets, to);
	return to->sent > 0 || error_set(error, ERROR_WRITE, "", "nothing can be sent: %s", strerror(errno));
}

enum culprit_capture_limit bench_limit(const struct step *step)
{
	int64_t busy = step->processor + step->waited;
	/* It had nothing to do for some time, so it would have caught up. */
	if (step->lost && (double)(busy + step->blocked) < BUSY * (double)(step->sending + step->lag))
		return CULPRIT_LIMIT_BUFFER;
	return busy >= step->blocked ? CULPRIT_LIMIT_PROCESSOR : CULPRIT_LIMIT_DISK;
}

/* ---- The lab ---- */

static bool open_wire(struct bench *bench, struct error *error)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(SENDING) };
	bench->wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return (bench->wire >= 0 && bind(bench->wire, (struct sockaddr *)&address, sizeof address) == 0) ||
	       error_set(error, ERROR_OPEN, "", "the sending end cannot be opened: %s", strerror(errno));
}

bool bench_open(struct bench *bench, struct error *error)
{
	signal(SIGCHLD, SIG_DFL);    /* whoever ignores it would not hear how a step ended */
	if (unshare(CLONE_NEWNET) != 0)
		return error_set(error, ERROR_OPEN, "it takes CAP_SYS_ADMIN: run it as root",
				 "no network namespace can be made: %s", strerror(errno));
	/* Without this the interfaces' own first packets would be among the others. It is no harm. */
	int quiet = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);
	if (quiet >= 0) {
		(void)!write(quiet, "1", 1);
		close(quiet);
	}
	(void)prctl(PR_SET_TIMERSLACK, 1UL);
	bench->shared = mmap(NULL, sizeof *bench->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return (bench->shared != MAP_FAILED || error_set(error, ERROR_OPEN, "", "no memory: %s", strerror(errno))) &&
	       veth_create(SENDING, HEARING, error) && open_wire(bench, error);
}

/* Joins namespaces by TAP devices and carries frames between them: see relay.h.
 *
 * usage: relay [SEED]      then lines on standard input:
 *   lan NAME                            a switch
 *   port NAME LAN NAMESPACE DEVICE      its port: a TAP device made in /run/netns/NAMESPACE
 *   record port|lan NAME FILE [SNAPLEN]
 *   rule PORT in|out|both WORDS…        what happens there, until: clear [PORT]
 *   send LAN HEX                        a frame out of nowhere
 *   quit */
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static struct port ports[PORTS_MAX];
static struct lan lans[LANS_MAX];
static int port_count, lan_count;
static unsigned port_snaplen[PORTS_MAX], lan_snaplen[LANS_MAX];
static uint64_t seed = 1;
static uint64_t dropped_full;

/* Wall-clock time that never jumps. */
static int64_t now(void)
{
	static int64_t offset;
	struct timespec clock;
	if (!offset) {
		struct timespec real;
		clock_gettime(CLOCK_REALTIME, &real);
		clock_gettime(CLOCK_MONOTONIC, &clock);
		offset = (real.tv_sec - clock.tv_sec) * 1000000000ll + real.tv_nsec - clock.tv_nsec;
	}
	clock_gettime(CLOCK_MONOTONIC, &clock);
	return clock.tv_sec * 1000000000ll + clock.tv_nsec + offset;
}

static int find_port(const char *name)
{
	for (int i = 0; i < port_count; i++)
		if (!strcmp(ports[i].name, name))
			return i;
	return -1;
}

static int find_lan(const char *name)
{
	for (int i = 0; i < lan_count; i++)
		if (!strcmp(lans[i].name, name))
			return i;
	return -1;
}

static int open_tap(const char *space, const char *device)
{
	char path[320];
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof path, "/run/netns/%.200s", space);
	int there = open(path, O_RDONLY | O_CLOEXEC), fd = -1;
	if (home >= 0 && there >= 0 && setns(there, CLONE_NEWNET) == 0) {
		struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
		snprintf(request.ifr_name, sizeof request.ifr_name, "%.15s", device);
		fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0 && ioctl(fd, TUNSETIFF, &request) < 0) {
			close(fd);
			fd = -1;
		}
		if (setns(home, CLONE_NEWNET) != 0)
			exit(3);
	}
	if (home >= 0)
		close(home);
	if (there >= 0)
		close(there);
	return fd;
}

static void put(const struct frame *from, enum stage stage, int port, int64_t due)
{
	struct frame *frame = malloc(sizeof *frame);
	if (!frame)
		exit(3);
	*frame = *from;
	frame->stage = stage;
	frame->port = port;
	frame->due = due;
	if (!queue_put(frame))
		dropped_full++;
}

static void forge_resets(const struct frame *about, const struct verdict *verdict)
{
	struct view view = view_frame(about->bytes, about->length);
	if (!view.transport || !view.ip)
		return;
	for (int back = 0; back < 2; back++) {
		struct frame reset = { .lan = about->lan };
		if (!(back ? verdict->reset_back : verdict->reset_on))
			continue;
		reset.length = edit_reset(reset.bytes, about->bytes, &view, back, verdict->reset_ttl);
		put(&reset, STAGE_CORE, -1, verdict->due);
	}
}

/* Through the rules of a port, then on to the next stage. */
static void pass(struct frame *frame, int port, enum direction direction, enum stage next)
{
	struct verdict verdict = { .due = frame->due };
	rules_apply(port, direction, frame, &verdict);
	if (verdict.reset_back || verdict.reset_on)
		forge_resets(frame, &verdict);
	if (verdict.drop)
		return;
	put(frame, next, port, verdict.due);
	for (unsigned i = 1; i <= verdict.copies; i++)
		put(frame, next, port, verdict.due + (int64_t)i * verdict.copy_gap);
}

static void learn(struct lan *lan, const uint8_t *mac, int port)
{
	for (unsigned i = 0; i < lan->known_count; i++)
		if (!memcmp(lan->known[i].mac, mac, 6)) {
			lan->known[i].port = port;
			return;
		}
	if (lan->known_count < MACS_MAX && !(mac[0] & 1)) {
		memcpy(lan->known[lan->known_count].mac, mac, 6);
		lan->known[lan->known_count++].port = port;
	}
}

static void core(struct frame *frame)
{
	struct lan *lan = &lans[frame->lan];
	if (frame->length < 60) {
		memset(frame->bytes + frame->length, 0, 60 - frame->length);
		frame->length = 60;
	}
	/* What comes late to here, on a busy machine, goes on from now: no way is shorter than it was told to be. */
	frame->due = now();
	if (lan->record)
		record_frame(lan->record, frame->due, frame->bytes, frame->length, lan_snaplen[frame->lan]);
	if (frame->port >= 0)
		learn(lan, frame->bytes + 6, frame->port);
	int target = -1;
	for (unsigned i = 0; i < lan->known_count; i++)
		if (!memcmp(lan->known[i].mac, frame->bytes, 6))
			target = lan->known[i].port;
	for (int i = 0; i < port_count; i++)
		if (ports[i].lan == frame->lan && i != frame->port && (target < 0 || target == i)) {
			struct frame copy = *frame;
			pass(&copy, i, OUT, STAGE_WRITE);
		}
}

static void work(struct frame *frame)
{
	if (frame->stage == STAGE_CORE) {
		core(frame);
		return;
	}
	struct port *port = &ports[frame->port];
	if (port->record)
		record_frame(port->record, now(), frame->bytes, frame->length, port_snaplen[frame->port]);
	if (write(port->fd, frame->bytes, frame->length) < 0 && errno != EAGAIN && errno != EIO)
		dropped_full++;
}

static void read_port(int index)
{
	struct frame frame = { .lan = ports[index].lan, .port = index };
	for (int i = 0; i < 64; i++) {
		ssize_t got = read(ports[index].fd, frame.bytes, sizeof frame.bytes);
		if (got < 14)
			return;
		frame.length = (unsigned)got;
		frame.due = now();
		if (ports[index].record)
			record_frame(ports[index].record, frame.due, frame.bytes, frame.length,
				     port_snaplen[index]);
		pass(&frame, index, IN, STAGE_CORE);
	}
}

static const char *add_port(const char *name, const char *lan, const char *space, const char *device)
{
	if (port_count == PORTS_MAX || find_lan(lan) < 0)
		return "no such lan, or too many ports";
	struct port *port = &ports[port_count];
	*port = (struct port){ .fd = open_tap(space, device), .lan = find_lan(lan) };
	if (port->fd < 0)
		return "the TAP device cannot be made there";
	snprintf(port->name, sizeof port->name, "%.15s", name);
	port_count++;
	return NULL;
}

static const char *add_record(const char *what, const char *name, const char *path, unsigned snaplen)
{
	bool is_port = !strcmp(what, "port");
	int index = is_port ? find_port(name) : find_lan(name);
	FILE *file = index < 0 ? NULL : record_open(path, name, snaplen);
	if (!file)
		return "no such point, or the file cannot be written";
	*(is_port ? &ports[index].record : &lans[index].record) = file;
	(is_port ? port_snaplen : lan_snaplen)[index] = snaplen;
	return NULL;
}

static const char *send_hex(const char *lan, const char *hex)
{
	struct frame frame = { .lan = find_lan(lan), .port = -1 };
	unsigned byte;
	for (; frame.length < FRAME_MAX && sscanf(hex, "%2x", &byte) == 1; hex += 2)
		frame.bytes[frame.length++] = (uint8_t)byte;
	if (frame.lan < 0 || frame.length < 14)
		return "no such lan, or too short a frame";
	put(&frame, STAGE_CORE, -1, now());
	return NULL;
}

static const char *command(char *line, bool *quit)
{
	char a[32], b[32], c[256], d[32];
	int rest = 0;
	unsigned snaplen = 262144;
	if (sscanf(line, "lan %15s", a) == 1) {
		if (lan_count == LANS_MAX)
			return "too many lans";
		snprintf(lans[lan_count++].name, sizeof lans->name, "%.15s", a);
		return NULL;
	}
	if (sscanf(line, "port %15s %15s %31s %15s", a, b, c, d) == 4)
		return add_port(a, b, c, d);
	if (sscanf(line, "record %15s %15s %255s %u", a, b, c, &snaplen) >= 3)
		return add_record(a, b, c, snaplen);
	if (sscanf(line, "rule %15s %15s %n", a, b, &rest) == 2 && rest) {
		if (find_port(a) < 0)
			return "no such port";
		return rule_add(find_port(a), *b == 'o' ? OUT : IN, *b == 'i' ? IN : OUT, line + rest, seed);
	}
	if (!strncmp(line, "clear", 5)) {
		rules_clear(sscanf(line, "clear %15s", a) == 1 ? find_port(a) : -1);
		return NULL;
	}
	if (sscanf(line, "send %15s %n", a, &rest) == 1 && rest)
		return send_hex(a, line + rest);
	*quit = !strcmp(line, "quit");
	return *quit ? NULL : "not understood";
}

/* Reads commands; false: the end. */
static bool read_commands(void)
{
	static char held[8192];
	static size_t length;
	ssize_t got = read(STDIN_FILENO, held + length, sizeof held - 1 - length);
	if (got <= 0)
		return false;
	length += (size_t)got;
	bool quit = false;
	for (char *end; !quit && (end = memchr(held, '\n', length));) {
		*end = 0;
		const char *wrong = command(held, &quit);
		printf("%s\n", wrong ? wrong : "ok");
		fflush(stdout);
		length -= (size_t)(end + 1 - held);
		memmove(held, end + 1, length);
	}
	return !quit;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		seed = strtoull(argv[1], NULL, 10);
	signal(SIGPIPE, SIG_IGN);
	for (bool going = true; going;) {
		struct pollfd fds[PORTS_MAX + 1] = { { .fd = STDIN_FILENO, .events = POLLIN } };
		for (int i = 0; i < port_count; i++)
			fds[i + 1] = (struct pollfd){ .fd = ports[i].fd, .events = POLLIN };
		struct timespec wait = { .tv_sec = 3600 };
		if (queue_first()) {
			int64_t left = queue_first()->due - now();
			left = left < 0 ? 0 : left;
			wait = (struct timespec){ .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000 };
		}
		int polled = port_count;
		if (ppoll(fds, (nfds_t)polled + 1, &wait, NULL) < 0 && errno != EINTR)
			return 3;
		for (int i = 0; i < polled; i++)
			if (fds[i + 1].revents & POLLIN)
				read_port(i);
		if (fds[0].revents)
			going = read_commands();
		for (struct frame *frame; queue_first() && queue_first()->due <= now(); free(frame))
			work(frame = queue_take());
	}
	for (int i = 0; i < port_count; i++)
		if (ports[i].record)
			fclose(ports[i].record);
	for (int i = 0; i < lan_count; i++)
		if (lans[i].record)
			fclose(lans[i].record);
	for (struct frame *frame; (frame = queue_take());)
		free(frame);
	return dropped_full ? 1 : 0;
}

#include "capture/payload.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/events.h"
#include "capture/rights.h"
#include "config.h"
#include "core/memory.h"
#include "source/linktype.h"
#include "source/zos.h"

bool payload_choose(const char *words, struct payload_choice *choice, struct error *error)
{
	const char *digits = words + strspn(words, "0123456789");
	*choice = (struct payload_choice){ .process = 0 };
	if (*words && !*digits) {
		unsigned long process = strtoul(words, NULL, 10);
		choice->process = process < 0x7fffffff ? (uint32_t)process : 0;
		return choice->process || error_set(error, ERROR_USAGE, "see ps", "%s is no process", words);
	}
	if (*words == ':') {
		unsigned long port = strtoul(words + 1, NULL, 10);
		choice->port = port <= UINT16_MAX ? (uint16_t)port : 0;
		return (choice->port && strspn(words + 1, "0123456789") == strlen(words + 1)) ||
		       error_set(error, ERROR_USAGE, "give :1 to :65535", "\"%s\" is no port", words);
	}
	if (!*words || strlen(words) >= sizeof choice->name)
		return error_set(error, ERROR_USAGE, "as the kernel keeps it: ps -o comm",
				 "the name of a program has 1 to 15 characters");
	memcpy(choice->name, words, strlen(words));
	return true;
}

#ifdef HAVE_BPF_DATA

#include <bpf/libbpf.h>

#include "capture/data_event.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Woverlength-strings"
#include "capture/data.skel.h"
#pragma GCC diagnostic pop

#define QUEUE ((size_t)32 << 20)     /* of events that were read and not yet asked for */
#define MOST_PROBES 64

struct payload {
	struct events events;
	struct data_bpf *program;
	struct bpf_link *probes[MOST_PROBES];
	size_t probe_count;
};

/* ---- Events become records ---- */

static struct address address_of(const unsigned char bytes[16], bool is_ipv6)
{
	return is_ipv6 ? address_ipv6(bytes) : address_ipv4(bytes);
}

/* As z/OS fills in its header, with what Linux has: the process stands where the TCB does. */
static void fill_header(struct zos_record *zos, const struct data_event *event, int64_t time)
{
	enum { AF_INET_ZOS = 2, AF_INET6_ZOS = 19, STREAM = 1, DATAGRAM = 2 };
	struct address local = address_of(event->local, event->is_ipv6), remote = address_of(event->remote, event->is_ipv6);
	bool out = event->is_outbound;
	*zos = (struct zos_record){ .format = ZOS_DATA, .capture_time = time, .buffer_time = time,
		.header_length = ZOS_PACKET_HEADER, .segments = 1, .clear_text = event->is_clear_text,
		.flags = (uint8_t)((out ? ZOS_OUTBOUND : 0) | (event->is_clear_text ? ZOS_CLEAR_TEXT : 0)),
		.protocol = event->protocol, .traced_length = event->length,
		.packet_length = (uint16_t)(event->length < UINT16_MAX ? event->length : UINT16_MAX),
		.source = out ? local : remote, .destination = out ? remote : local,
		.source_port = out ? event->local_port : event->remote_port,
		.destination_port = out ? event->remote_port : event->local_port,
		.tcb = event->process, .asid = (uint16_t)event->process,
		.family = event->is_ipv6 ? AF_INET6_ZOS : AF_INET_ZOS,
		.socket_type = event->protocol == 17 ? DATAGRAM : STREAM,
		.connection = (uint32_t)event->descriptor };
	for (size_t i = 0; i + 1 < sizeof zos->name && i < DATA_NAME && event->name[i]; i++)
		zos->name[i] = event->name[i] > 0x20 && event->name[i] < 0x7f ? event->name[i] : '.';
}

/* Called by libbpf for every event. */
static int on_event(void *user, void *data, size_t length)
{
	struct payload *payload = user;
	const struct data_event *event = data;
	struct zos_record zos;
	if (length < offsetof(struct data_event, bytes) ||
	    event->captured > length - offsetof(struct data_event, bytes))
		return 0;
	int64_t time = (int64_t)event->time + payload->events.clock;
	fill_header(&zos, event, time);
	struct record record = { .time = time, .link_type = LINKTYPE_ZOS_DATA, .zos = &zos,
		.captured_length = event->captured,
		.original_length = event->length, .bytes = event->bytes, .has_flags = true,
		.direction = event->is_outbound ? DIRECTION_OUTBOUND : DIRECTION_INBOUND };
	events_add(&payload->events, &record);
	return 0;
}

static void payload_destroy(struct feed *feed)
{
	struct payload *payload = (struct payload *)feed;
	for (size_t i = 0; i < payload->probe_count; i++)
		bpf_link__destroy(payload->probes[i]);
	events_finish(&payload->events);
	data_bpf__destroy(payload->program);
	free(payload);
}

/* ---- Loading ---- */

static bool cannot(struct error *error, const char *what)
{
	return error_set(error, ERROR_UNSUPPORTED, "it takes Linux 5.17 with BTF; leave --data out", "%s: %s", what,
			 strerror(errno));
}

/* Where systems keep their libraries. */
static bool find_library(const char *name, char path[static 128])
{
	static const char *const folders[] = { "/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64",
		"/usr/lib", "/lib64", "/usr/local/lib64", "/usr/local/lib" };
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		snprintf(path, 128, "%s/%s", folders[i], name);
		if (access(path, R_OK) == 0)
			return true;
	}
	return false;
}

static bool probe(struct payload *payload, const char *path, const char *function, struct bpf_program *enter,
		  struct bpf_program *leave)
{
	const struct bpf_uprobe_opts at_start = { .sz = sizeof at_start, .func_name = function };
	const struct bpf_uprobe_opts at_end = { .sz = sizeof at_end, .func_name = function, .retprobe = true };
	struct bpf_link *start = bpf_program__attach_uprobe_opts(enter, -1, path, 0, &at_start);
	struct bpf_link *end = start ? bpf_program__attach_uprobe_opts(leave, -1, path, 0, &at_end) : NULL;
	if (start)
		payload->probes[payload->probe_count++] = start;
	if (end)
		payload->probes[payload->probe_count++] = end;
	return start && end;
}

/* Not every version has all of them. */
static void probe_others(struct payload *payload, const char *path, const char *const *functions)
{
	for (; *functions; functions++)
		(void)probe(payload, path, *functions, payload->program->progs.enter_other,
			    payload->program->progs.leave_other);
}

static bool no_library(struct error *error)
{
	return error_set(error, ERROR_UNSUPPORTED, "leave --cleartext out",
			 "no OpenSSL or GnuTLS library of this host can be watched");
}

static bool probe_libraries(struct payload *payload, struct error *error)
{
	static const char *const openssl[] = { "libssl.so.3", "libssl.so.1.1" };
	static const char *const openssl_others[] = { "SSL_do_handshake", "SSL_connect", "SSL_accept", "SSL_shutdown",
		NULL };
	static const char *const gnutls_others[] = { "gnutls_handshake", "gnutls_bye", NULL };
	struct bpf_program *plain = payload->program->progs.enter_plain;
	struct bpf_program *extended = payload->program->progs.enter_extended;
	struct bpf_program *write = payload->program->progs.leave_write, *read = payload->program->progs.leave_read;
	char path[128];
	bool any = false;
	for (size_t i = 0; i < sizeof openssl / sizeof *openssl; i++) {
		if (!find_library(openssl[i], path))
			continue;
		probe_others(payload, path, openssl_others);
		any |= probe(payload, path, "SSL_write", plain, write) && probe(payload, path, "SSL_read", plain, read) &&
		       probe(payload, path, "SSL_write_ex", extended, write) &&
		       probe(payload, path, "SSL_read_ex", extended, read);
	}
	if (!find_library("libgnutls.so.30", path))
		return any || no_library(error);
	probe_others(payload, path, gnutls_others);
	any |= probe(payload, path, "gnutls_record_send", plain, write) &&
	       probe(payload, path, "gnutls_record_recv", plain, read);
	return any || no_library(error);
}

static bool load(struct payload *payload, const struct payload_choice *choice, bool clear_text, struct error *error)
{
	static const enum right plain[] = { RIGHT_BPF, RIGHT_PERFMON, RIGHTS };
	static const enum right probes[] = { RIGHT_BPF, RIGHT_PERFMON, RIGHT_SYS_ADMIN, RIGHTS };
	libbpf_set_print(NULL);      /* its messages would go to standard error */
	if (!rights_need("a data trace", clear_text ? probes : plain, error))
		return false;
	struct data_bpf *program = payload->program = data_bpf__open();
	if (!program)
		return cannot(error, "the program for data traces cannot be read");
	program->rodata->own_process = (unsigned)getpid();
	program->rodata->wanted_process = choice->process;
	program->rodata->wanted_port = choice->port;
	memcpy((char *)program->rodata->wanted_name, choice->name, sizeof choice->name);
	if (data_bpf__load(program) != 0)
		return cannot(error, "the kernel refuses the program for data traces");
	program->links.on_enter = bpf_program__attach(program->progs.on_enter);
	program->links.on_exit = bpf_program__attach(program->progs.on_exit);
	if (!program->links.on_enter || !program->links.on_exit)
		return cannot(error, "the kernel does not let a data trace begin");
	if (!events_listen(&payload->events, bpf_map__fd(program->maps.data_events), on_event, payload,
			   &program->bss->data_lost))
		return cannot(error, "the kernel gives no room for a data trace");
	return !clear_text || probe_libraries(payload, error);
}

struct feed *payload_open(const struct payload_choice *choice, bool clear_text, struct source_report *report,
			  struct error *error)
{
	struct payload *payload = memory_zeroed(1, sizeof *payload);
	events_init(&payload->events, report, "data", "what programs sent and received through their sockets",
		    LINKTYPE_ZOS_DATA, QUEUE);
	payload->events.feed.destroy = payload_destroy;
	if (load(payload, choice, clear_text, error))
		return &payload->events.feed;
	payload_destroy(&payload->events.feed);
	return NULL;
}

#else

struct feed *payload_open(const struct payload_choice *choice, bool clear_text, struct source_report *report,
			  struct error *error)
{
	(void)choice;
	(void)clear_text;
	(void)report;
	error_set(error, ERROR_UNSUPPORTED, "install libbpf-dev, bpftool and clang on x86-64, and build again",
		  "--data needs eBPF, which this build does not have");
	return NULL;
}

#endif

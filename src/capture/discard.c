#include "capture/discard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <culprit.h>

#include "capture/events.h"
#include "capture/rights.h"
#include "capture/symbols.h"
#include "config.h"
#include "core/memory.h"
#include "core/text.h"
#include "source/linktype.h"
#include "source/stack_drop.h"

#ifdef HAVE_BPF

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "capture/drop_event.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Woverlength-strings"
#include "capture/drop.skel.h"
#pragma GCC diagnostic pop

#define PREFIX "SKB_DROP_REASON_"
#define QUEUE ((size_t)16 << 20)     /* of events that were read and not yet asked for */
#define COOKED 16                    /* bytes of the header of LINKTYPE_LINUX_SLL */

struct discards {
	struct events events;
	struct drop_bpf *program;
	struct symbols *symbols;
	char names[DROP_REASONS][STACK_DROP_NAME];
	const struct interface_list *known;
	struct text words;
};

/* ---- Events become records ---- */

static void put16(uint8_t *to, unsigned value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void describe(struct discards *discards, const struct drop_event *event)
{
	struct stack_drop drop = { .reason = event->reason };
	const struct culprit_interface *interface = interfaces_by_index(discards->known, (uint32_t)event->interface);
	snprintf(drop.name, sizeof drop.name, "%s", discards->names[event->reason % DROP_REASONS]);
	symbols_name(discards->symbols, event->place, drop.place, sizeof drop.place);
	if (interface)
		snprintf(drop.interface, sizeof drop.interface, "%s", interface->name);
	text_clear(&discards->words);
	stack_drop_words(&drop, &discards->words);
}

/* Called by libbpf for every event. */
static int on_event(void *user, void *data, size_t length)
{
	struct discards *discards = user;
	const struct drop_event *event = data;
	uint8_t cooked[COOKED + DROP_BYTES] = { 0 };
	if (length < offsetof(struct drop_event, bytes) ||
	    event->captured > length - offsetof(struct drop_event, bytes))
		return 0;
	describe(discards, event);
	struct record record = { .time = (int64_t)event->time + discards->events.clock, .link_type = LINKTYPE_ETHERNET,
		.captured_length = event->captured,
		.original_length = event->length, .bytes = event->bytes, .comment = discards->words.bytes,
		.comment_length = (uint32_t)discards->words.length };
	if (!event->is_ethernet) {
		/* The link's header is gone: what is known of it goes into one that Linux made for such cases. */
		put16(cooked + 14, __builtin_bswap16(event->protocol));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		put16(cooked + 14, event->protocol);
#endif
		put16(cooked + 2, 1);
		memcpy(cooked + COOKED, event->bytes, event->captured);
		record.link_type = LINKTYPE_LINUX_SLL;
		record.bytes = cooked;
		record.captured_length += COOKED;
		record.original_length += COOKED;
	}
	events_add(&discards->events, &record);
	return 0;
}

static void discards_destroy(struct feed *feed)
{
	struct discards *discards = (struct discards *)feed;
	events_finish(&discards->events);
	drop_bpf__destroy(discards->program);
	symbols_destroy(discards->symbols);
	text_finish(&discards->words);
	free(discards);
}

/* ---- Loading ---- */

/* The names of the running kernel. Numbers differ from kernel to kernel. */
static bool read_names(struct discards *discards, const struct btf *btf, struct error *error)
{
	int id = btf__find_by_name_kind(btf, "skb_drop_reason", BTF_KIND_ENUM);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (unsigned)id) : NULL;
	if (!type)
		return error_set(error, ERROR_UNSUPPORTED, "it takes Linux 5.17", "this kernel gives no reasons for drops");
	for (unsigned i = 0; i < btf_vlen(type); i++) {
		const struct btf_enum *value = &btf_enum(type)[i];
		const char *name = btf__name_by_offset(btf, value->name_off);
		if (value->val > 0 && value->val < DROP_REASONS && strncmp(name, PREFIX, strlen(PREFIX)) == 0)
			snprintf(discards->names[value->val], STACK_DROP_NAME, "%s", name + strlen(PREFIX));
	}
	return true;
}

/* Since Linux 6.11 the tracepoint has one argument more. */
static bool tells_socket(const struct btf *btf)
{
	int id = btf__find_by_name_kind(btf, "btf_trace_kfree_skb", BTF_KIND_TYPEDEF);
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (unsigned)id) : NULL;
	while (type && (btf_is_typedef(type) || btf_is_ptr(type)))
		type = btf__type_by_id(btf, type->type);
	return type && btf_is_func_proto(type) && btf_vlen(type) >= 5;
}

static bool no_such_reason(const struct discards *discards, const char *name, struct error *error)
{
	const char *names[DROP_REASONS];
	char upper[STACK_DROP_NAME];
	size_t count = 0;
	snprintf(upper, sizeof upper, "%s", name);
	for (char *c = upper; *c; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	for (unsigned i = 0; i < DROP_REASONS; i++)
		if (*discards->names[i])
			names[count++] = discards->names[i];
	const char *nearest = culprit_nearest(upper, names, count);
	error_set(error, ERROR_USAGE, "give all, or a name as NETFILTER_DROP", "this kernel has no reason \"%s\"", name);
	if (nearest && error)
		snprintf(error->remedy, sizeof error->remedy, "did you mean %s?", nearest);
	return false;
}

/* Purged queues are no decision about a packet. */
static bool want_all(struct discards *discards, bool *wanted)
{
	for (unsigned i = 0; i < DROP_REASONS; i++)
		wanted[i] = *discards->names[i] && strcmp(discards->names[i], "QUEUE_PURGE") != 0;
	return true;
}

static bool want(struct discards *discards, const char *reason, bool *wanted, struct error *error)
{
	bool found = false;
	if (strncasecmp(reason, PREFIX, strlen(PREFIX)) == 0)
		reason += strlen(PREFIX);
	if (strcasecmp(reason, "all") == 0 || strcmp(reason, "*") == 0)
		return want_all(discards, wanted);
	for (unsigned i = 0; i < DROP_REASONS; i++)
		if (*discards->names[i] && strcasecmp(discards->names[i], reason) == 0)
			found = wanted[i] = true;
	return found || no_such_reason(discards, reason, error);
}

static bool cannot(struct error *error, const char *what)
{
	return error_set(error, ERROR_UNSUPPORTED, "it takes Linux 5.17 with BTF; leave --discard out",
			 "%s: %s", what, strerror(errno));
}

static bool start(struct discards *discards, unsigned namespace, const bool *wanted, bool socket, struct error *error)
{
	struct drop_bpf *program = discards->program = drop_bpf__open();
	if (!program)
		return cannot(error, "the program for dropped packets cannot be read");
	program->rodata->namespace = namespace;
	for (unsigned i = 0; i < DROP_REASONS; i++)
		program->rodata->wanted[i] = wanted[i];
	bpf_program__set_autoload(socket ? program->progs.on_drop : program->progs.on_drop_for, false);
	if (drop_bpf__load(program) != 0 || drop_bpf__attach(program) != 0)
		return cannot(error, "the kernel refuses the program for dropped packets");
	if (!events_listen(&discards->events, bpf_map__fd(program->maps.events), on_event, discards,
			   &program->bss->lost))
		return cannot(error, "the kernel gives no room for dropped packets");
	return true;
}

static bool load(struct discards *discards, const char *const *reasons, size_t count, unsigned namespace,
		 struct error *error)
{
	static const enum right needed[] = { RIGHT_BPF, RIGHT_PERFMON, RIGHTS };
	bool wanted[DROP_REASONS] = { false };
	libbpf_set_print(NULL);      /* its messages would go to standard error */
	struct btf *btf = btf__load_vmlinux_btf();
	if (!btf)
		return cannot(error, "this kernel does not describe itself (/sys/kernel/btf/vmlinux)");
	bool good = read_names(discards, btf, error), socket = tells_socket(btf);
	btf__free(btf);
	for (size_t i = 0; good && i < count; i++)
		good = want(discards, reasons[i], wanted, error);
	return good && rights_need("recording dropped packets", needed, error) &&
	       start(discards, namespace, wanted, socket, error);
}

struct feed *discard_open(const char *const *reasons, size_t count, const struct interface_list *known,
			  unsigned namespace, struct source_report *report, struct error *error)
{
	struct discards *discards = memory_zeroed(1, sizeof *discards);
	events_init(&discards->events, report, "discards", "packets that the kernel dropped; their comments say why",
		    LINKTYPE_ETHERNET, QUEUE);
	discards->events.feed.destroy = discards_destroy;
	discards->known = known;
	if (load(discards, reasons, count, namespace, error)) {
		discards->symbols = symbols_read();
		return &discards->events.feed;
	}
	discards_destroy(&discards->events.feed);
	return NULL;
}

#else

struct feed *discard_open(const char *const *reasons, size_t count, const struct interface_list *known,
			  unsigned namespace, struct source_report *report, struct error *error)
{
	(void)reasons;
	(void)count;
	(void)known;
	(void)namespace;
	(void)report;
	error_set(error, ERROR_UNSUPPORTED, "install libbpf-dev, bpftool and clang, and build again",
		  "--discard needs eBPF, which this build does not have");
	return NULL;
}

#endif

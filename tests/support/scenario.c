/* The scenario compiler: lines, blocks, hosts, and the way from packets to a file. The statements
 * about packets are in scenario_tcp.c, scenario_net.c and scenario_talk.c. */
#include "scenario.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "core/clock.h"
#include "core/memory.h"

#define MAX_REPEATS 100000

struct line { const char *text; size_t length; };

struct lines {
	struct line *at;
	size_t count, capacity;
};

static void run(struct compiler *c, const struct lines *lines, size_t first, size_t last);

void compile_fail(struct compiler *c, const char *format, ...)
{
	char message[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	words_fail(&c->words, "%s", message);
}

/* Hosts */

static unsigned host_make(struct compiler *c, const char *name, const struct address *address)
{
	c->hosts = memory_grow(c->hosts, &c->host_capacity, c->host_count + 1, sizeof *c->hosts);
	struct host *host = &c->hosts[c->host_count];
	*host = (struct host){ .address = *address, .ttl = 64 };
	snprintf(host->name, sizeof host->name, "%s", name);
	const uint8_t *tail = address->bytes + (address->family == ADDRESS_IPV4 ? 0 : 12);
	host->mac[0] = 2;
	memcpy(host->mac + 2, tail, 4);
	host->next_id = (uint16_t)(1000 + 7919 * c->host_count);
	return (unsigned)c->host_count++;
}

static bool host_find(const struct compiler *c, const char *name, unsigned *index)
{
	for (size_t i = c->host_count; i-- > 0;) {
		if (strcmp(c->hosts[i].name, name) == 0) {
			*index = (unsigned)i;
			return true;
		}
	}
	return false;
}

unsigned host_take(struct compiler *c, const char *name)
{
	unsigned index = 0;
	struct address address;
	if (host_find(c, name, &index))
		return index;
	if (address_parse(name, &address))
		return host_make(c, name, &address);
	compile_fail(c, "there is no host \"%s\" (declare it: host %s ADDRESS)", name, name);
	if (c->host_count == 0)
		host_make(c, "?", &(struct address){ .family = ADDRESS_IPV4 });
	return 0;
}

void endpoint_take(struct compiler *c, const char *what, unsigned *host, uint16_t *port)
{
	char name[64];
	const char *text = words_take(&c->words, what);
	snprintf(name, sizeof name, "%s", text);
	char *colon = strrchr(name, ':');
	double number = 0;
	if (!colon || !text_to_number(colon + 1, &number) || number < 0 || number > 65535) {
		compile_fail(c, "%s should be HOST:PORT, not \"%s\"", what, text);
		colon = NULL;
	}
	if (colon)
		*colon = '\0';
	*host = host_take(c, name);
	*port = (uint16_t)number;
}

bool mac_from_text(const char *text, uint8_t to[6])
{
	struct text bytes = { 0 };
	if (strcmp(text, "broadcast") == 0) {
		memset(to, 0xff, 6);
		return true;
	}
	bool good = strlen(text) >= 12 && text_add_hex(&bytes, text) && bytes.length == 6;
	if (good)
		memcpy(to, bytes.bytes, 6);
	text_finish(&bytes);
	return good;
}

static void mac_take(struct compiler *c, uint8_t to[6])
{
	const char *text = words_take(&c->words, "the MAC address");
	if (!mac_from_text(text, to))
		compile_fail(c, "\"%s\" is no MAC address such as 02:00:00:00:00:05", text);
}

static void host_set_ttl(struct host *host, int64_t ttl)
{
	host->ttl = (uint8_t)ttl;
	host->hops = (uint8_t)((ttl <= 32 ? 32 : ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl);
}

static void host_property(struct compiler *c, struct host *host)
{
	struct words *w = &c->words;
	if (words_accept(w, "mac")) {
		mac_take(c, host->mac);
		host->has_mac = true;
	} else if (words_accept(w, "ttl")) {
		host_set_ttl(host, words_integer(w, "the TTL", 1, 255));
	} else if (words_accept(w, "hops")) {
		host_set_ttl(host, 64 - words_integer(w, "the number of hops", 0, 31));
	} else if (words_accept(w, "id")) {
		if (words_accept(w, "zero"))
			host->id_style = ID_ZERO;
		else if (words_accept(w, "random"))
			host->id_style = ID_RANDOM;
		else
			host->next_id = (uint16_t)words_integer(w, "the first identification", 0, 65535);
	} else if (words_accept(w, "checksums")) {
		host->checksum = words_accept(w, "partial") ? WIRE_PARTIAL
				 : words_accept(w, "zero")  ? WIRE_ZERO
				 : words_accept(w, "wrong") ? WIRE_WRONG
				 : words_accept(w, "right") ? WIRE_RIGHT
							    : (compile_fail(c, "checksums should be right, "
								"partial, zero or wrong"), WIRE_RIGHT);
	} else if (words_accept(w, "unpadded")) {
		host->unpadded = true;
	} else if (words_accept(w, "vlan")) {
		host->vlan = (uint16_t)words_integer(w, "the VLAN", 1, 4095);
	} else {
		words_end(w);
	}
}

static void statement_host(struct compiler *c)
{
	c->words.usage = "host NAME ADDRESS [mac M] [ttl N | hops N] [id zero|random|N] "
			 "[checksums partial|zero|wrong] [unpadded] [vlan N]";
	const char *name = words_take(&c->words, "the host's name");
	unsigned index;
	struct address address = { .family = ADDRESS_IPV4 };
	if (!host_find(c, name, &index)) {
		const char *text = words_take(&c->words, "the address");
		if (!address_parse(text, &address))
			compile_fail(c, "\"%s\" is no IPv4 or IPv6 address", text);
		if (strchr(name, ':') || strchr(name, '.') || isdigit((unsigned char)name[0]))
			compile_fail(c, "a host's name has no dot or colon and begins with a letter");
		index = host_make(c, name, &address);
	}
	while (words_more(&c->words))
		host_property(c, &c->hosts[index]);
}

/* Hosts some hops away are seen with a router's address; between two of them stand two routers. */
static const uint8_t router_near[6] = { 2, 0, 0, 0, 0, 0xfd };
static const uint8_t router_far[6] = { 2, 0, 0, 0, 0, 0xfe };

static const uint8_t *seen_mac(const struct compiler *c, unsigned of, unsigned other)
{
	const struct host *host = &c->hosts[of], *peer = &c->hosts[other];
	if (host->has_mac || host->hops == 0)
		return host->mac;
	bool both_far = !peer->has_mac && peer->hops > 0;
	return both_far && of < other ? router_near : router_far;
}

void host_macs(const struct compiler *c, unsigned from, unsigned to, uint8_t source[6],
	       uint8_t destination[6])
{
	const struct address *address = &c->hosts[to].address;
	memcpy(source, seen_mac(c, from, to), 6);
	memcpy(destination, seen_mac(c, to, from), 6);
	if (address_is_broadcast(address)) {
		memset(destination, 0xff, 6);
	} else if (address_is_multicast(address) && address->family == ADDRESS_IPV4) {
		memcpy(destination, "\x01\x00\x5e", 3);
		memcpy(destination + 3, address->bytes + 1, 3);
		destination[3] &= 0x7f;
	} else if (address_is_multicast(address)) {
		memcpy(destination, "\x33\x33", 2);
		memcpy(destination + 2, address->bytes + 12, 4);
	}
}

/* Single packets */

void shape_begin(struct shape *shape)
{
	*shape = (struct shape){ .ttl = -1, .tos = -1, .vlan = -1, .id = -1 };
}

static void twin_accept(struct compiler *c, struct shape *shape)
{
	struct words *w = &c->words;
	shape->twin_lag = words_duration(w, "the twin's lag");
	if (shape->twin_lag <= 0)
		compile_fail(c, "a twin comes later: twin +3us [ttl-1]");
	if (words_more(w) && strncmp(w->at[w->next].text, "ttl-", 4) == 0)
		shape->twin_ttl = (int8_t)-atoi(words_take(w, "ttl") + 4);
}

static void fragments_accept(struct compiler *c, struct shape *shape)
{
	struct words *w = &c->words;
	shape->fragment_size = (uint32_t)words_integer(w, "the fragments' size", 8, 65512);
	shape->fragmentable = true;
	if (shape->fragment_size % 8)
		compile_fail(c, "the size of fragments is a multiple of 8");
	while (words_accept(w, "drop"))
		shape->fragments_lost |=
			1ULL << (words_integer(w, "the number of the fragment to drop", 1, 64) - 1);
}

struct flag_word { const char *word; size_t offset; };

static bool flag_accept(struct compiler *c, struct shape *shape)
{
	static const struct flag_word flags[] = {
		{ "nodf", offsetof(struct shape, fragmentable) },
		{ "badsum", offsetof(struct shape, wrong_checksum) },
		{ "nosum", offsetof(struct shape, zero_checksum) },
		{ "partialsum", offsetof(struct shape, partial_checksum) },
		{ "badipsum", offsetof(struct shape, wrong_ip_checksum) },
		{ "lengthzero", offsetof(struct shape, length_zero) },
		{ "lost-before", offsetof(struct shape, lost_before) },
		{ "lost-after", offsetof(struct shape, lost_after) },
		{ "unseen", offsetof(struct shape, unseen) },
	};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		if (words_accept(&c->words, flags[i].word)) {
			*(bool *)((char *)shape + flags[i].offset) = true;
			return true;
		}
	}
	return false;
}

bool shape_accept(struct compiler *c, struct shape *shape)
{
	struct words *w = &c->words;
	if (flag_accept(c, shape))
		return true;
	if (words_accept(w, "ttl")) {
		shape->ttl = (int)words_integer(w, "the TTL", 0, 255);
	} else if (words_accept(w, "id")) {
		shape->id = words_integer(w, "the identification", 0, 65535);
	} else if (words_accept(w, "tos")) {
		shape->tos = (int)words_integer(w, "the type of service", 0, 255);
	} else if (words_accept(w, "ect")) {
		shape->tos = 2;
	} else if (words_accept(w, "ce")) {
		shape->tos = 3;
	} else if (words_accept(w, "vlan")) {
		shape->vlan = (int)words_integer(w, "the VLAN", 0, 4095);
	} else if (words_accept(w, "smac")) {
		mac_take(c, shape->source_mac);
		shape->has_source_mac = true;
	} else if (words_accept(w, "dmac")) {
		mac_take(c, shape->destination_mac);
		shape->has_destination_mac = true;
	} else if (words_accept(w, "caplen")) {
		shape->cut = (uint32_t)words_integer(w, "the captured length", 1, 65535);
	} else if (words_accept(w, "twin")) {
		twin_accept(c, shape);
	} else if (words_accept(w, "frag")) {
		fragments_accept(c, shape);
	} else if (words_accept(w, "outbound")) {
		shape->direction = DIRECTION_OUTBOUND;
	} else if (words_accept(w, "inbound")) {
		shape->direction = DIRECTION_INBOUND;
	} else if (words_more(w) && w->at[w->next].text[0] == '@') {
		snprintf(shape->label, sizeof shape->label, "%s", words_take(w, "label") + 1);
	} else {
		return false;
	}
	return true;
}

uint32_t label_index(struct compiler *c, const char *name)
{
	struct scenario *scenario = c->scenario;
	for (size_t i = 0; i < scenario->label_count; i++)
		if (strcmp(scenario->labels[i].name, name) == 0)
			return (uint32_t)i + 1;
	scenario->labels = memory_grow(scenario->labels, &scenario->label_capacity,
				       scenario->label_count + 1, sizeof *scenario->labels);
	struct label *label = &scenario->labels[scenario->label_count++];
	*label = (struct label){ 0 };
	snprintf(label->name, sizeof label->name, "%s", name);
	return (uint32_t)scenario->label_count;
}

size_t packet_by_label(struct compiler *c, const char *name)
{
	if (strcmp(name, "last") == 0 && c->trace.count > 0)
		return c->trace.count - 1;
	uint32_t label = name[0] == '@' ? label_index(c, name + 1) : 0;
	for (size_t i = c->trace.count; i-- > 0;)
		if (label && c->trace.packets[i].label == label)
			return i;
	compile_fail(c, "\"%s\" names no packet before this line (last, or @LABEL)", name);
	return 0;
}

size_t frame_emit(struct compiler *c, unsigned from, const uint8_t *frame, size_t length,
		  const struct shape *shape)
{
	struct trace_packet *packet = trace_add(&c->trace, c->now, frame, length);
	packet->host = (uint16_t)(from + 1);
	packet->unrecorded = shape->lost_before || shape->unseen;
	packet->direction = shape->direction;
	packet->twin_lag = shape->twin_lag;
	packet->twin_ttl = shape->twin_ttl;
	packet->fixed_id = shape->id >= 0;
	if (shape->label[0])
		packet->label = label_index(c, shape->label);
	if (shape->cut && shape->cut < length)
		packet->length = shape->cut;
	return c->trace.count - 1;
}

static struct wire_header ip_header(const struct compiler *c, unsigned from, unsigned to,
				    uint8_t protocol, const struct shape *shape)
{
	const struct host *host = &c->hosts[from];
	struct wire_header header = {
		.source = host->address, .destination = c->hosts[to].address, .protocol = protocol,
		.ttl = shape->ttl >= 0 ? (uint8_t)shape->ttl : host->ttl,
		.tos = shape->tos >= 0 ? (uint8_t)shape->tos : 0,
		.identification = shape->id >= 0 ? (uint16_t)shape->id : 0,
		.dont_fragment = !shape->fragmentable, .unpadded = host->unpadded,
		.wrong_ip_checksum = shape->wrong_ip_checksum, .length_zero = shape->length_zero,
	};
	header.transport_checksum = shape->wrong_checksum     ? WIRE_WRONG
				    : shape->zero_checksum    ? WIRE_ZERO
				    : shape->partial_checksum ? WIRE_PARTIAL
							      : host->checksum;
	int vlan = shape->vlan >= 0 ? shape->vlan : host->vlan;
	if (vlan > 0) {
		header.vlans[0] = (uint16_t)vlan;
		header.vlan_count = 1;
	}
	host_macs(c, from, to, header.source_mac, header.destination_mac);
	if (shape->has_source_mac)
		memcpy(header.source_mac, shape->source_mac, 6);
	if (shape->has_destination_mac)
		memcpy(header.destination_mac, shape->destination_mac, 6);
	return header;
}

static size_t checksum_offset(uint8_t protocol)
{
	return protocol == 6 ? 16 : protocol == 17 ? 6 : protocol == 1 || protocol == 58 ? 2 : SIZE_MAX;
}

/* One datagram in pieces: the transport checksum is that of the whole. */
static size_t emit_fragments(struct compiler *c, unsigned from, struct wire_header *header,
			     const uint8_t *transport, size_t length, const struct shape *shape)
{
	static uint8_t frame[WIRE_MAX_FRAME], whole[WIRE_MAX_FRAME];
	size_t ip, first = c->trace.count;
	size_t total = wire_frame(header, transport, length, checksum_offset(header->protocol), whole, &ip);
	const uint8_t *sealed = whole + ip + 20;
	(void)total;
	for (size_t at = 0, n = 0; at < length; at += shape->fragment_size, n++) {
		size_t piece = length - at < shape->fragment_size ? length - at : shape->fragment_size;
		header->fragment_offset = (uint32_t)at;
		header->more_fragments = at + piece < length;
		size_t size = wire_frame(header, sealed + at, piece, SIZE_MAX, frame, &ip);
		size_t index = frame_emit(c, from, frame, size, shape);
		struct trace_packet *packet = &c->trace.packets[index];
		packet->ip_offset = (uint16_t)ip;
		packet->shares_id = n > 0;
		packet->time += (int64_t)n * 5 * MICROSECOND;
		if (n < 64 && shape->fragments_lost >> n & 1)
			packet->unrecorded = true;
	}
	return first;
}

size_t packet_emit(struct compiler *c, unsigned from, unsigned to, uint8_t protocol,
		   const uint8_t *transport, size_t length, const struct shape *shape)
{
	static uint8_t frame[WIRE_MAX_FRAME];
	if (c->words.failed)
		return 0;
	if (c->hosts[from].address.family != c->hosts[to].address.family) {
		compile_fail(c, "%s and %s do not have addresses of the same kind", c->hosts[from].name,
			     c->hosts[to].name);
		return 0;
	}
	struct wire_header header = ip_header(c, from, to, protocol, shape);
	if (shape->fragment_size && header.source.family == ADDRESS_IPV4)
		return emit_fragments(c, from, &header, transport, length, shape);
	if (length > 65535 - 60) {
		compile_fail(c, "the packet would be larger than 65535 bytes");
		return 0;
	}
	size_t ip;
	size_t size = wire_frame(&header, transport, length, checksum_offset(protocol), frame, &ip);
	size_t index = frame_emit(c, from, frame, size, shape);
	c->trace.packets[index].ip_offset = (uint16_t)ip;
	return index;
}

/* After the last line: identifications in the order in which the hosts sent, then what ICMP quotes,
 * then the order of recording. */

static int by_sending(const void *a, const void *b)
{
	const struct trace_packet *left = *(struct trace_packet *const *)a;
	const struct trace_packet *right = *(struct trace_packet *const *)b;
	if (left->sent != right->sent)
		return left->sent < right->sent ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void assign_id(struct compiler *c, struct trace_packet *packet, uint16_t previous)
{
	struct host *host = &c->hosts[packet->host - 1];
	uint8_t *ip = packet->bytes + packet->ip_offset;
	if (packet->fixed_id || ip[0] >> 4 != 4)
		return;
	bool damaged = !wire_ip_is_sealed(ip);
	uint16_t id = packet->shares_id		       ? previous
		      : host->id_style == ID_ZERO     ? 0
		      : host->id_style == ID_RANDOM   ? (uint16_t)random_next(&c->random)
						      : host->next_id++;
	wire_put16(ip + 4, id);
	wire_seal_ip(ip);
	if (damaged)
		ip[10] ^= 0xa5;
}

static void assign_ids(struct compiler *c)
{
	size_t count = c->trace.count;
	struct trace_packet **order = memory_allocate((count + 1) * sizeof *order);
	for (size_t i = 0; i < count; i++)
		order[i] = &c->trace.packets[i];
	qsort(order, count, sizeof *order, by_sending);
	uint16_t previous = 0;
	for (size_t i = 0; i < count; i++) {
		if (!order[i]->ip_offset || !order[i]->host)
			continue;
		assign_id(c, order[i], previous);
		const uint8_t *ip = order[i]->bytes + order[i]->ip_offset;
		previous = (uint16_t)(ip[4] << 8 | ip[5]);
	}
	free(order);
}

static void fill_quotes(struct compiler *c)
{
	for (size_t i = 0; i < c->trace.count; i++) {
		struct trace_packet *packet = &c->trace.packets[i];
		if (!packet->quotes)
			continue;
		const struct trace_packet *quoted = &c->trace.packets[packet->quotes - 1];
		struct wire_parts parts = wire_find(packet->bytes, packet->original_length);
		size_t room = parts.end - packet->quote_offset;
		const uint8_t *from = quoted->bytes + quoted->ip_offset;
		memcpy(packet->bytes + packet->quote_offset, from, room);
		wire_seal_transport(packet->bytes, &parts, WIRE_RIGHT);
	}
}

static void add_twins(struct trace *trace)
{
	for (size_t i = 0, count = trace->count; i < count; i++) {
		const struct trace_packet *original = &trace->packets[i];
		if (original->twin_lag == 0 || original->unrecorded)
			continue;
		int64_t lag = original->twin_lag;
		int8_t ttl = original->twin_ttl;
		struct trace_packet *twin = trace_add_copy(trace, original);
		twin->label = 0;
		twin->time += lag;
		uint8_t *ip = twin->bytes + twin->ip_offset;
		if (twin->ip_offset && ttl) {
			ip[ip[0] >> 4 == 4 ? 8 : 7] = (uint8_t)(ip[ip[0] >> 4 == 4 ? 8 : 7] + ttl);
			if (ip[0] >> 4 == 4)
				wire_seal_ip(ip);
		}
	}
}

static void number_labels(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->trace.count; i++) {
		uint32_t label = scenario->trace.packets[i].label;
		if (label)
			scenario->labels[label - 1].packet = i + 1;
	}
}

static void complete(struct compiler *c)
{
	assign_ids(c);
	fill_quotes(c);
	add_twins(&c->trace);
	trace_sort(&c->trace);
	trace_compact(&c->trace);
	c->scenario->trace = c->trace;
	c->trace = (struct trace){ 0 };
	recorder_run(c);
	number_labels(c->scenario);
	if (c->scenario->trace.count == 0)
		compile_fail(c, "the scenario has no packets");
}

/* Lines and blocks */

static void lines_split(struct lines *lines, const char *text, size_t length)
{
	const char *end = text + length;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t size = (size_t)((newline ? newline : end) - text);
		lines->at = memory_grow(lines->at, &lines->capacity, lines->count + 1, sizeof *lines->at);
		lines->at[lines->count++] = (struct line){ text, size };
		text += size + 1;
	}
}

/* '{' for a line that opens a block, '}' for one that closes it, else 0. */
static char line_brace(const struct line *line)
{
	size_t from = 0, to = line->length;
	while (from < to && isspace((unsigned char)line->text[from]))
		from++;
	while (to > from && isspace((unsigned char)line->text[to - 1]))
		to--;
	if (from == to || line->text[from] == '#')
		return 0;
	if (to - from == 1 && line->text[from] == '}')
		return '}';
	return line->text[to - 1] == '{' ? '{' : 0;
}

/* The line that closes the block opened at `open`, or `last`. */
static size_t block_close(const struct lines *lines, size_t open, size_t last)
{
	size_t depth = 1;
	for (size_t i = open + 1; i < last; i++) {
		char brace = line_brace(&lines->at[i]);
		depth += brace == '{';
		if (brace == '}' && --depth == 0)
			return i;
	}
	return last;
}

static void run_repeat(struct compiler *c, const struct lines *lines, size_t first, size_t last)
{
	struct words *w = &c->words;
	w->usage = "repeat N [as NAME] [every TIME] {";
	int64_t times = words_integer(w, "the number of repeats", 0, MAX_REPEATS), every = -1;
	const char *name = words_accept(w, "as") ? words_take(w, "the variable's name") : "i";
	if (c->variable_count == WORDS_MAX_VARIABLES) {
		compile_fail(c, "too many blocks in each other");
		return;
	}
	struct variable *variable = &c->variables[c->variable_count++];
	snprintf(variable->name, sizeof variable->name, "%s", name);
	if (words_accept(w, "every"))
		every = words_duration(w, "the interval");
	if (!words_accept(w, "{"))
		words_end(w);
	int64_t start = c->now, origin = c->origin;
	for (variable->value = 0; variable->value < times && !w->failed; variable->value++) {
		if (every >= 0)
			c->now = start + variable->value * every;
		c->origin = c->now;
		run(c, lines, first, last);
	}
	c->origin = origin;
	c->variable_count--;
}

static void statement_options(struct compiler *c)
{
	struct words *w = &c->words;
	struct scenario *scenario = c->scenario;
	w->usage = "options [--set ID.NAME=VALUE]… [--profile NAME]";
	while (words_more(w)) {
		if (words_accept(w, "--set") && scenario->setting_count < SCENARIO_MAX_SETTINGS)
			scenario->settings[scenario->setting_count++] =
				memory_copy_text(words_take(w, "the setting"));
		else if (words_accept(w, "--profile") && !scenario->profile)
			scenario->profile = memory_copy_text(words_take(w, "the profile"));
		else
			words_end(w);
	}
}

static void statement_wait(struct compiler *c)
{
	c->now += words_duration(&c->words, "the time to wait");
}

static void statement_label(struct compiler *c)
{
	struct words *w = &c->words;
	w->usage = "label NAME: names the packet before";
	const char *name = words_take(w, "the label");
	if (c->trace.count == 0)
		compile_fail(c, "there is no packet before");
	else
		c->trace.packets[c->trace.count - 1].label = label_index(c, name);
}

static void statement_expect_one(struct compiler *c) { statement_expect(c, EXPECT_FINDING); }
static void statement_expect_not(struct compiler *c) { statement_expect(c, EXPECT_NO_FINDING); }
static void statement_expect_only(struct compiler *c) { statement_expect(c, EXPECT_ONLY); }
static void statement_expect_verdict(struct compiler *c) { statement_expect(c, EXPECT_VERDICT); }
static void statement_expect_count(struct compiler *c) { statement_expect(c, EXPECT_COUNT); }

struct statement { const char *word; void (*read)(struct compiler *c); };

static const struct statement statements[] = {
	{ "arp", statement_arp },
	{ "eth", statement_eth },
	{ "expect", statement_expect_one },
	{ "expect-count", statement_expect_count },
	{ "expect-not", statement_expect_not },
	{ "expect-only", statement_expect_only },
	{ "expect-verdict", statement_expect_verdict },
	{ "flow", statement_flow },
	{ "host", statement_host },
	{ "icmp", statement_icmp },
	{ "label", statement_label },
	{ "options", statement_options },
	{ "raw", statement_raw },
	{ "udp", statement_udp },
	{ "wait", statement_wait },
};

/* A time at the start of a line: +20ms after the line before, 1.5 or 1.5s since the start (in a
 * repeat: since the start of this turn). */
static void take_time(struct compiler *c)
{
	struct words *w = &c->words;
	const char *text = w->count ? w->at[0].text : "";
	bool sign = text[0] == '+' || text[0] == '-';
	if (!isdigit((unsigned char)text[sign ? 1 : 0]))
		return;
	int64_t duration = words_duration(w, "the time");
	c->now = sign ? c->now + duration : c->origin + duration;
}

static void remember_recorder_line(struct compiler *c, const char *line)
{
	if (c->recorder_count == 64) {
		compile_fail(c, "too many statements about the recorder");
		return;
	}
	c->recorder_line_numbers[c->recorder_count] = c->words.line;
	c->recorder_lines[c->recorder_count++] = memory_copy_text(line);
}

static void run_line(struct compiler *c, const char *line)
{
	struct words *w = &c->words;
	if (c->talk) {
		talk_line(c);
		return;
	}
	take_time(c);
	if (!words_more(w))
		return;
	const char *word = w->at[w->next].text;
	if (recorder_statement(word)) {
		remember_recorder_line(c, line);
		return;
	}
	for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
		if (words_accept(w, statements[i].word)) {
			statements[i].read(c);
			words_end(w);
			return;
		}
	}
	statement_tcp(c);
	words_end(w);
}

static void run_block(struct compiler *c, const struct lines *lines, size_t open, size_t close)
{
	struct words *w = &c->words;
	if (!c->talk)
		take_time(c);
	if (words_accept(w, "repeat")) {
		run_repeat(c, lines, open + 1, close);
	} else if (words_accept(w, "talk") && !c->talk) {
		statement_talk(c);
		run(c, lines, open + 1, close);
		w->line = (unsigned)open + 1;
		talk_run(c);
	} else {
		compile_fail(c, "only repeat and talk open a block");
	}
}

static void run(struct compiler *c, const struct lines *lines, size_t first, size_t last)
{
	struct text line = { 0 };
	for (size_t i = first; i < last && !c->words.failed; i++) {
		c->words.line = (unsigned)i + 1;
		c->words.usage = NULL;
		words_substitute(&c->words, lines->at[i].text, lines->at[i].length, c->variables,
				 c->variable_count, &line);
		words_split(&c->words, line.bytes, line.length);
		char brace = line_brace(&lines->at[i]);
		if (brace == '{') {
			size_t close = block_close(lines, i, last);
			if (close == last)
				compile_fail(c, "the block has no closing }");
			run_block(c, lines, i, close);
			i = close;
		} else if (brace == '}') {
			compile_fail(c, "there is no block to close here");
		} else {
			run_line(c, line.bytes);
		}
	}
	text_finish(&line);
}

static char *take_description(const struct lines *lines)
{
	struct text description = { 0 };
	text_add(&description, "");
	for (size_t i = 0; i < lines->count && lines->at[i].length && lines->at[i].text[0] == '#'; i++) {
		const char *text = lines->at[i].text + 1;
		size_t length = lines->at[i].length - 1;
		while (length && *text == ' ')
			text++, length--;
		if (i)
			text_add_char(&description, ' ');
		text_add_bytes(&description, text, length);
	}
	return description.bytes;
}

static void compiler_finish(struct compiler *c)
{
	for (size_t i = 0; i < c->flow_count; i++)
		for (unsigned side = 0; side < 2; side++)
			text_finish(&c->flows[i].end[side].stream);
	for (unsigned i = 0; i < c->recorder_count; i++)
		free((char *)c->recorder_lines[i]);
	free(c->flows);
	free(c->hosts);
	trace_finish(&c->trace);
	words_finish(&c->words);
}

bool scenario_compile(struct scenario *scenario, const char *path, const char *text, size_t length,
		      char *message)
{
	struct compiler c = { .scenario = scenario, .now = TRACE_EPOCH, .origin = TRACE_EPOCH,
		.random = 1 };
	struct lines lines = { 0 };
	*scenario = (struct scenario){ .path = memory_copy_text(path), .image = IMAGE_DEFAULT };
	c.words.file = scenario->path;
	lines_split(&lines, text, length);
	scenario->description = take_description(&lines);
	run(&c, &lines, 0, lines.count);
	c.words.usage = NULL;
	if (!c.words.failed)
		complete(&c);
	if (c.words.failed)
		memcpy(message, c.words.message, sizeof c.words.message);
	bool good = !c.words.failed;
	free(lines.at);
	compiler_finish(&c);
	return good;
}

bool scenario_load(struct scenario *scenario, const char *path, char *message)
{
	struct text text = { 0 };
	char part[4096];
	size_t got;
	FILE *file = fopen(path, "rb");
	if (!file) {
		*scenario = (struct scenario){ 0 };
		snprintf(message, 512, "%s: cannot be opened", path);
		return false;
	}
	text_add(&text, "");
	while ((got = fread(part, 1, sizeof part, file)) > 0)
		text_add_bytes(&text, part, got);
	fclose(file);
	bool good = scenario_compile(scenario, path, text.bytes, text.length, message);
	text_finish(&text);
	return good;
}

void scenario_finish(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->expectation_count; i++) {
		struct expectation *expectation = &scenario->expectations[i];
		for (size_t k = 0; k < expectation->key_count; k++)
			free(expectation->keys[k]);
		free(expectation->keys);
		free(expectation->id);
	}
	for (unsigned i = 0; i < scenario->setting_count; i++)
		free(scenario->settings[i]);
	free(scenario->expectations);
	free(scenario->labels);
	free(scenario->profile);
	free(scenario->description);
	free(scenario->path);
	trace_finish(&scenario->trace);
	*scenario = (struct scenario){ 0 };
}

void scenario_write(const struct scenario *scenario, struct text *to)
{
	image_write(&scenario->trace, &scenario->image, to);
	to->length -= scenario->cut_bytes < to->length ? scenario->cut_bytes : to->length;
}

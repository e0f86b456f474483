#include "damage_list.h"

#include "core/clock.h"
#include "damage.h"
#include "wire.h"

/* Who sent (or got) the first packet of a protocol; family NONE when there is none. */
static struct address end_of_first(const struct trace *trace, uint8_t protocol, bool sender)
{
	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_packet *packet = &trace->packets[i];
		struct wire_parts parts = wire_find(packet->bytes, packet->length);
		const uint8_t *ip = packet->bytes + parts.ip;
		if (parts.version == 4 && parts.protocol == protocol)
			return address_ipv4(ip + (sender ? 12 : 16));
		if (parts.version == 6 && parts.protocol == protocol)
			return address_ipv6(ip + (sender ? 8 : 24));
	}
	return (struct address){ 0 };
}

/* The client or the server of the first TCP connection, or of the first datagram without TCP. */
static struct address end_of(const struct trace *trace, bool client)
{
	struct address end = end_of_first(trace, 6, client);
	return end.family ? end : end_of_first(trace, 17, client);
}

static void recorded_twice(struct trace *trace)
{
	damage_duplicate(trace, 1, 3 * MICROSECOND, 0, 1);
}

static void recorded_before_and_behind_a_router(struct trace *trace)
{
	damage_duplicate(trace, 1, 50 * MICROSECOND, -1, 1);
}

static void half_recorded_twice(struct trace *trace)
{
	damage_duplicate(trace, 0.5, 3 * MICROSECOND, 0, 3);
}

static void packets_missed(struct trace *trace)
{
	damage_lose(trace, 0.02, 7);
}

static void many_packets_missed(struct trace *trace)
{
	damage_lose(trace, 0.08, 11);
}

static void neighbours_swapped(struct trace *trace)
{
	damage_swap(trace, 0.03, 5);
}

static void only_the_client(struct trace *trace)
{
	struct address host = end_of(trace, true);
	damage_one_way(trace, &host);
}

static void only_the_server(struct trace *trace)
{
	struct address host = end_of(trace, false);
	damage_one_way(trace, &host);
}

static void started_in_the_middle(struct trace *trace)
{
	damage_start_at(trace, trace->count / 3);
}

static void ended_in_the_middle(struct trace *trace)
{
	for (size_t i = trace->count * 2 / 3; i < trace->count; i++)
		trace_remove(trace, i);
	trace_compact(trace);
}

static void cut_to_68_bytes(struct trace *trace)
{
	damage_snap(trace, 68);
}

static void cut_to_96_bytes(struct trace *trace)
{
	damage_snap(trace, 96);
}

static void cut_to_200_bytes(struct trace *trace)
{
	damage_snap(trace, 200);
}

static void cut_to_the_headers(struct trace *trace)
{
	damage_snap(trace, 54);
}

static void cut_to_128_bytes(struct trace *trace)
{
	damage_snap(trace, 128);
}

static void only_tcp(struct trace *trace)
{
	damage_filter(trace, 6);
}

static void only_udp(struct trace *trace)
{
	damage_filter(trace, 17);
}

static void servers_packets_by_a_clock_3_ms_ahead(struct trace *trace)
{
	struct address host = end_of(trace, false);
	damage_second_clock(trace, &host, 3 * MILLISECOND);
}

static void clients_packets_by_a_clock_3_ms_ahead(struct trace *trace)
{
	struct address host = end_of(trace, true);
	damage_second_clock(trace, &host, 3 * MILLISECOND);
}

static void offloaded_by_the_client(struct trace *trace)
{
	struct address host = end_of(trace, true);
	damage_offload(trace, &host, 14600);
	damage_record_at(trace, &host);
}

static void offloaded_by_the_server(struct trace *trace)
{
	struct address host = end_of(trace, false);
	damage_offload(trace, &host, 14600);
	damage_record_at(trace, &host);
}

static void clock_set_forward(struct trace *trace)
{
	damage_clock_step(trace, trace->count / 2, 2 * NANOSECONDS);
}

static void clock_set_back(struct trace *trace)
{
	damage_clock_step(trace, trace->count / 2, -2 * NANOSECONDS);
}

static void clock_ticks_of_10_ms(struct trace *trace)
{
	damage_round(trace, 10 * MILLISECOND);
}

const struct damage damages[] = {
	{ "every packet recorded twice", recorded_twice },
	{ "recorded before and behind a router", recorded_before_and_behind_a_router },
	{ "half of the packets recorded twice", half_recorded_twice },
	{ "2 % missed by the recorder", packets_missed },
	{ "8 % missed by the recorder", many_packets_missed },
	{ "3 % swapped by the recorder", neighbours_swapped },
	{ "only the client's packets", only_the_client },
	{ "only the server's packets", only_the_server },
	{ "started in the middle", started_in_the_middle },
	{ "ended in the middle", ended_in_the_middle },
	{ "cut to 200 bytes", cut_to_200_bytes },
	{ "cut to 128 bytes", cut_to_128_bytes },
	{ "cut to 96 bytes", cut_to_96_bytes },
	{ "cut to 68 bytes", cut_to_68_bytes },
	{ "cut to 54 bytes", cut_to_the_headers },
	{ "only TCP recorded", only_tcp },
	{ "only UDP recorded", only_udp },
	{ "the server's packets by a clock 3 ms ahead", servers_packets_by_a_clock_3_ms_ahead, .two_clocks = true },
	{ "the client's packets by a clock 3 ms ahead", clients_packets_by_a_clock_3_ms_ahead, .two_clocks = true },
	{ "client offloads", offloaded_by_the_client },
	{ "server offloads", offloaded_by_the_server },
	{ "clock set forward by 2 s", clock_set_forward, .waits = true },
	{ "clock set back by 2 s", clock_set_back },
	{ "clock ticks every 10 ms", clock_ticks_of_10_ms },
};

const size_t damage_count = sizeof damages / sizeof *damages;

/* Every analyzer of this build, in the order of their names, and the kinds that they find. */
#include "analyze/analyzer.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* One line an analyzer: NAME stands for `NAME_analyzer` in its own file. */
#define ANALYZERS(X) \
	X(arp_duplicate) \
	X(arp_gateway) \
	X(arp_reply) \
	X(arp_storm) \
	X(capture_checksum) \
	X(capture_clock) \
	X(capture_drops) \
	X(capture_duplicates) \
	X(capture_edges) \
	X(capture_file) \
	X(capture_filter) \
	X(capture_gap) \
	X(capture_loss) \
	X(capture_offload) \
	X(capture_one_way) \
	X(capture_order) \
	X(capture_recording) \
	X(capture_segments) \
	X(capture_ticks) \
	X(capture_truncated) \
	X(capture_vantage) \
	X(dhcp) \
	X(dns) \
	X(ftp_commands) \
	X(ftp_data) \
	X(http_answers) \
	X(http_errors) \
	X(icmp_echo) \
	X(icmp_errors) \
	X(icmp_neighbour) \
	X(icmp_redirect) \
	X(icmp_size) \
	X(icmp_too_big) \
	X(ip_address_errors) \
	X(ip_checksum) \
	X(ip_ecn) \
	X(ip_fragments) \
	X(ip_loop) \
	X(ip_martian) \
	X(ip_order) \
	X(ip_route) \
	X(link_discard) \
	X(link_fcs) \
	X(link_flood) \
	X(link_inbound) \
	X(link_loop) \
	X(link_mask) \
	X(link_pause) \
	X(link_storm) \
	X(link_stp) \
	X(perf_chatty) \
	X(perf_churn) \
	X(perf_outage) \
	X(perf_response) \
	X(perf_small_packets) \
	X(perf_throughput) \
	X(perf_transfer) \
	X(security_amplification) \
	X(security_beacon) \
	X(security_dns_tunnel) \
	X(security_flags) \
	X(security_icmp_flood) \
	X(security_login) \
	X(security_scan) \
	X(security_sweep) \
	X(security_syn_flood) \
	X(snmp) \
	X(tcp_ack_delay) \
	X(tcp_acks) \
	X(tcp_backlog) \
	X(tcp_close) \
	X(tcp_connect) \
	X(tcp_idle_drop) \
	X(tcp_integrity) \
	X(tcp_keepalive) \
	X(tcp_loss) \
	X(tcp_loss_pattern) \
	X(tcp_open) \
	X(tcp_options) \
	X(tcp_proxy) \
	X(tcp_reset) \
	X(tcp_restart) \
	X(tcp_reuse) \
	X(tcp_round_trip) \
	X(tcp_timeout) \
	X(tcp_window_rules) \
	X(tcp_zero_window) \
	X(telnet_terminal) \
	X(tls_at_tls) \
	X(tls_cut) \
	X(tls_failure) \
	X(tls_setup) \
	X(tls_strength) \
	X(udp_answer) \
	X(udp_repeat) \
	X(udp_stream)

#define DECLARE(name) extern const struct analyzer name##_analyzer;
ANALYZERS(DECLARE)

#define LIST(name) &name##_analyzer,
const struct analyzer *const analyzers[] = {
	ANALYZERS(LIST)
	NULL,
};

/* More than the catalogue has; `collect` asserts that it suffices. */
#define MAX_KINDS 512

static const struct finding_kind *all_kinds[MAX_KINDS + 1];

static int by_id(const void *a, const void *b)
{
	const struct finding_kind *const *one = a, *const *two = b;
	return strcmp((*one)->id, (*two)->id);
}

static void collect(void)
{
	size_t count = 0;
	for (const struct analyzer *const *analyzer = analyzers; *analyzer; analyzer++) {
		for (const struct finding_kind *const *kind = (*analyzer)->kinds; *kind; kind++) {
			assert(count < MAX_KINDS);
			all_kinds[count++] = *kind;
		}
	}
	qsort(all_kinds, count, sizeof *all_kinds, by_id);
	for (size_t i = 1; i < count; i++)
		assert(strcmp(all_kinds[i - 1]->id, all_kinds[i]->id) != 0);
}

const struct finding_kind *const *analyzer_kinds(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, collect);
	return all_kinds;
}

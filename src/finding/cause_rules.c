/* The cause graph as a table. A pair of kinds stands in one direction only, so that nothing can explain
 * itself; a test walks the graph of all kinds and says so. */
#include "finding/causes.h"

#include <fnmatch.h>
#include <string.h>

#define LOSS "tcp/loss-upstream tcp/loss-downstream tcp/loss-between-points"
#define LOSS_DETAILS "tcp/loss-bursty tcp/loss-random-small-rate tcp/tail-loss tcp/double-loss " \
	"tcp/small-flight-loss tcp/no-sack tcp/rto perf/loss-limited"
#define NO_ANSWER "tcp/syn-no-answer udp/no-answer dns/no-answer snmp/no-response http/no-response " \
	"dhcp/no-offer dhcp/no-ack arp/no-reply tls/no-server-hello icmp/echo-loss"
#define PATH_BROKEN "tcp/rto tcp/rto-backoff tcp/connection-lost tcp/tail-loss tcp/double-loss " \
	"tcp/keepalive-unanswered"
#define RESETS "tcp/reset-by-peer tcp/reset-after-idle tcp/reset-race tcp/data-after-close"
#define SLOW "perf/response-time perf/low-throughput http/slow-first-byte ftp/slow-command " \
	"telnet/slow-response tls/handshake-slow"

const struct cause_rule cause_rules[] = {
	/* The trace itself. Capture findings about no session concern the whole trace. */
	{ "capture/loss capture/drops-reported capture/gap",
	  LOSS " " LOSS_DETAILS " " NO_ANSWER " tcp/rto-backoff tcp/spurious-retransmission "
	  "tcp/ack-loss ip/reordering ip/fragment-lost", RELATION_SESSION, NOT_ABOVE },
	{ "capture/gap capture/drops-reported", "capture/loss", RELATION_TRACE, 0 },
	{ "capture/duplicate-packets",
	  "ip/duplicate-in-network ip/routing-loop link/loop tcp/spurious-retransmission "
	  "tcp/inconsistent-retransmission ip/reordering udp/stream-loss",
	  RELATION_SESSION, NOT_ABOVE },
	{ "capture/one-way",
	  NO_ANSWER " tcp/rto tcp/tail-loss tcp/ack-loss tcp/half-open tcp/stray "
	  "tcp/never-closed tcp/half-closed", RELATION_SESSION, NOT_ABOVE },
	{ "capture/reordered capture/time-backwards capture/clock-step",
	  "ip/reordering tcp/spurious-retransmission tcp/rtt-inflation tcp/data-after-close",
	  RELATION_SESSION, NOT_ABOVE },

	/* Attacks: what a scanner meets is no fault of those it scans. */
	{ "security/port-scan security/host-sweep",
	  "tcp/syn-no-answer tcp/syn-refused tcp/half-open tcp/synack-retransmitted tcp/stray "
	  "tcp/reset-by-peer tcp/port-reused udp/no-answer icmp/port-unreachable "
	  "icmp/unreachable icmp/prohibited icmp/echo-loss arp/no-reply arp/storm "
	  "icmp/ttl-exceeded security/bad-flags perf/connection-churn link/broadcast-storm "
	  "link/broadcast-share", RELATION_CLIENT, 0 },
	{ "security/syn-flood",
	  "tcp/syn-no-answer tcp/synack-retransmitted tcp/half-open tcp/backlog-drop "
	  "tcp/syn-retransmitted tcp/slow-connect security/bad-flags", RELATION_HOST, 0 },
	{ "security/syn-flood", "ip/martian-source", RELATION_TRACE, SAME_TIME },
	{ "security/brute-force-success", "security/brute-force", RELATION_PAIR, 0 },
	{ "security/brute-force security/password-spray",
	  "ftp/login-failed perf/connection-churn security/cleartext-password http/client-error "
	  "tcp/reset-by-peer", RELATION_CLIENT, 0 },
	{ "security/brute-force",
	  "perf/server-think perf/response-time perf/server-pause ftp/slow-command",
	  RELATION_PAIR, 0 },
	{ "security/password-spray", "security/brute-force", RELATION_CLIENT, 0 },
	{ "security/icmp-flood", "icmp/echo-loss", RELATION_HOST, 0 },
	{ "security/udp-amplification",
	  "dns/large-answer-lost udp/no-answer icmp/port-unreachable", RELATION_HOST, 0 },
	{ "security/dns-tunnel",
	  "dns/slow dns/no-answer dns/late-answer dns/retry-storm dns/name-error dns/nodata "
	  "dns/large-answer-lost dns/truncated", RELATION_CLIENT, 0 },
	{ "arp/spoof-suspect", "arp/duplicate-address", RELATION_HOST, 0 },
	{ "arp/spoof-suspect", "arp/duplicate-address", RELATION_TRACE, SAME_TIME },

	/* The local network */
	{ "link/loop", "link/broadcast-storm link/stp-change perf/outage arp/storm",
	  RELATION_TRACE, SAME_TIME },
	{ "link/loop link/stp-change perf/outage", PATH_BROKEN " " LOSS " " NO_ANSWER,
	  RELATION_TRACE, SAME_TIME },
	{ "link/stp-change", "perf/outage", RELATION_TRACE, SAME_TIME },
	{ "link/bad-fcs link/pause-frames", LOSS, RELATION_TRACE, SAME_TIME },
	{ "link/broadcast-share", "link/mac-broadcast-unicast-ip", RELATION_TRACE, 0 },
	{ "link/mac-broadcast-unicast-ip", "link/stack-discard", RELATION_CLIENT, 0 },
	{ "link/stack-discard", "link/inbound-discards ip/address-errors", RELATION_TRACE, AT_ARRIVAL },
	{ "link/inbound-discards", "ip/address-errors", RELATION_TRACE, 0 },
	{ "arp/duplicate-address",
	  "dhcp/decline " RESETS " tcp/syn-no-answer tcp/syn-refused tcp/half-open "
	  "tcp/connection-lost icmp/echo-loss arp/no-reply", RELATION_HOST, 0 },
	{ "dhcp/double-lease", "arp/duplicate-address", RELATION_HOST, 0 },
	{ "dhcp/rogue-server", "dhcp/nak dhcp/double-lease dhcp/decline", RELATION_TRACE, 0 },
	{ "dhcp/pool-exhausted", "dhcp/no-offer dhcp/nak", RELATION_TRACE, SAME_TIME },
	{ "dhcp/no-offer dhcp/nak dhcp/decline", "dhcp/slow", RELATION_CLIENT, 0 },
	{ "arp/no-reply",
	  "tcp/syn-no-answer udp/no-answer dns/no-answer icmp/unreachable icmp/echo-loss "
	  "snmp/no-response", RELATION_PAIR, 0 },
	{ "arp/storm", "arp/no-reply", RELATION_CLIENT, 0 },
	{ "arp/gateway-slow", "tcp/slow-connect dns/slow", RELATION_CLIENT, SAME_TIME },

	/* The way through the network */
	{ "ip/routing-loop",
	  "icmp/ttl-exceeded icmp/echo-loss tcp/syn-no-answer udp/no-answer dns/no-answer "
	  PATH_BROKEN, RELATION_HOST, 0 },
	{ "icmp/unreachable icmp/prohibited icmp/ttl-exceeded",
	  "tcp/syn-no-answer udp/no-answer dns/no-answer dns/retry-storm udp/retry-storm "
	  "icmp/echo-loss snmp/no-response tcp/rto-backoff tcp/connection-lost tcp/syn-refused",
	  RELATION_PAIR, 0 },
	{ "snmp/agent-down", "icmp/port-unreachable snmp/no-response udp/no-answer",
	  RELATION_PAIR, 0 },
	{ "icmp/port-unreachable",
	  "udp/no-answer dns/no-answer dns/retry-storm udp/retry-storm snmp/no-response",
	  RELATION_PAIR, 0 },
	{ "icmp/pmtu-black-hole link/mtu-mismatch",
	  PATH_BROKEN " " LOSS " tls/no-server-hello tls/clienthello-cut http/no-response",
	  RELATION_PAIR, 0 },
	{ "icmp/frag-needed",
	  PATH_BROKEN " " LOSS " tls/no-server-hello tls/clienthello-cut icmp/pmtu-black-hole",
	  RELATION_PAIR, SAME_TIME },
	{ "ip/fragment-lost", "dns/large-answer-lost dns/no-answer udp/no-answer",
	  RELATION_PAIR, 0 },
	{ "ip/path-change", "tcp/rtt-inflation ip/reordering", RELATION_PAIR, SAME_TIME },
	{ "tcp/bad-checksum ip/bad-checksum", LOSS, RELATION_PAIR, 0 },
	{ "ip/duplicate-in-network", "tcp/spurious-retransmission", RELATION_SESSION, 0 },
	{ "ip/reordering", "tcp/spurious-retransmission", RELATION_SESSION, 0 },
	{ "ip/bad-checksum", "tcp/bad-checksum udp/checksum", RELATION_PAIR, 0 },

	/* Names */
	{ "dns/no-answer dns/slow dns/servfail dns/refused dns/retry-storm dns/aaaa-trouble "
	  "dns/lame-delegation dns/large-answer-lost",
	  "perf/response-time http/slow-first-byte", RELATION_CLIENT, SAME_TIME | SAME_PARTY },
	{ "dns/reverse-delay dns/no-answer dns/slow dns/servfail",
	  "ftp/slow-command perf/server-think", RELATION_HOST, SAME_TIME },
	{ "dns/lame-delegation dns/large-answer-lost dns/format-error",
	  "dns/no-answer dns/servfail dns/slow dns/retry-storm", RELATION_PAIR, 0 },
	/* What a resolver meets, its clients meet. */
	{ "dns/lame-delegation dns/refused", "dns/servfail", RELATION_HOST, SAME_TIME },
	{ "dns/no-answer",
	  "dns/retry-storm dns/late-answer dns/aaaa-trouble udp/no-answer "
	  "udp/retry-storm", RELATION_PAIR, 0 },
	{ "dns/no-answer", "dns/slow", RELATION_PAIR, NOT_ABOVE },
	{ "dns/search-suffix", "dns/name-error", RELATION_CLIENT, 0 },

	/* Opening a connection */
	{ "tcp/backlog-drop",
	  "tcp/syn-retransmitted tcp/synack-retransmitted tcp/slow-connect tcp/syn-no-answer",
	  RELATION_SERVICE, 0 },
	{ "tcp/backlog-drop",
	  "tcp/loss-downstream tcp/rto tcp/tail-loss tcp/double-loss tcp/small-flight-loss",
	  RELATION_SESSION, 0 },
	{ "tcp/ecn-blocked", "tcp/syn-retransmitted tcp/slow-connect", RELATION_PAIR, 0 },
	{ "tcp/port-reused", "tcp/half-open tcp/slow-connect", RELATION_SESSION, 0 },
	{ "tcp/syn-retransmitted tcp/synack-retransmitted tcp/rtt-high", "tcp/slow-connect",
	  RELATION_SESSION, 0 },
	{ "tcp/slow-connect", SLOW, RELATION_SESSION, SAME_PARTY },
	{ "tcp/half-open", RESETS, RELATION_SESSION, 0 },

	/* Loss and its consequences */
	{ LOSS,
	  LOSS_DETAILS " tcp/rto-backoff tcp/connection-lost tcp/fin-lost tcp/syn-retransmitted "
	  "tcp/synack-retransmitted", RELATION_SESSION, 0 },
	{ LOSS " perf/loss-limited tcp/rto tcp/rto-backoff tcp/tail-loss", SLOW,
	  RELATION_SESSION, SAME_PARTY },
	{ "tcp/rto-backoff",
	  "tcp/rto tcp/tail-loss tcp/small-flight-loss tcp/connection-lost tcp/fin-lost",
	  RELATION_SESSION, 0 },
	{ "tcp/rto", "tcp/tail-loss tcp/small-flight-loss", RELATION_SESSION, 0 },
	{ "tcp/rtt-inflation", "tcp/spurious-retransmission tcp/rtt-high", RELATION_SESSION, 0 },
	{ "tcp/rtt-inflation", "perf/response-time", RELATION_SESSION, SAME_PARTY },
	/* What waits in the queue that one conversation fills. */
	{ "tcp/rtt-inflation", "dns/slow tcp/slow-connect", RELATION_CLIENT, SAME_TIME },
	{ "tcp/ack-loss", "tcp/spurious-retransmission", RELATION_SESSION, 0 },
	{ "tcp/idle-drop",
	  PATH_BROKEN " " LOSS " " RESETS " tcp/reset-forged ftp/control-idle-drop telnet/session-drop",
	  RELATION_SESSION, NOT_ABOVE },
	{ "tcp/connection-lost tcp/keepalive-unanswered",
	  "telnet/session-drop ftp/transfer-aborted http/aborted http/no-response tls/truncated",
	  RELATION_SESSION, 0 },

	/* Windows and waiting */
	{ "tcp/zero-window-stuck", "tcp/zero-window", RELATION_SESSION, 0 },
	{ "tcp/options-stripped",
	  "tcp/no-window-scaling tcp/no-sack tcp/mss-small tcp/window-full perf/receiver-window",
	  RELATION_PAIR, 0 },
	{ "tcp/no-window-scaling tcp/scale-ignored",
	  "tcp/window-full perf/receiver-window perf/low-throughput", RELATION_SESSION, 0 },
	{ "tcp/zero-window tcp/zero-window-stuck",
	  "tcp/window-full tcp/silly-window perf/receiver-window tcp/connection-lost tcp/rto",
	  RELATION_SESSION, 0 },
	{ "tcp/zero-window tcp/zero-window-stuck perf/receiver-window", SLOW,
	  RELATION_SESSION, SAME_PARTY },
	{ "tcp/window-full tcp/silly-window", "perf/receiver-window", RELATION_SESSION, 0 },
	{ "tcp/delayed-ack-stall tcp/nagle-stall",
	  "perf/response-time perf/low-throughput perf/small-packets", RELATION_SESSION, 0 },
	{ "perf/sender-window perf/app-limited perf/bandwidth-limited perf/slow-start-limited "
	  "tcp/slow-start-restart",
	  "perf/low-throughput perf/response-time", RELATION_SESSION, SAME_PARTY },
	{ "perf/server-think perf/server-pause",
	  "perf/response-time http/slow-first-byte ftp/slow-command telnet/slow-response "
	  "tls/handshake-slow", RELATION_SESSION, SAME_PARTY },
	{ "http/slow-first-byte ftp/slow-command telnet/slow-response perf/chatty "
	  "http/head-of-line",
	  "perf/response-time", RELATION_SESSION, SAME_PARTY },
	{ "tcp/rtt-high", "perf/response-time telnet/slow-response",
	  RELATION_SESSION, SAME_PARTY },

	/* Closing */
	{ "tcp/reset-forged", RESETS " tls/no-server-hello tls/truncated http/aborted",
	  RELATION_SESSION, 0 },
	{ "tls/sni-blocked", "tcp/reset-forged tls/no-server-hello " RESETS,
	  RELATION_SESSION, 0 },

	/* Applications */
	{ "ftp/control-dies-after-port",
	  PATH_BROKEN " " LOSS " ftp/data-connection-missing ftp/control-idle-drop "
	  "ftp/transfer-aborted tcp/idle-drop tcp/fin-lost", RELATION_SESSION, 0 },
	{ "ftp/nat-address",
	  "ftp/data-connection-missing ftp/data-connection-refused tcp/syn-no-answer "
	  "tcp/syn-refused", RELATION_PAIR, 0 },
	{ "ftp/nat-address", "tcp/syn-no-answer tcp/syn-refused", RELATION_CLIENT, SAME_TIME },
	/* Servers answer a wrong password late, on purpose. */
	{ "ftp/login-failed", "perf/server-think perf/response-time ftp/slow-command", RELATION_SERVICE,
	  SAME_TIME },
	{ "icmp/unreachable icmp/prohibited", "ftp/data-connection-refused ftp/data-connection-missing",
	  RELATION_PAIR, SAME_TIME },
	{ "tcp/syn-no-answer", "ftp/slow-command", RELATION_PAIR, SAME_TIME },
	{ "ftp/transfer-aborted", RESETS " ftp/command-failed", RELATION_PAIR, SAME_TIME },
	{ "ftp/tls-session-reuse", "ftp/command-failed ftp/transfer-aborted",
	  RELATION_SESSION, 0 },
	{ "ftp/data-connection-missing ftp/data-connection-refused",
	  "ftp/command-failed ftp/transfer-aborted tcp/syn-no-answer tcp/syn-refused",
	  RELATION_PAIR, SAME_TIME },
	{ "tls/version-mismatch tls/no-common-cipher tls/client-cert-required tls/cert-expired "
	  "tls/cert-name-mismatch tls/cert-untrusted tls/plaintext-on-tls-port",
	  "tls/fatal-alert tls/no-server-hello tls/truncated http/client-error " RESETS,
	  RELATION_SESSION, 0 },
	{ "tls/clienthello-cut", "tls/no-server-hello " PATH_BROKEN " " RESETS, RELATION_SESSION, 0 },
	{ "tls/fatal-alert tls/no-server-hello", RESETS " tls/truncated", RELATION_SESSION, 0 },
	{ "tls/no-resumption", "tls/handshake-slow", RELATION_PAIR, 0 },
	{ "tls/handshake-slow", "perf/response-time", RELATION_SESSION, 0 },
};

const size_t cause_rule_count = sizeof cause_rules / sizeof *cause_rules;

bool cause_pattern_matches(const char *patterns, const char *id)
{
	char pattern[64];
	while (*patterns) {
		size_t length = strcspn(patterns, " ");
		if (length < sizeof pattern) {
			memcpy(pattern, patterns, length);
			pattern[length] = '\0';
			if (fnmatch(pattern, id, 0) == 0)
				return true;
		}
		patterns += length;
		patterns += strspn(patterns, " ");
	}
	return false;
}

/* Meanings: include/net/dropreason-core.h of Linux, and the code that names them. */
#include "source/stack_drop.h"

#include <stdlib.h>
#include <string.h>

#define FIRST "linux.drop="

static const struct stack_drop_reason reasons[] = {
	{ "NO_SOCKET", STACK_DROP_SERVER, "No program listens on that port.",
		  "Start the program, or see on which address and port it listens: ss -lntu." },
	{ "SOCKET_FILTER", STACK_DROP_CONFIG, "A filter that a program attached to its socket refused it.", NULL },
	{ "SOCKET_RCVBUFF", STACK_DROP_SERVER, "The buffer of the socket was full: the program reads too slowly.",
		  "Look at the program: CPU, a blocked thread. Enlarge SO_RCVBUF (net.core.rmem_max) only for bursts." },
	{ "SOCKET_BACKLOG", STACK_DROP_SERVER, "The backlog of a busy socket was full.",
		  "Look at the program that reads from it, and at the receive buffer." },
	{ "PROTO_MEM", STACK_DROP_SERVER, "All sockets of the protocol together had used up their memory.",
		  "See net.ipv4.tcp_mem and udp_mem, and which program holds the memory: ss -m." },
	{ "TCP_LISTEN_OVERFLOW", STACK_DROP_SERVER, "The queue of connections that wait to be accepted was full.",
		  "The program accepts too slowly: look at it first, then at net.core.somaxconn and its backlog." },
	{ "NETFILTER_DROP", STACK_DROP_CONFIG, "A firewall rule (nftables, iptables) of this host dropped it.",
		  "Find the rule: nft list ruleset with counters, or nft monitor trace." },
	{ "TC_INGRESS", STACK_DROP_CONFIG, "A traffic control filter dropped it when it arrived.", "tc -s filter show." },
	{ "TC_EGRESS", STACK_DROP_CONFIG, "A traffic control filter dropped it on its way out.", "tc -s filter show." },
	{ "XDP", STACK_DROP_CONFIG, "An XDP program dropped it.", "See which is attached: ip link show." },
	{ "BPF_CGROUP_EGRESS", STACK_DROP_CONFIG, "A BPF program of the control group dropped it.",
		  "bpftool cgroup tree shows it." },
	{ "SECURITY_HOOK", STACK_DROP_CONFIG, "A security module refused it.", "Look into the audit log." },
	{ "XFRM_POLICY", STACK_DROP_CONFIG, "An IPsec policy does not allow it.", "ip xfrm policy; ip -s xfrm state." },
	{ "IP_RPFILTER", STACK_DROP_CONFIG, "The reverse-path filter: the way back to its source leads through another "
		  "interface.", "Check the routes, or set net.ipv4.conf.*.rp_filter to 2 where paths are asymmetric." },
	{ "IPV6DISABLED", STACK_DROP_CONFIG, "IPv6 is switched off on the interface.", NULL },
	{ "IP_INNOROUTES", STACK_DROP_CONFIG, "There is no route to its destination.", "ip route get ADDRESS." },
	{ "IP_OUTNOROUTES", STACK_DROP_CONFIG, "There is no route to its destination.", "ip route get ADDRESS." },
	{ "IP_INADDRERRORS", STACK_DROP_CONFIG, "It is for another host, and this one does not forward.",
		  "If it is to forward: net.ipv4.ip_forward. Else find out why it comes here." },
	{ "TCP_CSUM", STACK_DROP_NETWORK, "Its TCP checksum is wrong.", "Look for the device that damages packets." },
	{ "UDP_CSUM", STACK_DROP_NETWORK, "Its UDP checksum is wrong.", "Look for the device that damages packets." },
	{ "ICMP_CSUM", STACK_DROP_NETWORK, "Its ICMP checksum is wrong.", "Look for the device that damages packets." },
	{ "IP_CSUM", STACK_DROP_NETWORK, "The checksum of its IP header is wrong.",
		  "Look for the device that damages packets." },
	{ "SKB_CSUM", STACK_DROP_NETWORK, "Its checksum is wrong.", "Look for the device that damages packets." },
	{ "PKT_TOO_SMALL", STACK_DROP_SENDER, "It is too short to hold what it announces.", NULL },
	{ "HDR_TRUNC", STACK_DROP_SENDER, "It ends within a header.", NULL },
	{ "IP_INHDR", STACK_DROP_SENDER, "Something in its IP header is wrong, or its time to live ended here.",
		  "See the header in the packet: a TTL of 1 points to a loop or a traceroute." },
	{ "TCP_MINTTL", STACK_DROP_CONFIG, "Its time to live is below what the socket asks for.", NULL },
	{ "IP_INVALID_SOURCE", STACK_DROP_SENDER, "Its source address is none that may send.", NULL },
	{ "IP_LOCAL_SOURCE", STACK_DROP_SENDER, "Its source address is one of this host's own.",
		  "Look for a second host with this address, or a loop." },
	{ "IP_INVALID_DEST", STACK_DROP_SENDER, "Its destination address is invalid.", NULL },
	{ "IP_LOCALNET", STACK_DROP_SENDER, "An address of the loopback came from outside.", NULL },
	{ "MAC_INVALID_SOURCE", STACK_DROP_SENDER, "Its hardware source address is invalid.", NULL },
	{ "IP_NOPROTO", STACK_DROP_SERVER, "Nothing on this host takes its IP protocol.", NULL },
	{ "PKT_TOO_BIG", STACK_DROP_NETWORK, "It is larger than the way on allows.", "Check the MTUs." },
	{ "NEIGH_FAILED", STACK_DROP_NETWORK, "The next hop did not answer ARP or neighbour discovery.",
		  "Is that host up? ip neigh show." },
	{ "NEIGH_QUEUEFULL", STACK_DROP_NETWORK, "Too many packets waited for the next hop's hardware address.",
		  "Is that host up? ip neigh show." },
	{ "NEIGH_DEAD", STACK_DROP_NETWORK, "The entry of the next hop is gone.", "ip neigh show." },
	{ "QDISC_DROP", STACK_DROP_CONFIG, "The queue of the interface was full, or shaping dropped it.",
		  "tc -s qdisc show: is the rate what it should be?" },
	{ "QDISC_OVERLIMIT", STACK_DROP_CONFIG, "The queue of the interface was over its limit.", "tc -s qdisc show." },
	{ "QDISC_CONGESTED", STACK_DROP_CONFIG, "Queue management dropped it since its queue grew.",
		  "tc -s qdisc show." },
	{ "CPU_BACKLOG", STACK_DROP_SERVER, "The processor did not come to its packets.",
		  "See /proc/net/softnet_stat; spread the interrupts, raise net.core.netdev_max_backlog." },
	{ "FULL_RING", STACK_DROP_SERVER, "The ring of a virtual interface was full.",
		  "The program (or guest) behind it reads too slowly." },
	{ "NOMEM", STACK_DROP_SERVER, "The host had no memory for it.", "Look at the memory of the host." },
	{ "DEV_READY", STACK_DROP_CONFIG, "The interface was not ready to send.", "ip link show." },
	{ "TCP_MD5NOTFOUND", STACK_DROP_CONFIG, "It lacks the TCP MD5 signature that is asked for.", "Compare the keys." },
	{ "TCP_MD5FAILURE", STACK_DROP_CONFIG, "Its TCP MD5 signature is wrong.", "Compare the keys of both ends." },
	{ "TCP_INVALID_SYN", STACK_DROP_SENDER, "A SYN came within a connection.", NULL },
	{ "FRAG_REASM_TIMEOUT", STACK_DROP_NETWORK, "Not all of its fragments came in time.", NULL },
	{ "OTHERHOST", STACK_DROP_NOISE, "It is for another host; a switch or promiscuous mode shows it here.", NULL },
	{ "UNICAST_IN_L2_MULTICAST", STACK_DROP_NOISE, "It came to everybody but is for one host.", NULL },
	{ "UNHANDLED_PROTO", STACK_DROP_NOISE, "Nothing on this host takes its EtherType.", NULL },
	{ "TCP_OLD_DATA", STACK_DROP_NOISE, "It brought only data that was there already.", NULL },
	{ "TCP_OLD_SEQUENCE", STACK_DROP_NOISE, "It is older than what TCP waits for.", NULL },
	{ "TCP_OLD_ACK", STACK_DROP_NOISE, "It acknowledged only what was acknowledged already.", NULL },
	{ "TCP_OFOMERGE", STACK_DROP_NOISE, "Its data was in the queue already.", NULL },
	{ "TCP_FLAGS", STACK_DROP_NOISE, "Its TCP flags mean nothing in that state of the connection.", NULL },
	{ "TCP_RESET", STACK_DROP_NOISE, "It reset the connection, and was used up by that.", NULL },
	{ "TCP_CLOSE", STACK_DROP_NOISE, "The connection was closed already.", NULL },
	{ "TCP_ABORT_ON_DATA", STACK_DROP_SERVER, "Data came for a program that had closed its socket.", NULL },
	{ "TCP_RFC7323_PAWS", STACK_DROP_NOISE, "Its time stamp is older than what came before.", NULL },
	{ "NOT_SPECIFIED", STACK_DROP_UNKNOWN, "The kernel does not say why.", "The place in the kernel may tell." },
};

const struct stack_drop_reason *stack_drop_find(const char *name)
{
	static const struct stack_drop_reason unknown = { "", STACK_DROP_UNKNOWN,
		"The name is all that the kernel says about it.", NULL };
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reasons[i].name, name) == 0)
			return &reasons[i];
	return &unknown;
}

void stack_drop_words(const struct stack_drop *drop, struct text *to)
{
	text_addf(to, FIRST "%u linux.drop_name=%s", drop->reason, drop->name);
	if (*drop->place)
		text_addf(to, " linux.drop_place=%s", drop->place);
	if (*drop->interface)
		text_addf(to, " linux.drop_interface=%s", drop->interface);
}

/* Copies the value of `key` out of the words; what a terminal should not see becomes a dot. */
static void read_value(const char *words, size_t length, const char *key, char *to, size_t room)
{
	size_t key_length = strlen(key), used = 0;
	*to = '\0';
	for (size_t at = 0; at + key_length <= length; at++) {
		if (memcmp(words + at, key, key_length) != 0 || (at && words[at - 1] != ' '))
			continue;
		for (at += key_length; at < length && words[at] != ' ' && used + 1 < room; at++)
			to[used++] = words[at] > 0x20 && words[at] < 0x7f ? words[at] : '.';
		to[used] = '\0';
		return;
	}
}

bool stack_drop_read(const char *words, size_t length, struct stack_drop *to)
{
	char number[12];
	if (length < strlen(FIRST) || memcmp(words, FIRST, strlen(FIRST)) != 0)
		return false;
	read_value(words, length, FIRST, number, sizeof number);
	to->reason = (uint32_t)strtoul(number, NULL, 10);
	read_value(words, length, "linux.drop_name=", to->name, sizeof to->name);
	read_value(words, length, "linux.drop_place=", to->place, sizeof to->place);
	read_value(words, length, "linux.drop_interface=", to->interface, sizeof to->interface);
	return *to->name != '\0';
}

/* Runs in the kernel: tells of every packet that it drops, from tracepoint skb:kfree_skb. Only the fields that are
 * read are declared; where they are in the running kernel, its BTF says when the program is loaded. */
#include "capture/kernel_types.h"

enum bpf_map_type { BPF_MAP_TYPE_PERCPU_ARRAY = 6, BPF_MAP_TYPE_RINGBUF = 27 };

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "capture/drop_event.h"

#define ETHERNET 1                   /* ARPHRD_ETHER */
#define LOOPBACK 772                 /* ARPHRD_LOOPBACK, which has the same header */
#define NO_HEADER 0xffff

struct ns_common { unsigned int inum; } KERNEL;
struct net { struct ns_common ns; } KERNEL;
typedef struct { struct net *net; } possible_net_t;
struct net_device { possible_net_t nd_net; int ifindex; unsigned short type; } KERNEL;
struct sock_common { possible_net_t skc_net; } KERNEL;
struct sock { struct sock_common __sk_common; } KERNEL;
struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned char *head, *data;
	unsigned int len, data_len;
	int skb_iif;
	__be16 protocol;
	__u16 mac_header, network_header;
} KERNEL;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct drop_event);
} room SEC(".maps");

const volatile unsigned char wanted[DROP_REASONS];
const volatile unsigned int namespace;       /* its number */
unsigned long long lost;             /* events for which there was no room */

static __always_inline int tell(struct sk_buff *skb, void *place, __u32 reason, struct sock *socket)
{
	__u32 zero = 0;
	struct net_device *dev = skb->dev;
	barrier_var(dev);
	/* A packet on its way to a socket's queue may have something else where its device was. */
	struct sock *owner = skb->sk;
	unsigned int own = 0;
	barrier_var(owner);          /* read once: what was compared with NULL is what is used */
	if (socket)
		own = socket->__sk_common.skc_net.net->ns.inum;
	else if (dev)
		own = dev->nd_net.net->ns.inum;
	else if (owner)
		own = owner->__sk_common.skc_net.net->ns.inum;
	if (reason >= DROP_REASONS || !wanted[reason & (DROP_REASONS - 1)] || own != namespace)
		return 0;
	struct drop_event *event = bpf_map_lookup_elem(&room, &zero);
	if (!event)
		return 0;
	__u32 mac = skb->mac_header, ip = skb->network_header;
	__u32 at = (__u32)(skb->data - skb->head);
	unsigned short type = socket ? ETHERNET : dev ? dev->type : 0;
	__u32 start = ip && ip < at ? ip : at;
	event->is_ethernet = 0;
	if (mac != NO_HEADER && mac <= at && mac + 14 <= ip && (type == ETHERNET || type == LOOPBACK)) {
		event->is_ethernet = 1;
		start = mac;
	}
	event->time = bpf_ktime_get_ns();
	event->place = (__u64)place;
	event->reason = reason;
	event->interface = skb->skb_iif;
	if (!event->interface && !socket && dev)
		event->interface = dev->ifindex;
	event->protocol = skb->protocol;
	event->length = at - start + skb->len;
	/* What is not in the packet's own memory is left out. */
	__u64 captured = event->length - skb->data_len;
	if (captured > DROP_BYTES)
		captured = DROP_BYTES;
	/* The compiler knows that this changes nothing, and the kernel has to see it. */
	asm volatile("%0 &= %1" : "+r"(captured) : "i"(DROP_BYTES));
	if (captured && bpf_probe_read_kernel(event->bytes, captured, skb->head + start) != 0)
		captured = 0;
	event->captured = (__u32)captured;
	if (bpf_ringbuf_output(&events, event, __builtin_offsetof(struct drop_event, bytes) + captured, 0) != 0)
		__sync_fetch_and_add(&lost, 1);
	return 0;
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(on_drop, struct sk_buff *skb, void *place, int reason)
{
	return tell(skb, place, reason, 0);
}

/* Since Linux 6.11 it says for which socket the packet was. */
SEC("tp_btf/kfree_skb")
int BPF_PROG(on_drop_for, struct sk_buff *skb, void *place, int reason, struct sock *socket)
{
	return tell(skb, place, reason, socket);
}

char licence[] SEC("license") = "Dual BSD/GPL";

/* Runs in the kernel: tells what chosen programs send and receive through their sockets, and on request what they
 * hand to OpenSSL and GnuTLS before it is encrypted. System calls are seen at raw_syscalls:sys_enter and sys_exit, the
 * libraries by uprobes. Only the fields that are read are declared; where they are, the kernel's BTF says. */
#include "capture/kernel_types.h"

typedef _Bool bool;
#define true 1
#define false 0
enum bpf_map_type { BPF_MAP_TYPE_HASH = 1, BPF_MAP_TYPE_PERCPU_ARRAY = 6, BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27 };

#if defined(__TARGET_ARCH_x86)
struct pt_regs { unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs,
	flags, sp, ss; } KERNEL;
#define CALL_ARGUMENT_1(r) ((r)->di)
#define CALL_ARGUMENT_2(r) ((r)->si)
#define CALL_ARGUMENT_3(r) ((r)->dx)
#define RESULT(r) ((r)->ax)
enum { READ = 0, WRITE = 1, READV = 19, WRITEV = 20, SENDTO = 44, RECVFROM = 45, SENDMSG = 46, RECVMSG = 47 };
#else
#error "the numbers of this processor's system calls are not known here"
#endif

/* The registers have the names that the kernel gives them. */
#define __VMLINUX_H__
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "capture/data_event.h"

#define SOCKET_MODE 0xc000           /* S_IFSOCK */
#define MODE 0xf000                  /* S_IFMT */
#define INET 2
#define INET6 10
#define TCP 6
#define UDP 17
#define MOST_PARTS 8                 /* of a readv or writev */
#define MOST_CHUNKS 4                /* events of one part: 64 KiB */

struct in6_addr { __u8 bytes[16]; };
struct sock_common {
	__be32 skc_daddr, skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	struct in6_addr skc_v6_daddr, skc_v6_rcv_saddr;
} KERNEL;
struct sock { struct sock_common __sk_common; __u16 sk_protocol; } KERNEL;
struct socket { struct sock *sk; } KERNEL;
struct inode { unsigned short i_mode; } KERNEL;
struct file { struct inode *f_inode; void *private_data; } KERNEL;
struct fdtable { unsigned int max_fds; struct file **fd; } KERNEL;
struct files_struct { struct fdtable *fdt; } KERNEL;
struct task_struct { struct files_struct *files; } KERNEL;

enum kind { BUFFER, PARTS, MESSAGE };
struct call { __u64 where, parts; int descriptor; __u8 kind, is_outbound; };
struct tls_call { __u64 session, buffer, done; int descriptor; __u32 is_other; };

struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 16 << 20); } data_events SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct data_event);
} data_room SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);          /* process and thread */
	__type(value, struct call);
} calls SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct tls_call);
} tls_calls SEC(".maps");
struct tls_key { __u64 session; __u32 process, zero; };
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct tls_key);
	__type(value, int);          /* the descriptor that it last used */
} tls_sockets SEC(".maps");

const volatile unsigned int wanted_process, own_process;     /* wanted: 0: any */
const volatile char wanted_name[DATA_NAME];  /* empty: any */
const volatile unsigned short wanted_port;   /* 0: any */
unsigned long long data_lost;

static __always_inline bool is_wanted(void)
{
	__u32 process = (__u32)(bpf_get_current_pid_tgid() >> 32);
	char name[DATA_NAME];
	if (process == own_process || (wanted_process && process != wanted_process))
		return false;
	if (!wanted_name[0])
		return true;
	bpf_get_current_comm(name, sizeof name);
	for (int i = 0; i < DATA_NAME; i++) {
		if (name[i] != wanted_name[i])
			return false;
		if (!name[i])
			return true;
	}
	return true;
}

/* Fills in the ends of the socket. False when the descriptor is none of TCP or UDP, or not of the wanted port. */
static __always_inline bool fill_socket(struct data_event *event, int descriptor)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = 0;
	if (descriptor < 0 || (unsigned)descriptor >= BPF_CORE_READ(table, max_fds))
		return false;
	if (bpf_probe_read_kernel(&file, sizeof file, files + descriptor) != 0 || !file)
		return false;
	if ((BPF_CORE_READ(file, f_inode, i_mode) & MODE) != SOCKET_MODE)
		return false;
	struct socket *socket = BPF_CORE_READ(file, private_data);
	struct sock *sk = BPF_CORE_READ(socket, sk);
	unsigned short family = BPF_CORE_READ(sk, __sk_common.skc_family);
	__be16 remote = BPF_CORE_READ(sk, __sk_common.skc_dport);
	event->protocol = (__u8)BPF_CORE_READ(sk, sk_protocol);
	if ((family != INET && family != INET6) || (event->protocol != TCP && event->protocol != UDP))
		return false;
	event->is_ipv6 = family == INET6;
	event->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	event->remote_port = __builtin_bswap16(remote);
	if (wanted_port && event->local_port != wanted_port && event->remote_port != wanted_port)
		return false;
	__builtin_memset(event->local, 0, 16);
	__builtin_memset(event->remote, 0, 16);
	if (family == INET6) {
		BPF_CORE_READ_INTO((struct in6_addr *)event->local, sk, __sk_common.skc_v6_rcv_saddr);
		BPF_CORE_READ_INTO((struct in6_addr *)event->remote, sk, __sk_common.skc_v6_daddr);
	} else {
		BPF_CORE_READ_INTO((__be32 *)event->local, sk, __sk_common.skc_rcv_saddr);
		BPF_CORE_READ_INTO((__be32 *)event->remote, sk, __sk_common.skc_daddr);
	}
	return true;
}

static __always_inline struct data_event *begin(int descriptor, bool is_outbound, bool is_clear)
{
	__u32 zero = 0;
	struct data_event *event = bpf_map_lookup_elem(&data_room, &zero);
	if (!event || !fill_socket(event, descriptor))
		return 0;
	__u64 id = bpf_get_current_pid_tgid();
	event->time = bpf_ktime_get_ns();
	event->process = (__u32)(id >> 32);
	event->thread = (__u32)id;
	event->descriptor = descriptor;
	event->is_outbound = is_outbound;
	event->is_clear_text = is_clear;
	bpf_get_current_comm(event->name, sizeof event->name);
	return event;
}

/* `length` bytes at `where` of the program, in as many events as it takes. */
static __always_inline void tell(struct data_event *event, __u64 where, __u64 length)
{
	for (int i = 0; i < MOST_CHUNKS; i++) {
		bool last = i == MOST_CHUNKS - 1;
		__u64 captured = length < DATA_BYTES ? length : DATA_BYTES;
		if (!length)
			return;
		/* What does not fit into the last one is cut: the length says so. */
		event->length = (__u32)(last ? length : captured);
		asm volatile("%0 &= %1" : "+r"(captured) : "i"(DATA_BYTES));
		if (bpf_probe_read_user(event->bytes, captured, (const void *)where) != 0)
			captured = 0;
		event->captured = (__u32)captured;
		asm volatile("%0 &= %1" : "+r"(captured) : "i"(DATA_BYTES));
		if (bpf_ringbuf_output(&data_events, event, __builtin_offsetof(struct data_event, bytes) + captured, 0))
			__sync_fetch_and_add(&data_lost, 1);
		if (!captured)
			return;
		where += captured;
		length -= captured;
	}
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_enter, struct pt_regs *regs, long number)
{
	struct call call = { .kind = BUFFER };
	if (number != READ && number != WRITE && (number < READV || number > WRITEV) &&
	    (number < SENDTO || number > RECVMSG))
		return 0;
	if (!is_wanted())
		return 0;
	call.descriptor = (int)CALL_ARGUMENT_1(regs);
	call.where = CALL_ARGUMENT_2(regs);
	call.parts = CALL_ARGUMENT_3(regs);
	call.is_outbound = number == WRITE || number == WRITEV || number == SENDTO || number == SENDMSG;
	if (number == READV || number == WRITEV)
		call.kind = PARTS;
	else if (number == SENDMSG || number == RECVMSG)
		call.kind = MESSAGE;
	__u64 id = bpf_get_current_pid_tgid();
	struct tls_call *tls = bpf_map_lookup_elem(&tls_calls, &id);
	if (tls)
		tls->descriptor = call.descriptor;   /* its bytes are encrypted, and told by the library's call */
	else
		bpf_map_update_elem(&calls, &id, &call, 0);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_exit, struct pt_regs *regs, long result)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct call *found = bpf_map_lookup_elem(&calls, &id);
	if (!found)
		return 0;
	struct call call = *found;
	bpf_map_delete_elem(&calls, &id);
	struct data_event *event = result > 0 ? begin(call.descriptor, call.is_outbound, false) : 0;
	if (!event)
		return 0;
	__u64 left = (__u64)result;
	if (call.kind == BUFFER) {
		tell(event, call.where, left);
		return 0;
	}
	if (call.kind == MESSAGE) {
		/* struct msghdr: the parts and their count stand behind the name and its length. */
		__u64 message[2] = { 0 };
		bpf_probe_read_user(message, sizeof message, (const void *)(call.where + 16));
		call.where = message[0];
		call.parts = message[1];
	}
	for (int i = 0; i < MOST_PARTS && i < call.parts && left; i++) {
		__u64 part[2] = { 0 };
		bpf_probe_read_user(part, sizeof part, (const void *)(call.where + 16 * i));
		__u64 length = part[1] < left ? part[1] : left;
		tell(event, part[0], length);
		left -= length;
	}
	return 0;
}

/* ---- TLS libraries ---- */

static __always_inline int enter_tls(struct pt_regs *regs, bool extended)
{
	struct tls_call call = { .descriptor = -1 };
	__u64 id = bpf_get_current_pid_tgid();
	if (!is_wanted())
		return 0;
	call.session = PT_REGS_PARM1(regs);
	call.buffer = PT_REGS_PARM2(regs);
	call.done = extended ? PT_REGS_PARM4(regs) : 0;
	bpf_map_update_elem(&tls_calls, &id, &call, 0);
	return 0;
}

static __always_inline int leave_tls(struct pt_regs *regs, bool is_outbound)
{
	__u64 id = bpf_get_current_pid_tgid(), length = 0;
	struct tls_call *found = bpf_map_lookup_elem(&tls_calls, &id);
	if (!found)
		return 0;
	struct tls_call call = *found;
	struct tls_key key = { .session = call.session, .process = (__u32)(id >> 32) };
	int result = (int)PT_REGS_RC(regs);
	bpf_map_delete_elem(&tls_calls, &id);
	if (call.descriptor >= 0) {
		bpf_map_update_elem(&tls_sockets, &key, &call.descriptor, 0);
	} else {
		/* It had the bytes already, from a call before. */
		int *before = bpf_map_lookup_elem(&tls_sockets, &key);
		call.descriptor = before ? *before : -1;
	}
	if (result <= 0)
		return 0;
	length = (__u64)result;
	if (call.done && bpf_probe_read_user(&length, sizeof length, (const void *)call.done) != 0)
		return 0;
	struct data_event *event = begin(call.descriptor, is_outbound, true);
	if (event)
		tell(event, call.buffer, length);
	return 0;
}

SEC("uprobe")
int enter_plain(struct pt_regs *regs)
{
	return enter_tls(regs, false);
}

SEC("uprobe")
int enter_extended(struct pt_regs *regs)
{
	return enter_tls(regs, true);
}

/* Handshakes and closing: what they send is for TLS itself. They may be called from within a write. */
SEC("uprobe")
int enter_other(struct pt_regs *regs)
{
	struct tls_call call = { .descriptor = -1, .is_other = true };
	__u64 id = bpf_get_current_pid_tgid();
	if (!is_wanted())
		return 0;
	call.session = PT_REGS_PARM1(regs);
	if (!bpf_map_lookup_elem(&tls_calls, &id))
		bpf_map_update_elem(&tls_calls, &id, &call, 0);
	return 0;
}

SEC("uretprobe")
int leave_other(struct pt_regs *regs)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct tls_call *call = bpf_map_lookup_elem(&tls_calls, &id);
	if (!call || !call->is_other)
		return 0;
	if (call->descriptor >= 0) {
		struct tls_key key = { .session = call->session, .process = (__u32)(id >> 32) };
		int descriptor = call->descriptor;
		bpf_map_update_elem(&tls_sockets, &key, &descriptor, 0);
	}
	bpf_map_delete_elem(&tls_calls, &id);
	return 0;
}

SEC("uretprobe")
int leave_write(struct pt_regs *regs)
{
	return leave_tls(regs, true);
}

SEC("uretprobe")
int leave_read(struct pt_regs *regs)
{
	return leave_tls(regs, false);
}

char licence[] SEC("license") = "Dual BSD/GPL";

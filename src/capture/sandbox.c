#include "capture/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sockios.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* ---- Landlock: numbers of <linux/landlock.h>, which older systems have only in part ---- */

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif

struct ruleset { uint64_t files, network, scopes; };
struct beneath { uint64_t allowed; int32_t parent; } __attribute__((packed));

enum { FILE_WRITE = 1 << 1, DIRECTORY_DELETE = 1 << 5, FILE_MAKE = 1 << 8, FILE_TRUNCATE = 1 << 14 };

/* All file rights of each version of the interface. */
static uint64_t file_rights(long version)
{
	unsigned bits = version >= 5 ? 16 : version >= 3 ? 15 : version == 2 ? 14 : 13;
	return ((uint64_t)1 << bits) - 1;
}

/* Nothing may be opened but, with a directory (else -1), files made and deleted in it. */
static bool close_file_system(int directory)
{
	long version = syscall(__NR_landlock_create_ruleset, NULL, 0, 1);
	if (version <= 0)
		return false;
	struct ruleset all = { .files = file_rights(version), .network = version >= 4 ? 3 : 0,
		.scopes = version >= 6 ? 3 : 0 };
	size_t size = version >= 6 ? sizeof all : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
	int rules = (int)syscall(__NR_landlock_create_ruleset, &all, size, 0);
	if (rules < 0)
		return false;
	struct beneath own = { .allowed = all.files & (FILE_WRITE | DIRECTORY_DELETE | FILE_MAKE | FILE_TRUNCATE),
		.parent = directory };
	bool good = directory < 0 || syscall(__NR_landlock_add_rule, rules, 1, &own, 0) == 0;
	good = good && syscall(__NR_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return good;
}

/* ---- seccomp ---- */

#ifdef ARCHITECTURE

#define MOST_CODES 256

struct codes {
	struct sock_filter code[MOST_CODES];
	unsigned short count;
};

static void put(struct codes *to, uint16_t code, uint8_t if_true, uint8_t if_false, uint32_t k)
{
	if (to->count < MOST_CODES)
		to->code[to->count++] = (struct sock_filter){ code, if_true, if_false, k };
}

static void load(struct codes *to, size_t offset)
{
	put(to, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

#define NUMBER offsetof(struct seccomp_data, nr)
#define ARGUMENT(index) (offsetof(struct seccomp_data, args) + 8 * (index))      /* its low half */

static void give(struct codes *to, uint32_t verdict)
{
	put(to, BPF_RET | BPF_K, 0, 0, verdict);
}

static void begin(struct codes *to)
{
	load(to, offsetof(struct seccomp_data, arch));
	put(to, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARCHITECTURE);
	give(to, SECCOMP_RET_KILL_PROCESS);
	load(to, NUMBER);
}

static void allow(struct codes *to, long number)
{
	put(to, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (uint32_t)number);
	give(to, SECCOMP_RET_ALLOW);
}

/* The rest of the rules goes on with the number of the call. */
static void allow_if_argument(struct codes *to, long number, unsigned argument, uint32_t value)
{
	put(to, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (uint32_t)number);
	load(to, ARGUMENT(argument));
	put(to, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
	give(to, SECCOMP_RET_ALLOW);
	load(to, NUMBER);
}

/* Memory that programs could be put into is not to be had. */
static void allow_unless_executable(struct codes *to, long number)
{
	put(to, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (uint32_t)number);
	load(to, ARGUMENT(2));
	put(to, BPF_JMP | BPF_JSET | BPF_K, 1, 0, PROT_EXEC);
	give(to, SECCOMP_RET_ALLOW);
	load(to, NUMBER);
}

static void refuse_argument(struct codes *to, long number, uint32_t descriptor)
{
	put(to, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (uint32_t)number);
	load(to, ARGUMENT(0));
	put(to, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, descriptor);
	give(to, SECCOMP_RET_ERRNO | EPERM);
	load(to, NUMBER);
}

/* Refused calls fail instead of ending the process, so that what was captured is still written. */
static bool install(struct codes *codes)
{
	give(codes, SECCOMP_RET_ERRNO | EPERM);
	const struct sock_fprog program = { .len = codes->count, .filter = codes->code };
	return codes->count < MOST_CODES && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

/* What both kinds of process need to live and to end. */
static const long calls_to_live[] = {
	__NR_read, __NR_write, __NR_close, __NR_exit, __NR_exit_group, __NR_rt_sigreturn, __NR_rt_sigprocmask,
	__NR_rt_sigaction, __NR_munmap, __NR_brk, __NR_madvise, __NR_futex, __NR_clock_gettime, __NR_getpid,
	__NR_gettid, __NR_tgkill, __NR_recvmsg, __NR_sigaltstack,
#ifdef __NR_time
	__NR_time,
#endif
};

static const long calls_to_capture[] = {
	__NR_writev, __NR_lseek, __NR_ftruncate, __NR_fsync, __NR_fdatasync, __NR_fstat, __NR_getsockopt, __NR_ppoll,
	__NR_mremap, __NR_restart_syscall, __NR_clock_nanosleep, __NR_nanosleep, __NR_wait4, __NR_epoll_pwait,
	__NR_getrandom, __NR_getrusage, __NR_sched_yield, __NR_gettimeofday,
#ifdef __NR_poll
	__NR_poll,
#endif
#ifdef __NR_epoll_wait
	__NR_epoll_wait,
#endif
};

static void allow_all(struct codes *to, const long *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		allow(to, numbers[i]);
}

static bool limit_calls(int channel, const int *deaf, size_t deaf_count)
{
	struct codes codes = { .count = 0 };
	begin(&codes);
	for (size_t i = 0; i < deaf_count; i++) {
		refuse_argument(&codes, __NR_write, (uint32_t)deaf[i]);
		refuse_argument(&codes, __NR_writev, (uint32_t)deaf[i]);
	}
	allow_all(&codes, calls_to_live, sizeof calls_to_live / sizeof *calls_to_live);
	allow_all(&codes, calls_to_capture, sizeof calls_to_capture / sizeof *calls_to_capture);
	allow_unless_executable(&codes, __NR_mmap);
	allow_unless_executable(&codes, __NR_mprotect);
	if (channel >= 0)
		allow_if_argument(&codes, __NR_sendmsg, 0, (uint32_t)channel);
	allow_if_argument(&codes, __NR_ioctl, 1, SIOCGIFFLAGS);
	allow_if_argument(&codes, __NR_ioctl, 1, SIOCGIFNAME);
	allow_if_argument(&codes, __NR_ioctl, 1, TIOCGWINSZ);
	allow_if_argument(&codes, __NR_ioctl, 1, 0x5401);    /* TCGETS: is it a terminal? */
	return install(&codes);
}

static bool limit_opener(int channel)
{
	static const long calls[] = { __NR_openat, __NR_unlinkat, __NR_fchown, __NR_fstat, __NR_recvfrom, __NR_newfstatat };
	struct codes codes = { .count = 0 };
	begin(&codes);
	allow_all(&codes, calls_to_live, sizeof calls_to_live / sizeof *calls_to_live);
	allow_all(&codes, calls, sizeof calls / sizeof *calls);
	allow_unless_executable(&codes, __NR_mmap);
	allow_if_argument(&codes, __NR_sendmsg, 0, (uint32_t)channel);
	return install(&codes);
}

#else

static bool limit_calls(int channel, const int *deaf, size_t deaf_count)
{
	(void)channel;
	(void)deaf;
	(void)deaf_count;
	return false;                /* the numbers of this processor's system calls are not known here */
}

static bool limit_opener(int channel)
{
	(void)channel;
	return false;
}

#endif

struct sandbox sandbox_enter(int channel, const int *deaf, size_t deaf_count)
{
	struct sandbox sandbox;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	sandbox.landlock = close_file_system(-1);
	sandbox.seccomp = limit_calls(channel, deaf, deaf_count);
	return sandbox;
}

/* Root without rights could not write into the directory of the user who called sudo. */
static void keep_file_rights(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	uint32_t wanted = 1u << CAP_CHOWN | 1u << CAP_DAC_OVERRIDE | 1u << CAP_FOWNER;
	if (syscall(SYS_capget, &header, data) != 0)
		return;
	data[0].effective &= wanted;
	data[0].permitted &= wanted;
	data[0].inheritable = data[1].effective = data[1].permitted = data[1].inheritable = 0;
	(void)syscall(SYS_capset, &header, data);
}

static void close_others(int one, int other)
{
	int low = one < other ? one : other, high = one < other ? other : one;
	/* Standard input and output, too: who waits for their end must not wait for this process. */
	for (int descriptor = 0; descriptor < low; descriptor++)
		close(descriptor);
	if (low + 1 < high)
		(void)syscall(SYS_close_range, (unsigned)low + 1, (unsigned)high - 1, 0);
	(void)syscall(SYS_close_range, (unsigned)high + 1, ~0u, 0);
}

void sandbox_opener(int directory, int channel)
{
	close_others(directory, channel);
	keep_file_rights();
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)close_file_system(directory);
	(void)limit_opener(channel);
}

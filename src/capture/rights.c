#include "capture/rights.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534

static const struct { unsigned number; const char *name; } known[RIGHTS] = {
	[RIGHT_NET_RAW] = { 13, "cap_net_raw" },
	[RIGHT_NET_ADMIN] = { 12, "cap_net_admin" },
	[RIGHT_SYS_ADMIN] = { 21, "cap_sys_admin" },
	[RIGHT_BPF] = { 39, "cap_bpf" },
	[RIGHT_PERFMON] = { 38, "cap_perfmon" },
};

bool rights_have(enum right right)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	unsigned number = known[right].number;
	return syscall(SYS_capget, &header, data) == 0 && (data[number / 32].effective >> number % 32 & 1);
}

bool rights_need(const char *what, const enum right *rights, struct error *error)
{
	char list[128] = "", program[121] = "culprit";
	bool complete = true;
	for (size_t i = 0; rights[i] != RIGHTS; i++) {
		size_t used = strlen(list);
		snprintf(list + used, sizeof list - used, "%s%s", used ? "," : "", known[rights[i]].name);
		complete &= rights_have(rights[i]);
	}
	if (complete)
		return true;
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	if (length > 0)
		program[length] = '\0';
	error_set(error, ERROR_OPEN, "", "%s needs %s, which this process does not have", what, list);
	if (error)
		snprintf(error->remedy, sizeof error->remedy, "run it with sudo, or once: sudo setcap %.90s+ep %.120s",
			 list, program);
	return false;
}

static bool leave_root(void)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");
	uid_t user = uid && gid ? (uid_t)strtoul(uid, NULL, 10) : NOBODY;
	gid_t group = uid && gid ? (gid_t)strtoul(gid, NULL, 10) : NOBODY;
	if (user == 0)
		user = group = NOBODY;
	/* Without CAP_SETUID a root without rights stays what it is. */
	if (setgroups(0, NULL) != 0 && errno != EPERM)
		return false;
	return (setresgid(group, group, group) == 0 && setresuid(user, user, user) == 0) || errno == EPERM ||
	       errno == EINVAL;      /* EINVAL: a user namespace that has no such users */
}

bool rights_drop(struct error *error)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 } };
	for (unsigned long number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
		(void)prctl(PR_CAPBSET_DROP, number, 0, 0, 0);       /* needs CAP_SETPCAP; the rest does not */
	bool left = geteuid() != 0 || leave_root();
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (left && syscall(SYS_capset, &header, none) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		return true;
	return error_set(error, ERROR_OPEN, "", "the rights cannot be given away: %s", strerror(errno));
}

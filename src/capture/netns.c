#include "capture/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWN "/proc/thread-self/ns/net"

bool netns_enter(struct netns *netns, const char *name, struct error *error)
{
	char path[256];
	netns->before = -1;
	if (!name)
		return true;
	if (strchr(name, '/') || snprintf(path, sizeof path, "/run/netns/%s", name) >= (int)sizeof path)
		return error_set(error, ERROR_USAGE, "see them with: ip netns list",
				 "\"%s\" is no name of a network namespace", name);
	int there = open(path, O_RDONLY | O_CLOEXEC);
	if (there < 0)
		return error_set(error, ERROR_OPEN, errno == ENOENT ? "see them with: ip netns list" : "run it as root",
				 "the network namespace \"%s\" cannot be opened: %s", name, strerror(errno));
	netns->before = open(OWN, O_RDONLY | O_CLOEXEC);
	bool entered = netns->before >= 0 && setns(there, CLONE_NEWNET) == 0;
	int reason = errno;
	close(there);
	if (entered)
		return true;
	if (netns->before >= 0)
		close(netns->before);
	netns->before = -1;
	return error_set(error, ERROR_OPEN, "it takes CAP_SYS_ADMIN: run it as root",
			 "the network namespace \"%s\" cannot be entered: %s", name, strerror(reason));
}

void netns_leave(struct netns *netns)
{
	if (netns->before < 0)
		return;
	/* It was ours a moment ago, and nothing that setns asks for has changed since. */
	(void)setns(netns->before, CLONE_NEWNET);
	close(netns->before);
	netns->before = -1;
}

unsigned netns_number(void)
{
	struct stat status;
	return stat(OWN, &status) == 0 ? (unsigned)status.st_ino : 0;
}

#include "capture/veth.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {                     /* RTM_NEWLINK of rtnetlink(7) */
	struct nlmsghdr header;
	struct ifinfomsg link;
	uint8_t attributes[256];     /* 100 are used */
	size_t used;                 /* not sent */
};

static size_t put(struct request *request, const void *bytes, size_t length)
{
	size_t at = request->used;
	memcpy(request->attributes + at, bytes, length);
	request->used = at + NLMSG_ALIGN(length);
	return at;
}

/* An attribute that others go into. */
static size_t begin(struct request *request, unsigned short type)
{
	const struct rtattr head = { .rta_len = sizeof head, .rta_type = type };
	return put(request, &head, sizeof head);
}

static void end(struct request *request, size_t at)
{
	unsigned short length = (unsigned short)(request->used - at);
	memcpy(request->attributes + at + offsetof(struct rtattr, rta_len), &length, sizeof length);
}

static void put_text(struct request *request, unsigned short type, const char *words)
{
	size_t at = begin(request, type);
	put(request, words, strlen(words) + 1);
	end(request, at);
}

static bool ask(struct request *request)
{
	struct { struct nlmsghdr header; struct nlmsgerr error; uint8_t rest[512]; } answer;
	int kernel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (kernel < 0)
		return false;
	bool good = send(kernel, request, request->header.nlmsg_len, 0) >= 0 &&
		    recv(kernel, &answer, sizeof answer, 0) >= (ssize_t)NLMSG_LENGTH(sizeof answer.error);
	if (good && answer.error.error) {
		errno = -answer.error.error;
		good = false;
	}
	int reason = errno;
	close(kernel);
	errno = reason;
	return good;
}

static bool make(const char *one, const char *other)
{
	const struct ifinfomsg peer = { .ifi_family = AF_UNSPEC };
	struct request request = { .header = { .nlmsg_type = RTM_NEWLINK,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK } };
	put_text(&request, IFLA_IFNAME, one);
	size_t info = begin(&request, IFLA_LINKINFO);
	put_text(&request, IFLA_INFO_KIND, "veth");
	size_t data = begin(&request, IFLA_INFO_DATA), pair = begin(&request, VETH_INFO_PEER);
	put(&request, &peer, sizeof peer);
	put_text(&request, IFLA_IFNAME, other);
	end(&request, pair);
	end(&request, data);
	end(&request, info);
	request.header.nlmsg_len = (uint32_t)(offsetof(struct request, attributes) + request.used);
	return ask(&request);
}

static bool bring_up(const char *name)
{
	struct ifreq request = { .ifr_flags = 0 };
	int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (any < 0)
		return false;
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	bool good = ioctl(any, SIOCGIFFLAGS, &request) == 0;
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
	good = good && ioctl(any, SIOCSIFFLAGS, &request) == 0;
	int reason = errno;
	close(any);
	errno = reason;
	return good;
}

bool veth_create(const char *one, const char *other, struct error *error)
{
	return (make(one, other) && bring_up(one) && bring_up(other)) ||
	       error_set(error, ERROR_OPEN, "it takes CAP_NET_ADMIN and a kernel with veth (modprobe veth)",
			 "no pair of virtual interfaces can be made: %s", strerror(errno));
}

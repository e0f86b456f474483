#include "capture/interfaces.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/address.h"
#include "core/memory.h"

static struct culprit_interface *enter(struct interface_list *list, const char *name)
{
	struct culprit_interface *found = (struct culprit_interface *)interfaces_find(list, name);
	if (found)
		return found;
	list->interfaces = memory_grow(list->interfaces, &list->capacity, list->count + 1,
				       sizeof *list->interfaces);
	found = &list->interfaces[list->count++];
	memset(found, 0, sizeof *found);
	snprintf(found->name, sizeof found->name, "%s", name);
	return found;
}

static unsigned prefix_length(const uint8_t *mask, size_t length)
{
	unsigned bits = 0;
	for (size_t i = 0; i < length; i++)
		bits += (unsigned)__builtin_popcount(mask[i]);
	return bits;
}

static void add_address(struct culprit_interface *interface, const struct ifaddrs *from)
{
	bool four = from->ifa_addr->sa_family == AF_INET;
	size_t length = four ? 4 : 16;
	const void *bytes = four ? (const void *)&((const struct sockaddr_in *)(const void *)from->ifa_addr)->sin_addr
		: (const void *)&((const struct sockaddr_in6 *)(const void *)from->ifa_addr)->sin6_addr;
	struct address address = four ? address_ipv4(bytes) : address_ipv6(bytes);
	char text[ADDRESS_TEXT_SIZE];
	unsigned bits = (unsigned)length * 8;
	if (from->ifa_netmask && four)
		bits = prefix_length((const void *)&((const struct sockaddr_in *)(const void *)
				     from->ifa_netmask)->sin_addr, length);
	else if (from->ifa_netmask)
		bits = prefix_length((const void *)&((const struct sockaddr_in6 *)(const void *)
				     from->ifa_netmask)->sin6_addr, length);
	if (interface->address_count == CULPRIT_INTERFACE_ADDRESSES)
		return;
	snprintf(interface->addresses[interface->address_count++], CULPRIT_ADDRESS_SIZE, "%s/%u",
		 address_text(&address, text), bits);
}

static void add_link(struct culprit_interface *interface, const struct sockaddr_ll *link)
{
	interface->hardware_type = link->sll_hatype;
	if (link->sll_halen == 6)
		mac_text(link->sll_addr, interface->mac);
}

/* What only ioctl tells: the MTU, and whether the adapter can say when a packet arrived. */
static void ask_more(int socket, struct culprit_interface *interface)
{
	struct ifreq request = { .ifr_name = "" };
	struct ethtool_ts_info stamps = { .cmd = ETHTOOL_GET_TS_INFO };
	memcpy(request.ifr_name, interface->name, sizeof request.ifr_name);
	if (ioctl(socket, SIOCGIFMTU, &request) == 0)
		interface->mtu = (uint32_t)request.ifr_mtu;
	request.ifr_data = (char *)&stamps;
	if (ioctl(socket, SIOCETHTOOL, &request) == 0)
		interface->hardware_time = (stamps.so_timestamping & SOF_TIMESTAMPING_RAW_HARDWARE) &&
					   (stamps.rx_filters & 1u << HWTSTAMP_FILTER_ALL);
}

bool interfaces_read(struct interface_list *list, struct error *error)
{
	struct ifaddrs *first;
	*list = (struct interface_list){ .interfaces = NULL };
	if (getifaddrs(&first) != 0)
		return error_set(error, ERROR_READ, "", "the interfaces cannot be listed: %s", strerror(errno));
	for (const struct ifaddrs *at = first; at; at = at->ifa_next) {
		struct culprit_interface *interface = enter(list, at->ifa_name);
		interface->index = if_nametoindex(at->ifa_name);
		interface->up = (at->ifa_flags & IFF_UP) != 0;
		interface->running = (at->ifa_flags & IFF_RUNNING) != 0;
		interface->loopback = (at->ifa_flags & IFF_LOOPBACK) != 0;
		if (at->ifa_addr && (at->ifa_addr->sa_family == AF_INET || at->ifa_addr->sa_family == AF_INET6))
			add_address(interface, at);
		else if (at->ifa_addr && at->ifa_addr->sa_family == AF_PACKET)
			add_link(interface, (const struct sockaddr_ll *)(const void *)at->ifa_addr);
	}
	freeifaddrs(first);
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (size_t i = 0; descriptor >= 0 && i < list->count; i++)
		ask_more(descriptor, &list->interfaces[i]);
	if (descriptor >= 0)
		close(descriptor);
	return true;
}

void interfaces_finish(struct interface_list *list)
{
	free(list->interfaces);
	*list = (struct interface_list){ .interfaces = NULL };
}

const struct culprit_interface *interfaces_find(const struct interface_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->interfaces[i].name, name) == 0)
			return &list->interfaces[i];
	return NULL;
}

const struct culprit_interface *interfaces_by_index(const struct interface_list *list, uint32_t index)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->interfaces[i].index == index)
			return &list->interfaces[i];
	return NULL;
}

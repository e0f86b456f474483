/* Packets of one interface, or of all, through an AF_PACKET socket with a ring of TPACKET_V3 blocks that the kernel
 * and this process share (Documentation/networking/packet_mmap.rst of Linux). */
#ifndef CAPTURE_RING_H
#define CAPTURE_RING_H

#include "capture/bpf.h"
#include "capture/feed.h"
#include "capture/interfaces.h"

struct ring_options {
	const struct culprit_interface *interface;   /* NULL: all interfaces of the namespace */
	const struct interface_list *known;          /* for the names, when it is all of them */
	const struct bpf_program *filter;            /* for the kernel; NULL: all packets */
	const char *filter_words;                    /* for the file; NULL: none */
	uint32_t snap_length;                        /* as the file shall say; 0: no limit */
	size_t buffer;                               /* bytes */
	bool promiscuous, hardware_time;
};

/* Opens it and adds its interfaces to `report`, which must outlive it. Needs CAP_NET_RAW. NULL with `error`. */
struct feed *ring_open(const struct ring_options *options, struct source_report *report, struct error *error);

/* The LINKTYPE_ of an ARPHRD_ type: Ethernet, or IP without a header of the link. */
uint32_t ring_link_type(uint16_t hardware_type);

#endif

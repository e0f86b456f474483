/* What the program in the kernel tells about a packet that the kernel dropped. Shared by both sides. */
#ifndef CAPTURE_DROP_EVENT_H
#define CAPTURE_DROP_EVENT_H

#define DROP_REASONS 256             /* of the core; those of other subsystems have larger numbers */
#define DROP_BYTES 4095              /* of a packet: a power of two less one, as which the kernel checks it */

struct drop_event {
	unsigned long long time;     /* of the monotonic clock, ns */
	unsigned long long place;    /* address of the code that dropped it */
	unsigned int reason;
	unsigned int length, captured;
	int interface;               /* index; 0: not known */
	unsigned short protocol;     /* EtherType */
	unsigned char is_ethernet;   /* the bytes begin with its header; else with that of IP */
	unsigned char bytes[DROP_BYTES + 1];
};

#endif

/* What the program in the kernel tells about the bytes that a program sent or received. Shared by both sides. */
#ifndef CAPTURE_DATA_EVENT_H
#define CAPTURE_DATA_EVENT_H

#define DATA_BYTES 16383             /* of one event: a power of two less one, as which the kernel checks it */
#define DATA_NAME 16                 /* of a program, as the kernel keeps it */

struct data_event {
	unsigned long long time;     /* of the monotonic clock, ns */
	unsigned int process, thread;
	char name[DATA_NAME];
	unsigned int length, captured;       /* of the call; of `bytes` */
	unsigned char local[16], remote[16]; /* as the socket has them; IPv4 in the first four */
	unsigned short local_port, remote_port;
	unsigned char is_ipv6, protocol;     /* protocol of IP */
	unsigned char is_outbound, is_clear_text;
	int descriptor;
	unsigned char bytes[DATA_BYTES + 1];
};

#endif

/* What is left to a process that reads packets: its open files and sockets, memory, the clock. Landlock (Linux 5.13)
 * closes the file system and the network, seccomp the other system calls. Both are for good. */
#ifndef CAPTURE_SANDBOX_H
#define CAPTURE_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

struct sandbox {
	bool landlock, seccomp;      /* which of them this kernel has */
};

/* For the process that captures. `channel` (-1: none) is where it may send messages to; the `deaf` descriptors,
 * packet sockets, must not be written to. Call it after rights_drop. */
struct sandbox sandbox_enter(int channel, const int *deaf, size_t deaf_count);

/* For the process that opens files in `directory` and hears `channel`: no other file, nothing of the network, no
 * rights but those over files. Closes all other descriptors. */
void sandbox_opener(int directory, int channel);

#endif

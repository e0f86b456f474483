/* The protocol hierarchy: how many packets had these layers in this order, as `tshark -z io,phs`. */
#ifndef REPORT_STATISTICS_TREE_H
#define REPORT_STATISTICS_TREE_H

#include "session/session.h"

#define PROTOCOL_TREE_NODES 4096 /* different paths; what is deeper counts for the last node that fits */

struct protocol_node {
	const char *name;            /* of its decoder, constant */
	uint32_t child, next;        /* indices, 0: none; node 0 is the root */
	uint64_t packets, bytes;
	uint64_t seen;               /* number of the packet counted last: each counts once in a node */
};

struct protocol_tree { struct protocol_node *nodes; size_t count, capacity; };       /* zeroed is empty */

void protocol_tree_finish(struct protocol_tree *tree);
/* Counts a packet in the nodes of all of its layers and of the messages that it completed. */
void protocol_tree_count(struct protocol_tree *tree, const struct observation *observation);
/* Parents before children, children by packets. `path` is "eth/ip/tcp". */
void protocol_tree_each(const struct protocol_tree *tree,
			void (*visit)(void *user, const char *path, unsigned depth, uint64_t packets,
				      uint64_t bytes), void *user);

#endif

#include "report/statistics_tree.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "core/text.h"
#include "decode/decoder.h"

void protocol_tree_finish(struct protocol_tree *tree)
{
	free(tree->nodes);
	memset(tree, 0, sizeof *tree);
}

/* The child of that name, made when it is new. Itself when there is no room left. */
static uint32_t child_of(struct protocol_tree *tree, uint32_t parent, const char *name)
{
	uint32_t last = 0;
	for (uint32_t at = tree->nodes[parent].child; at; at = tree->nodes[at].next) {
		if (tree->nodes[at].name == name || strcmp(tree->nodes[at].name, name) == 0)
			return at;
		last = at;
	}
	if (tree->count == PROTOCOL_TREE_NODES)
		return parent;
	tree->nodes = memory_grow(tree->nodes, &tree->capacity, tree->count + 1, sizeof *tree->nodes);
	const uint32_t made = (uint32_t)tree->count++;
	tree->nodes[made] = (struct protocol_node){ .name = name };
	if (last)
		tree->nodes[last].next = made;
	else
		tree->nodes[parent].child = made;
	return made;
}

static uint32_t count_layer(struct protocol_tree *tree, uint32_t parent, const char *name,
			    const struct record *record)
{
	const uint32_t at = child_of(tree, parent, name);
	struct protocol_node *node = &tree->nodes[at];
	if (at && node->seen != record->number) {
		node->seen = record->number;
		node->packets++;
		node->bytes += record->original_length;
	}
	return at;
}

void protocol_tree_count(struct protocol_tree *tree, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	uint32_t at = 0, transport = 0;
	if (!tree->count) {
		tree->nodes = memory_grow(tree->nodes, &tree->capacity, 1, sizeof *tree->nodes);
		tree->nodes[tree->count++] = (struct protocol_node){ .name = "" };
	}
	for (unsigned i = 0; i < packet->layer_count; i++) {
		at = count_layer(tree, at, packet->layers[i].decoder->name, packet->record);
		if (packet->layers[i].facts && (packet->layers[i].facts == packet->tcp ||
						packet->layers[i].facts == packet->udp))
			transport = at;
	}
	/* Messages of a stream stand below the transport, whether they are layers of the packet or not. */
	for (unsigned i = 0; transport && i < observation->message_count; i++)
		count_layer(tree, transport, observation->messages[i].decoder->name, packet->record);
}

static void visit_children(const struct protocol_tree *tree, uint32_t parent, struct text *path, unsigned depth,
			   void (*visit)(void *, const char *, unsigned, uint64_t, uint64_t), void *user)
{
	uint64_t bound = UINT64_MAX;
	uint32_t after = 0;          /* of those with `bound` packets, the last one shown */
	const size_t length = path->length;
	/* Picks the largest one not shown yet, again and again: there are few children. */
	for (;;) {
		uint32_t best = 0;
		for (uint32_t at = tree->nodes[parent].child; at; at = tree->nodes[at].next) {
			const uint64_t packets = tree->nodes[at].packets;
			bool waits = packets < bound || (packets == bound && at > after);
			if (waits && (!best || packets > tree->nodes[best].packets))
				best = at;
		}
		if (!best)
			return;
		bound = tree->nodes[best].packets;
		after = best;
		text_addf(path, "%s%s", length ? "/" : "", tree->nodes[best].name);
		visit(user, path->bytes, depth, tree->nodes[best].packets, tree->nodes[best].bytes);
		visit_children(tree, best, path, depth + 1, visit, user);
		path->length = length;
		path->bytes[length] = '\0';
	}
}

void protocol_tree_each(const struct protocol_tree *tree,
			void (*visit)(void *user, const char *path, unsigned depth, uint64_t packets,
				      uint64_t bytes), void *user)
{
	struct text path = { 0 };
	if (!tree->count)
		return;
	text_add(&path, "");
	visit_children(tree, 0, &path, 0, visit, user);
	text_finish(&path);
}

/* What a filter speaks of, where that saves work. */
#include <string.h>

#include "filter/program.h"

/* Fields that the first headers tell, none of them by a checksum. */
static const struct { const char *name; bool both_ways; } ends[] = {
	{ "ip", true }, { "ipv6", true }, { "tcp", true }, { "udp", true },
	{ "ip.addr", true }, { "ipv6.addr", true }, { "tcp.port", true }, { "udp.port", true },
	{ "ip.src", false }, { "ip.dst", false }, { "ipv6.src", false }, { "ipv6.dst", false },
	{ "tcp.srcport", false }, { "tcp.dstport", false }, { "udp.srcport", false }, { "udp.dstport", false },
};

static bool is_about_ends(const struct test *test, bool both_ways)
{
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (strcmp(test->left.term->name, ends[i].name) == 0)
			return test->get && (ends[i].both_ways || !both_ways);
	return false;
}

static bool all_about_ends(const struct filter *filter, bool both_ways)
{
	for (unsigned i = 0; i < filter->test_count; i++)
		if (!is_about_ends(&filter->tests[i], both_ways))
			return false;
	return true;
}

bool filter_is_about_ends(const struct filter *filter)
{
	return all_about_ends(filter, false);
}

/* Does the part of the expression hold for TCP only? A comparison does not hold without its field. */
static bool demands_tcp(const struct filter *filter, unsigned index)
{
	const struct node *node = &filter->nodes[index];
	switch (node->kind) {
	case NODE_TEST:
		return strncmp(filter->tests[node->left].left.term->name, "tcp", 3) == 0;
	case NODE_AND:
		return demands_tcp(filter, node->left) || demands_tcp(filter, node->right);
	case NODE_OR:
		return demands_tcp(filter, node->left) && demands_tcp(filter, node->right);
	case NODE_XOR:
	case NODE_NOT:
		break;
	}
	return false;
}

bool filter_selects_connections(const struct filter *filter)
{
	return all_about_ends(filter, true) && demands_tcp(filter, filter->root);
}

#include "report/tree.h"

#include "core/memory.h"

#define CHAIN_LIMIT 16           /* causes of causes; the cause graph has fewer levels */

struct finding_tree *finding_trees(const struct diagnosis *diagnosis)
{
	const size_t count = diagnosis->finding_count;
	struct finding_tree *trees = memory_zeroed(count, sizeof *trees);
	for (size_t i = 0; i < count; i++)
		trees[i] = (struct finding_tree){ i, FINDING_TREE_NONE, FINDING_TREE_NONE,
			FINDING_TREE_NONE, false };
	for (size_t i = 0; i < count; i++) {
		const struct culprit_finding *finding = &diagnosis->findings[i];
		size_t root = i;
		for (size_t depth = 0; diagnosis->findings[root].caused_by && depth < CHAIN_LIMIT; depth++)
			root = diagnosis->findings[root].caused_by - 1;
		trees[i].root = root;
		trees[root].shown |= finding->severity >= CULPRIT_WARNING;
		if (root == i || finding->severity < CULPRIT_WARNING)
			continue;
		if (trees[root].last == FINDING_TREE_NONE)
			trees[root].first = i;
		else
			trees[trees[root].last].next = i;
		trees[root].last = i;
	}
	return trees;
}

bool finding_tree_matters(const struct diagnosis *diagnosis, const struct finding_tree *trees, size_t index)
{
	return trees[index].root == index ? trees[index].shown
					  : diagnosis->findings[index].severity >= CULPRIT_WARNING;
}

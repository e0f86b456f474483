#include "report/packet_choice.h"

#define AROUND 10                /* packets before and behind */

bool packet_choice_init(struct packet_choice *choice, const struct culprit_packet_choice *from, struct error *error)
{
	const struct culprit_selection selection = { .packets = from->packets };
	*choice = (struct packet_choice){ .head = from->head };
	if (!selection_init(&choice->selection, &selection, error))
		return false;
	if (from->around && choice->selection.range_count < SELECTION_MAX_RANGES) {
		struct packet_range *range = &choice->selection.ranges[choice->selection.range_count++];
		range->first = from->around > AROUND ? from->around - AROUND : 1;
		range->last = from->around < UINT64_MAX - AROUND ? from->around + AROUND : UINT64_MAX;
	}
	return true;
}

void packet_choice_finish(struct packet_choice *choice)
{
	selection_finish(&choice->selection);
}

static bool in_ranges(const struct selection *selection, uint64_t number)
{
	for (unsigned i = 0; i < selection->range_count; i++)
		if (number >= selection->ranges[i].first && number <= selection->ranges[i].last)
			return true;
	return selection->range_count == 0;
}

bool packet_choice_takes(struct packet_choice *choice, uint64_t number)
{
	if ((choice->head && choice->taken == choice->head) || !in_ranges(&choice->selection, number))
		return false;
	choice->taken++;
	return true;
}

bool packet_choice_is_over(const struct packet_choice *choice, uint64_t number)
{
	return (choice->head && choice->taken == choice->head) || selection_is_over(&choice->selection, number);
}

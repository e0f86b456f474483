#include "convert/losses.h"

static void tell(struct culprit_conversion_result *result, uint64_t count, const char *one,
		 const char *many)
{
	if (count)
		result->losses[result->loss_count++] =
			(struct culprit_loss){ count, count == 1 ? one : many };
}

void losses_tell(const struct writer_report *report, uint64_t emptied,
		 struct culprit_conversion_result *result)
{
	tell(result, report->skipped, "record that is no packet which it can hold",
	     "records that are no packets which it can hold");
	tell(result, report->cut, "packet's end (it was too long)", "packets' ends (they were too long)");
	tell(result, emptied, "packet's bytes (a link layer that cannot be anonymised)",
	     "packets' bytes (a link layer that cannot be anonymised)");
	tell(result, report->without_time, "missing time (it is now that of the packet before)",
	     "missing times (they are now those of the packets before)");
	tell(result, report->times_lost, "time outside of its clock (it is now that of the packet before)",
	     "times outside of its clock (they are now those of the packets before)");
	tell(result, report->times_rounded, "time to its last digit (it is rounded down)",
	     "times to their last digit (they are rounded down)");
	tell(result, report->links_lost, "link layer header", "link layer headers");
	tell(result, report->directions_lost, "direction of a packet", "directions of packets");
	tell(result, report->drops_lost, "count of lost packets", "counts of lost packets");
	tell(result, report->comments_lost, "packet comment", "packet comments");
	tell(result, report->zos_lost, "set of z/OS facts", "sets of z/OS facts");
	tell(result, report->interfaces_lost, "description of an interface", "descriptions of interfaces");
	tell(result, report->names_lost, "host name", "host names");
	tell(result, report->secrets_lost, "set of decryption secrets", "sets of decryption secrets");
}

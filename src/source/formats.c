#include "source/format.h"

#include "source/compression.h"

extern const struct source_format format_ctrace, format_erf, format_hextext, format_ipcs,
	format_iptrace, format_netmon, format_netxray, format_pcap, format_pcapng, format_sniffer, format_snoop;

static const struct source_format *const list[] = {
	&format_ctrace,
	&format_erf,
	&format_hextext,
	&format_ipcs,
	&format_iptrace,
	&format_netmon,
	&format_netxray,
	&format_pcap,
	&format_pcapng,
	&format_sniffer,
	&format_snoop,
};

const char format_cut_remedy[] =
	"the recorder was stopped or the disk was full: take the trace again";
const char format_again_remedy[] = "get the file again, in binary mode";

#define LIST_COUNT (sizeof list / sizeof *list)

static void ask(struct cursor head, bool searches, const struct source_format **best, enum probe *how)
{
	for (size_t i = 0; i < LIST_COUNT && *how < PROBE_CERTAIN; i++) {
		enum probe sure = list[i]->searches == searches ? list[i]->probe(head) : PROBE_NO;
		if (sure > *how) {
			*best = list[i];
			*how = sure;
		}
	}
}

const struct source_format *format_find(struct cursor head, enum probe *how)
{
	const struct source_format *best = NULL;
	*how = PROBE_NO;
	ask(head, false, &best, how);
	ask(head, true, &best, how);
	return best;
}

const struct source_format *const *formats(size_t *count)
{
	*count = LIST_COUNT;
	return list;
}

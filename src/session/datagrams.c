#include "session/datagrams.h"

#include <stdlib.h>

#include "core/memory.h"

enum {
	CANDIDATES = 4,              /* decoders that recognise datagrams */
	TRIES = 24,                  /* datagrams of a session after which nobody is asked any more */
};

struct datagrams {
	const struct decoder *candidates[CANDIDATES];
	unsigned count;
	const struct decoder *known[2];      /* by direction */
	uint64_t memory[2][CANDIDATES][2];
	uint8_t tries;
};

struct datagrams *datagrams_create(const struct session *session)
{
	struct datagrams *datagrams = memory_zeroed(1, sizeof *datagrams);
	for (const struct decoder *const *d = decoders; *d && datagrams->count < CANDIDATES; d++)
		if ((*d)->datagram)
			datagrams->candidates[datagrams->count++] = *d;
	const struct decoder *parent = session->parent.decoder;
	if (parent && parent->announces)
		datagrams->known[0] = datagrams->known[1] = decoder_named(parent->announces);
	return datagrams;
}

void datagrams_destroy(struct datagrams *datagrams)
{
	free(datagrams);
}

/* One datagram can be certain by itself, whatever its neighbours are: RTP and RTCP may share a port (RFC 5761). */
const struct decoder *datagrams_recognise(struct datagrams *datagrams, uint8_t direction, struct cursor bytes)
{
	const struct decoder **known = &datagrams->known[direction], *certain = NULL;
	/* Who was announced and does not say whether it is his is believed. */
	bool still = *known && !(*known)->datagram;
	for (unsigned i = 0; i < datagrams->count; i++) {
		const struct decoder *candidate = datagrams->candidates[i];
		enum certainty certainty = candidate->datagram(datagrams->memory[direction][i], bytes);
		if (certainty == CERTAINTY_CERTAIN && !certain)
			certain = candidate;
		still = still || (candidate == *known && certainty != CERTAINTY_NO);
	}
	if (certain && !*known)
		*known = certain;
	if (!certain && !*known && datagrams->tries < TRIES)
		datagrams->tries++;
	return certain ? certain : still ? *known : NULL;
}

bool datagrams_hopeless(const struct datagrams *datagrams)
{
	return datagrams && datagrams->tries == TRIES && !datagrams->known[0] && !datagrams->known[1];
}

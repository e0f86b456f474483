/* What a decoder can be asked about a message that it has read, for those who only want to see whether it survives. */
#ifndef FUZZ_TELL_ALL_H
#define FUZZ_TELL_ALL_H

#include "decode/decoder.h"

static inline void hear(struct teller *teller, const struct told *told)
{
	(void)teller, (void)told;
}

static inline void hear_end(struct teller *teller)
{
	(void)teller;
}

/* All that is said of a message: its words, its fields, and what it asks, answers or announces. */
static inline void tell_all(const struct packet *packet, const struct decoder *decoder, const void *facts,
			    struct cursor in)
{
	struct teller teller = { hear, hear, hear_end, true };
	struct text words = { 0 };
	struct exchange_mark mark = { 0 };
	struct endpoint ends[DECODER_MAX_ANNOUNCED] = { 0 };
	if (decoder->words)
		decoder->words(&words, facts);
	if (decoder->exchange)
		decoder->exchange(facts, &mark);
	if (decoder->announce)
		decoder->announce(facts, ends);
	if (decoder->tell)
		decoder->tell(&teller, in, packet, facts);
	text_finish(&words);
}

#endif

/* Fuzz target, one for each protocol of applications (-DDECODER="http2"): bytes as a whole conversation with gaps,
 * repeats, cuts and ends (conversation.h), first through the decoder alone, then through the analysis. */
#include <stdlib.h>

#include "conversation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct decoder *decoder = decoder_named(DECODER);
	if (!decoder)
		abort();
	conversation_decode(data, size, size ? data[size - 1] : 0, decoder);
	if (!conversation_analyse(data, size, decoder->stream ? DECODER : NULL))
		abort();
	return 0;
}

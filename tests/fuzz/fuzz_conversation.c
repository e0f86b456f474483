/* Fuzz target, one for each protocol of applications (-DDECODER="http2"): bytes as a whole conversation with gaps,
 * repeats, cuts and ends (conversation.h), through the decoder alone; every sixty-fourth, as its bytes decide, then
 * goes through the analysis, which takes a hundred times as long. With CONVERSATION_ALONE set, none does. */
#include <stdlib.h>

#include "conversation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct decoder *decoder = decoder_named(DECODER);
	if (!decoder)
		abort();
	conversation_decode(data, size, 0, decoder);
	if (size && data[0] & 1)
		conversation_decode(data, size, data[size - 1], decoder);
	uint8_t sum = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + data[i]);
	if (sum % 64 == 0 && !getenv("CONVERSATION_ALONE") &&
	    !conversation_analyse(data, size, decoder->stream ? DECODER : NULL))
		abort();
	return 0;
}

#include "compiler.h"

bool payload_build(struct words *words, struct text *to)
{
	(void)to;
	words_fail(words, "there are no payload builders yet");
	return true;
}

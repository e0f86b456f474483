#include "filter/regex.h"

#include <stdio.h>
#include <stdlib.h>

#include "config.h"
#include "core/memory.h"

#ifdef HAVE_PCRE2
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define MOST_STEPS 100000        /* of one match: what takes longer does not match */
#define MOST_HEAP 1024           /* KiB, likewise */

struct regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *context;
};

bool regex_available(void)
{
	return true;
}

struct regex *regex_compile(const char *pattern, size_t length, char *why, size_t why_size, size_t *at)
{
	int error;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, length, PCRE2_CASELESS | PCRE2_NEVER_UTF, &error, at,
					 NULL);
	if (!code) {
		if (pcre2_get_error_message(error, (PCRE2_UCHAR *)why, why_size) < 0)
			snprintf(why, why_size, "it makes no sense");
		return NULL;
	}
	struct regex *regex = memory_zeroed(1, sizeof *regex);
	regex->code = code;
	regex->data = pcre2_match_data_create_from_pattern(code, NULL);
	regex->context = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(regex->context, MOST_STEPS);
	pcre2_set_heap_limit(regex->context, MOST_HEAP);
	pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);    /* where it fails, matching works all the same */
	return regex;
}

void regex_destroy(struct regex *regex)
{
	if (!regex)
		return;
	pcre2_match_context_free(regex->context);
	pcre2_match_data_free(regex->data);
	pcre2_code_free(regex->code);
	free(regex);
}

bool regex_matches(const struct regex *regex, const uint8_t *bytes, size_t length)
{
	static const uint8_t nothing[1];
	return pcre2_match(regex->code, bytes ? bytes : nothing, length, 0, 0, regex->data, regex->context) >= 0;
}

#else

bool regex_available(void)
{
	return false;
}

struct regex *regex_compile(const char *pattern, size_t length, char *why, size_t why_size, size_t *at)
{
	(void)pattern, (void)length;
	*at = 0;
	snprintf(why, why_size, "this build has no regular expressions");
	return NULL;
}

void regex_destroy(struct regex *regex)
{
	(void)regex;
}

bool regex_matches(const struct regex *regex, const uint8_t *bytes, size_t length)
{
	(void)regex, (void)bytes, (void)length;
	return false;
}

#endif

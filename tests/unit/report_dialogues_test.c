/* Each session finds what it left, however many come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/dialogues.h"

#define SESSIONS 5000

static bool is_new(const struct secrets *secrets)
{
	return secrets->side[0].length == 0 && secrets->side[1].length == 0;
}

static void sessions_come_and_go(void **state)
{
	struct dialogues *dialogues = dialogues_create();
	static bool there[SESSIONS + 1];
	uint32_t random = 1;
	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		random = random * 1664525 + 1013904223;
		uint32_t session = 1 + (random >> 8) % SESSIONS;
		if (random >> 30 == 0) {
			dialogues_forget(dialogues, session);
			there[session] = false;
			continue;
		}
		struct secrets *secrets = dialogues_of(dialogues, session);
		assert_int_equal(is_new(secrets), !there[session]);
		if (there[session])
			assert_memory_equal(secrets->side[0].line, &session, sizeof session);
		there[session] = true;
		secrets->side[0].length = 4;
		memcpy(secrets->side[0].line, &session, sizeof session);
	}
	dialogues_destroy(dialogues);
}

static void nobody_is_no_error(void **state)
{
	struct dialogues *dialogues = dialogues_create();
	(void)state;
	dialogues_forget(dialogues, 7);
	assert_true(is_new(dialogues_of(dialogues, 7)));
	dialogues_forget(dialogues, 7);
	dialogues_forget(dialogues, 7);
	dialogues_destroy(dialogues);
	dialogues_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sessions_come_and_go), cmocka_unit_test(nobody_is_no_error) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Comments that say why a kernel dropped a packet: there and back, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/stack_drop.h"

static void words_go_there_and_back(void **state)
{
	static const struct stack_drop cases[] = {
		{ 11, "NETFILTER_DROP", "nft_do_chain+0x3e8", "eth0" },
		{ 3, "NO_SOCKET", "", "" },
		{ 3, "NO_SOCKET", "", "vb" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text text = { .bytes = NULL };
		struct stack_drop back;
		stack_drop_words(&cases[i], &text);
		assert_true(stack_drop_read(text.bytes, text.length, &back));
		assert_int_equal(back.reason, cases[i].reason);
		assert_string_equal(back.name, cases[i].name);
		assert_string_equal(back.place, cases[i].place);
		assert_string_equal(back.interface, cases[i].interface);
		/* Cut anywhere, they are less or nothing, but never more. */
		for (size_t length = 0; length < text.length; length++)
			if (stack_drop_read(text.bytes, length, &back))
				assert_memory_equal(back.name, cases[i].name, strlen(back.name));
		text_finish(&text);
	}
}

static void other_comments_are_none(void **state)
{
	static const char *const others[] = { "", "linux.drop", "linux.drop=", "linux.drop=3", "linux.drop=3 x=y",
		" linux.drop=3 linux.drop_name=A", "zos.format=4", "linux.drop=3 xlinux.drop_name=A" };
	struct stack_drop drop;
	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		assert_false(stack_drop_read(others[i], strlen(others[i]), &drop));
}

static void what_could_drive_a_terminal_is_a_dot(void **state)
{
	static const char words[] = "linux.drop=3 linux.drop_name=A\033[2J\n linux.drop_place="
		"0123456789012345678901234567890123456789012345678901234567890123456789";
	struct stack_drop drop;
	(void)state;
	assert_true(stack_drop_read(words, sizeof words - 1, &drop));
	assert_string_equal(drop.name, "A.[2J.");
	assert_int_equal(strlen(drop.place), sizeof drop.place - 1);
}

static void reasons_are_explained_or_unknown(void **state)
{
	(void)state;
	assert_int_equal(stack_drop_find("NETFILTER_DROP")->fault, STACK_DROP_CONFIG);
	assert_int_equal(stack_drop_find("OTHERHOST")->fault, STACK_DROP_NOISE);
	assert_int_equal(stack_drop_find("SOMETHING_NEW")->fault, STACK_DROP_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_go_there_and_back),
		cmocka_unit_test(other_comments_are_none),
		cmocka_unit_test(what_could_drive_a_terminal_is_a_dot),
		cmocka_unit_test(reasons_are_explained_or_unknown),
	};
	cmocka_set_message_output(CM_OUTPUT_STDOUT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}

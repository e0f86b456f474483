/* Which bytes of a packet are whose, and how Hex Decode shows them: its columns, colours and masks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/details_map.h"
#include "session/secrets.h"

static const struct field text_field = { "x.text", "Text", FIELD_TEXT }, number_field = { "x.n", "N", FIELD_UINT };

static struct told tell(const struct field *field, const uint8_t *at, size_t length)
{
	return (struct told){ field, { .bytes = at, .length = length }, at, length };
}

static void places_are_inside_of_the_record(void **state)
{
	static const uint8_t bytes[12];
	const struct byte_map map = { .bytes = bytes + 1, .length = 10 };
	size_t offset = 99;
	(void)state;
	assert_true(map_place(&map, bytes + 1, 10, &offset));
	assert_int_equal(offset, 0);
	assert_true(map_place(&map, bytes + 4, 7, &offset));
	assert_int_equal(offset, 3);
	assert_true(map_place(&map, bytes + 11, 0, &offset));
	assert_false(map_place(&map, bytes + 4, 8, &offset));
	assert_false(map_place(&map, bytes, 1, &offset));
	assert_false(map_place(&map, bytes + 2, SIZE_MAX, &offset));
	assert_false(map_place(&map, NULL, 0, &offset));
}

static void secrets_hide_what_they_touch(void **state)
{
	static const char packet[] = "xxUSER me PASS secret END", copy[] = "secret";
	const uint8_t *bytes = (const uint8_t *)packet;
	struct byte_map map = { .bytes = bytes, .length = sizeof packet - 1 };
	struct told secret = tell(&text_field, (const uint8_t *)copy, 6);    /* as messages of streams tell it */
	struct told around = tell(&text_field, bytes + 10, 12), before = tell(&text_field, bytes + 2, 7);
	struct told number = tell(&number_field, bytes + 15, 2), elsewhere = tell(&text_field, (const uint8_t *)"me", 2);
	(void)state;
	assert_false(map_hides(&map, &around));
	map_secret(&map, &secret);
	assert_int_equal(map.secret_count, 1);
	assert_int_equal(map.secrets[0].offset, 15);
	assert_int_equal(map.secrets[0].length, 6);
	assert_true(map_hides(&map, &around));
	assert_false(map_hides(&map, &before));
	assert_false(map_hides(&map, &number));
	assert_false(map_hides(&map, &elsewhere));
	elsewhere.secret = true;
	assert_true(map_hides(&map, &elsewhere));
}

/* However many secrets a packet has, none is shown. */
static void no_secret_is_left_out(void **state)
{
	static uint8_t bytes[4096];
	struct byte_map map = { .bytes = bytes, .length = sizeof bytes };
	const struct culprit_output output = { .format = CULPRIT_TEXT };
	const struct details_how how = { &output, false, 6 };
	struct text text = { 0 };
	(void)state;
	memset(bytes, 'S', sizeof bytes);
	for (size_t i = 0; i < 3 * DETAILS_MAX_SPANS; i++) {
		const struct told secret = tell(&text_field, bytes + 10 + i * 20, 16);
		map_secret(&map, &secret);
	}
	size_t end = 10 + (3 * DETAILS_MAX_SPANS - 1) * 20 + 16;
	hex_decode(&how, CULPRIT_HEX_ASCII, bytes, sizeof bytes, &map, &text);
	size_t shown = 0;
	for (size_t i = 0; i < text.length; i++)
		shown += text.bytes[i] == 'S';
	assert_true(shown <= sizeof bytes - 3 * DETAILS_MAX_SPANS * 16);
	assert_true(shown >= 10 + sizeof bytes - end);
	for (size_t i = 0; i < 3 * DETAILS_MAX_SPANS; i++) {
		const struct told secret = tell(&text_field, bytes + 10 + i * 20, 16);
		assert_true(map_hides(&map, &secret));
	}
	text_finish(&text);
}

static void secrets_of_a_dialogue_are_found(void **state)
{
	static const char packet[] = "PASS hunter2\r\nLIST\r\n";
	struct secrets secrets = { 0 };
	struct byte_map map;
	(void)state;
	byte_map_of(&map, (const uint8_t *)packet, sizeof packet - 1, &secrets, 0);
	assert_int_equal(map.secret_count, 1);
	assert_int_equal(map.secrets[0].offset, 5);
	assert_int_equal(map.secrets[0].length, 7);
	byte_map_of(&map, (const uint8_t *)packet, 0, &secrets, 0);
	assert_int_equal(map.secret_count, 0);
}

struct shown { enum culprit_hex columns; const char *words; };

static void bytes_stand_in_columns(void **state)
{
	static const uint8_t bytes[19] = { 0xc3, 0xe4, 0xd3, 0xd7, 'c', 'u', 'l', 'p', 0x1b, 0, 0xff, ' ', 1, 2, 3, 4, 0xc1,
		'a', 0x7f };
	static const struct shown cases[] = {
		{ CULPRIT_HEX_BOTH, "000000  C3E4D3D7 63756C70 1B00FF20 01020304 CULP\u00c4\u00cd%\u00f8........ ....culp... ....\n"
				    "000010  C1617F                              A/\"              .a.\n" },
		{ CULPRIT_HEX_EBCDIC, "000000  C3E4D3D7 63756C70 1B00FF20 01020304 CULP\u00c4\u00cd%\u00f8........\n"
				      "000010  C1617F                              A/\"\n" },
		{ CULPRIT_HEX_ASCII, "000000  C3E4D3D7 63756C70 1B00FF20 01020304 ....culp... ....\n"
				     "000010  C1617F                              .a.\n" },
	};
	const struct culprit_output output = { .format = CULPRIT_TEXT };
	const struct details_how how = { &output, false, 6 };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text text = { 0 };
		hex_decode(&how, cases[i].columns, bytes, sizeof bytes, NULL, &text);
		assert_string_equal(text.bytes, cases[i].words);
		text_finish(&text);
	}
}

static void layers_have_colours_and_secrets_have_none(void **state)
{
	static const uint8_t bytes[8] = "abcdefgh";
	struct byte_map map = { .bytes = bytes, .length = sizeof bytes };
	const struct culprit_output plain = { .format = CULPRIT_TEXT }, colour = { .format = CULPRIT_TEXT, .colour = true };
	struct details_how how = { &plain, false, 6 };
	struct text text = { 0 };
	const struct told layer = tell(&text_field, bytes, 4), secret = tell(&text_field, bytes + 5, 2);
	(void)state;
	map_layer(&map, &layer, 0);
	map_secret(&map, &secret);
	hex_decode(&how, CULPRIT_HEX_ASCII, bytes, sizeof bytes, &map, &text);
	assert_string_equal(text.bytes, "000000  61626364 65****68                   abcde**h\n");
	text_clear(&text);
	how.show_secrets = true;
	how.output = &colour;
	hex_decode(&how, CULPRIT_HEX_ASCII, bytes, sizeof bytes, &map, &text);
	const char *coloured = strstr(text.bytes, " 61626364");
	assert_non_null(coloured);
	assert_true(coloured > text.bytes && coloured[-1] == 'm');       /* an escape ends there */
	assert_non_null(strstr(coloured, "65666768"));
	text_finish(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_are_inside_of_the_record), cmocka_unit_test(secrets_hide_what_they_touch),
		cmocka_unit_test(no_secret_is_left_out), cmocka_unit_test(secrets_of_a_dialogue_are_found),
		cmocka_unit_test(bytes_stand_in_columns), cmocka_unit_test(layers_have_colours_and_secrets_have_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

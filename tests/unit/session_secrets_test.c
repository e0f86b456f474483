#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "session/secrets.h"

struct said { unsigned side; const char *words, *shown; };
#define MOST 12

/* Side 0 is the client. */
static const struct dialogue { const char *name; struct said said[MOST]; } dialogues[] = {
	{ "ftp", { { 1, "331 Password please\r\n", "331 Password please\r\n" },
		   { 0, "PASS s3cret word\r\nSYST\r\n", "PASS ***********\r\nSYST\r\n" },
		   { 0, "pass x\r\nPASSIVE mode\r\n", "pass *\r\nPASSIVE mode\r\n" } } },
	{ "http", { { 0, "GET /?pwd=a%20b&q=1 HTTP/1.1\r\nauthorization:Bearer abc.def\r\nCookie: a=1; b=two\r\nHost: x\r\n",
		      "GET /?pwd=*****&q=1 HTTP/1.1\r\nauthorization:**************\r\nCookie: a=*; b=***\r\nHost: x\r\n" },
		    { 0, "{\"user\":\"me\",\"password\":\"secret\",\"x\":1}", "{\"user\":\"me\",\"password\":\"******\",\"x\":1}" },
		    { 1, "\r\nSet-Cookie: id=77; Path=/; HttpOnly\r\nX: y\r\n",
		      "\r\nSet-Cookie: id=**; Path=/; HttpOnly\r\nX: y\r\n" } } },
	{ "no secret", { { 0, "GET /?nopassword=1&keypwd=2 HTTP/1.1\r\nNot-Cookie: a=1\r\n",
			   "GET /?nopassword=1&keypwd=2 HTTP/1.1\r\nNot-Cookie: a=1\r\n" },
			 { 0, "The cookie: a=1\r\nBy PASS x\r\n", "The cookie: a=1\r\nBy PASS x\r\n" } } },
	{ "smtp", { { 0, "AUTH LOGIN\r\n", "AUTH LOGIN\r\n" }, { 1, "334 VXNlcm5hbWU6\r\n", "334 VXNlcm5hbWU6\r\n" },
		    { 0, "bWU=\r\n", "****\r\n" }, { 1, "334 UGFzc3dvcmQ6\r\n", "334 UGFzc3dvcmQ6\r\n" },
		    { 0, "c2VjcmV0\r\n", "********\r\n" }, { 1, "235 ok\r\n", "235 ok\r\n" },
		    { 0, "MAIL FROM:<a@b>\r\n", "MAIL FROM:<a@b>\r\n" },
		    { 0, "AUTH PLAIN AGJvYgBzZWNyZXQ=\r\n", "AUTH PLAIN ****************\r\n" },
		    { 1, "535 no\r\n", "535 no\r\n" }, { 0, "QUIT\r\n", "QUIT\r\n" } } },
	{ "imap", { { 0, "a1 LOGIN me sec ret\r\na2 NOOP\r\n", "a1 LOGIN me *******\r\na2 NOOP\r\n" },
		    { 0, "a3 AUTHENTICATE PLAIN\r\n", "a3 AUTHENTICATE PLAIN\r\n" }, { 1, "+ \r\n", "+ \r\n" },
		    { 0, "AG1lAHg=\r\n", "********\r\n" }, { 1, "a3 OK\r\n", "a3 OK\r\n" },
		    { 0, "a4 SELECT INBOX\r\n", "a4 SELECT INBOX\r\n" } } },
	{ "telnet", { { 1, "\xff\xfd\x18Password: ", "\xff\xfd\x18Password: " }, { 0, "p", "*" }, { 0, "w", "*" },
		      { 0, "\r\n", "\r\n" }, { 1, "\r\n$ ", "\r\n$ " }, { 0, "ls\r\n", "ls\r\n" } } },
	{ "in pieces", { { 0, "PA", "PA" }, { 0, "SS ", "SS " }, { 0, "se", "**" }, { 0, "cret\r", "****\r" },
			 { 0, "\nNOOP\r\n", "\nNOOP\r\n" } } },
};

static void secrets_are_masked_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dialogues / sizeof *dialogues; i++) {
		struct secrets secrets = { 0 };
		for (size_t j = 0; j < MOST && dialogues[i].said[j].words; j++) {
			const struct said *said = &dialogues[i].said[j];
			char shown[256] = "";
			size_t length = strlen(said->words);
			secrets_mask(&secrets, said->side, (const uint8_t *)said->words, length, (uint8_t *)shown);
			if (strcmp(shown, said->shown) != 0)
				print_error("%s, %zu\n", dialogues[i].name, j);
			assert_string_equal(shown, said->shown);
		}
	}
}

/* Byte by byte it is the same. */
static void pieces_do_not_matter(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof dialogues / sizeof *dialogues; i++) {
		struct secrets secrets = { 0 };
		for (size_t j = 0; j < MOST && dialogues[i].said[j].words; j++) {
			const struct said *said = &dialogues[i].said[j];
			for (size_t k = 0; said->words[k]; k++) {
				uint8_t byte = (uint8_t)said->words[k];
				secrets_mask(&secrets, said->side, &byte, 1, &byte);
				assert_int_equal(byte, (uint8_t)said->shown[k]);
			}
		}
	}
}

static void a_gap_keeps_a_secret(void **state)
{
	(void)state;
	struct secrets secrets = { 0 };
	uint8_t words[] = "PASS se", rest[] = "ret\r\nNOOP";
	secrets_mask(&secrets, 0, words, 7, words);
	secrets_gap(&secrets, 0);
	secrets_mask(&secrets, 0, rest, 9, rest);
	assert_string_equal(rest, "***\r\nNOOP");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_masked_and_nothing_else),
		cmocka_unit_test(pieces_do_not_matter),
		cmocka_unit_test(a_gap_keeps_a_secret),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* PostgreSQL and MySQL: what is shown of statements, and who answers what. */
#include "stream_kit.h"

#include "decode/mysql.h"
#include "decode/pgsql.h"
#include "decode/sql.h"

static void statements_show_no_values(void **state)
{
	static const struct { enum sql_dialect dialect; const char *statement, *shape; } rows[] = {
		{ SQL_STANDARD, "SELECT * FROM t", "SELECT * FROM t" },
		{ SQL_STANDARD, " \t select\n a -- secret\n from b ; ", "select a from b" },
		{ SQL_STANDARD, "select /* secret */ 1", "select ?" },
		{ SQL_STANDARD, "where a='O''Neill secret' and b=12.5e3 or t2.c=0x1f",
		  "where a=? and b=? or t2.c=?" },
		{ SQL_STANDARD, "a='open secret", "a=?" },
		{ SQL_STANDARD, "a='C:\\' and b='secret'", "a=? and b=?" },
		{ SQL_STANDARD, "\"Table\" /* open secret", "\"Table\"" },
		{ SQL_MYSQL, "a='it\\'s secret' and b=\"secret\" # secret", "a=? and b=?" },
		{ SQL_POSTGRES, "a=E'it\\'s secret', \"b\"=$1, c=$$secret$$, d=$x$secret$$secret$x$",
		  "a=E?, \"b\"=$1, c=?, d=?" },
		{ SQL_POSTGRES, "a='C:\\', b='secret', $open$ secret", "a=?, b=?, ?" },
		{ SQL_STANDARD, "a\x1b[m\xc3\xa4", "a.[m.." },
		{ SQL_STANDARD, "", "" },
		{ SQL_STANDARD, "0123456789", "?" },
		{ SQL_STANDARD, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char shape[SQL_SHAPE];
		sql_shape((const uint8_t *)rows[i].statement, strlen(rows[i].statement), rows[i].dialect, shape);
		assert_string_equal(shape, rows[i].shape);
	}
	assert_true(sql_is_secret((const uint8_t *)"alter user a Password 'x'", 25));
	assert_false(sql_is_secret((const uint8_t *)"select passwor", 14));
}

static const struct said pgsql_talk[] = {
	CLIENT("\0\0\0\x08\x04\xd2\x16\x2f"), SERVER("N"),
	CLIENT("\0\0\0\x20\0\3\0\0user\0joe\0database\0shop\0\0"),
	SERVER("R\0\0\0\x0c\0\0\0\5abcd"), CLIENT("p\0\0\0\x0bsecret\0"), SERVER("R\0\0\0\x08\0\0\0\0"),
	SERVER("S\0\0\0\x0c" "a\0bcdef\0" "K\0\0\0\x0c\0\0\0\1\0\0\0\2" "Z\0\0\0\5I"),
	CLIENT("Q\0\0\0\x1cselect * from t where 1\0"),
	SERVER("T\0\0\0\6\0\0" "D\0\0\0\6\0\0" "D\0\0\0\6\0\0" "C\0\0\0\x0dSELECT 2\0" "Z\0\0\0\5T"),
	CLIENT("P\0\0\0\x10\0insert x\0\0\0" "B\0\0\0\6\0\0" "E\0\0\0\5\0" "S\0\0\0\4"),
	SERVER("1\0\0\0\4" "E\0\0\0\x1aSERROR\0C23505\0Mtwice\0\0" "Z\0\0\0\5E"),
	CLIENT("X\0\0\0\4"),
};

static void pgsql_answers_are_found(void **state)
{
	(void)state;
	stream_kit_expect(&pgsql_decoder, 5432, pgsql_talk, sizeof pgsql_talk / sizeof *pgsql_talk,
		"> pgsql : SSL request\n< pgsql : encryption refused\n> pgsql : startup\n"
		"< pgsql : authentication : MD5 password\n> pgsql : Password message\n"
		"< pgsql : authentication : Success\n< pgsql : Parameter status\n< pgsql : Backend key data\n"
		"< pgsql : ready for query (Idle)\n> pgsql : Simple query select * from t where ?\n"
		"< pgsql : Row description\n< pgsql : Command completion SELECT 2\n"
		"< pgsql : ready for query (In a transaction)\n> pgsql : Parse insert x\n> pgsql : Bind\n"
		"> pgsql : Execute\n> pgsql : Sync\n< pgsql : Parse completion\n"
		"< pgsql : error 23505 (unique_violation)\n"
		"< pgsql : ready for query (In a failed transaction)\n> pgsql : Termination\n",
		"QRQRQb--eQbbeQqqqbbe-");
}

static void pgsql_logins_fail(void **state)
{
	static const struct said talk[] = { CLIENT("\0\0\0\x20\0\3\0\0user\0joe\0database\0shop\0\0"),
		SERVER("E\0\0\0\x1aSFATAL\0C28P01\0Mwrong\0\0") };
	(void)state;
	stream_kit_expect(&pgsql_decoder, 5432, talk, 2,
			  "> pgsql : startup\n< pgsql : error 28P01 (invalid_password)\n", "QR");
	struct stream_kit *kit = stream_kit_on(&pgsql_decoder, 5432);
	for (size_t i = 0; i < 2; i++)
		stream_kit_say(kit, talk[i].client, talk[i].bytes, talk[i].length);
	assert_true(kit->mark.failed);
	assert_string_equal(kit->mark.status, "invalid_password");
	stream_kit_destroy(kit);
}

static void pgsql_turns_to_tls(void **state)
{
	(void)state;
	struct stream_kit *kit = stream_kit_on(&pgsql_decoder, 5432);
	stream_kit_say(kit, true, "\0\0\0\x08\x04\xd2\x16\x2f", 8);
	stream_kit_say(kit, false, "S", 1);
	assert_ptr_equal(kit->then, decoder_named("tls"));
	stream_kit_destroy(kit);
}

static void pgsql_long_messages_are_not_held(void **state)
{
	(void)state;
	struct stream_kit *kit = stream_kit_on(&pgsql_decoder, 5432);
	static char query[60000] = "Q\0\0\xea\x5f" "select 'secret";
	kit->stream.middle[true] = true;
	memset(query + 19, 'x', sizeof query - 19);
	for (size_t at = 0; at < sizeof query; at += 1000)
		stream_kit_say(kit, true, query + at, 1000);
	stream_kit_say(kit, true, "X\0\0\0\4", 5);
	assert_string_equal(kit->said.bytes, "> pgsql : Simple query select ?\n> pgsql : Termination\n");
	stream_kit_destroy(kit);
}

static void pgsql_is_recognised(void **state)
{
	static const struct { uint16_t port; bool client; enum certainty certainty; const char *bytes;
		size_t length; } rows[] = {
		{ 7777, true, CERTAINTY_CERTAIN, "\0\0\0\x08\x04\xd2\x16\x2f", 8 },
		{ 7777, true, CERTAINTY_CERTAIN, "\0\0\0\x22\0\3\0\0user\0joe", 16 },
		{ 7777, true, CERTAINTY_MORE, "\0\0\0\x22", 4 },
		{ 7777, true, CERTAINTY_NO, "\0\0\0\x09\x04\xd2\x16\x2f", 8 },
		{ 7777, true, CERTAINTY_NO, "GET", 3 },
		{ 7777, true, CERTAINTY_NO, "GET / HTTP/1.1", 14 },
		{ 5432, true, CERTAINTY_PERHAPS, "Q\0\0\0\x0bselect", 11 },
		{ 5432, true, CERTAINTY_NO, "Q\0\0\0\3select", 11 },
		{ 5432, true, CERTAINTY_NO, "Q\xff\0\0\3select", 11 },
		{ 5432, false, CERTAINTY_PERHAPS, "R\0\0\0\x08\0\0\0\0", 9 },
		{ 5432, false, CERTAINTY_NO, "\x16\3\1\0\x08\0\0\0\0", 9 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(stream_kit_probe(&pgsql_decoder, rows[i].port, rows[i].client, rows[i].bytes,
						  rows[i].length), rows[i].certainty);
}

/* Packets: the length, a sequence number, and what is in them. */
static const struct said mysql_talk[] = {
	SERVER("\x25\0\0\0\x0a" "8.4.2\0" "\1\0\0\0saltsalt\0\xff\xff\xff\2\0\xff\xdf\x15"
	       "\0\0\0\0\0\0\0\0\0"),
	CLIENT("\x25\0\0\1\x85\xa6\0\1\0\0\0\1\x21" "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	       "joe\0\0"),
	SERVER("\7\0\0\2\0\0\0\2\0\0\0"),
	/* A result of one column and two rows, as before and since the end of columns went. */
	CLIENT("\x13\0\0\0\3select a='secret'1"),
	SERVER("\1\0\0\1\1" "\3\0\0\2def" "\5\0\0\3\xfe\0\0\2\0" "\2\0\0\4\1x" "\2\0\0\5\1y"
	       "\5\0\0\6\xfe\0\0\2\0"),
	CLIENT("\x09\0\0\0\3select b"),
	SERVER("\1\0\0\1\1" "\3\0\0\2def" "\2\0\0\3\1x" "\7\0\0\4\xfe\0\0\2\0\0\0"),
	/* Two results, the second of them an error. */
	CLIENT("\x05\0\0\0\3a;b;"),
	SERVER("\7\0\0\1\0\0\0\x0a\0\0\0" "\x0d\0\0\2\xff\xbd\4#40001dead"),
	/* A statement with a parameter and a column is prepared, and closed. */
	CLIENT("\x02\0\0\0\x16x"),
	SERVER("\x0c\0\0\1\0\1\0\0\0\1\0\1\0\0\0\0" "\3\0\0\2def" "\5\0\0\3\xfe\0\0\2\0" "\3\0\0\4def"
	       "\5\0\0\5\xfe\0\0\2\0"),
	CLIENT("\5\0\0\0\x19\1\0\0\0"),
	/* A file of the client. */
	CLIENT("\x05\0\0\0\3load"), SERVER("\2\0\0\1\xfb/"), CLIENT("\3\0\0\2\1\2\3" "\0\0\0\3"),
	SERVER("\7\0\0\4\0\1\0\2\0\0\0"),
	CLIENT("\1\0\0\0\1"),
};

static void mysql_answers_are_found(void **state)
{
	(void)state;
	stream_kit_expect(&mysql_decoder, 3306, mysql_talk, sizeof mysql_talk / sizeof *mysql_talk,
		"< mysql : server greeting 8.4.2\n> mysql : login\n< mysql : OK\n"
		"> mysql : Query select a=??\n< mysql : result\n< mysql : end of rows\n"
		"> mysql : Query select b\n< mysql : result\n< mysql : end of rows\n"
		"> mysql : Query a;b\n< mysql : OK\n< mysql : error 1213 (deadlock)\n"
		"> mysql : Prepare Statement x\n< mysql : OK\n> mysql : Close Statement\n"
		"> mysql : Query load\n< mysql : asks for a local file\n< mysql : OK\n> mysql : Quit\n",
		"-QRQbeQbeQbRQR-QbR-");
}

static void mysql_turns_to_tls(void **state)
{
	static const char request[] = "\x20\0\0\1\x85\xae\xff\1\0\0\0\1\x21"
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
	(void)state;
	struct stream_kit *kit = stream_kit_on(&mysql_decoder, 3306);
	stream_kit_say(kit, false, mysql_talk[0].bytes, mysql_talk[0].length);
	stream_kit_say(kit, true, request, sizeof request);
	assert_string_equal(kit->said.bytes, "< mysql : server greeting 8.4.2\n> mysql : SSL request\n");
	assert_ptr_equal(kit->then, decoder_named("tls"));
	stream_kit_destroy(kit);
}

static void mysql_is_recognised(void **state)
{
	(void)state;
	const struct said *greeting = &mysql_talk[0], *login = &mysql_talk[1];
	assert_int_equal(stream_kit_probe(&mysql_decoder, 7777, false, greeting->bytes, greeting->length),
			 CERTAINTY_CERTAIN);
	assert_int_equal(stream_kit_probe(&mysql_decoder, 3306, true, login->bytes, login->length), CERTAINTY_LIKELY);
	assert_int_equal(stream_kit_probe(&mysql_decoder, 7777, true, login->bytes, login->length), CERTAINTY_PERHAPS);
	assert_int_equal(stream_kit_probe(&mysql_decoder, 3306, true, "GET / HTTP/1.1\r\n", 16), CERTAINTY_NO);
	assert_int_equal(stream_kit_probe(&mysql_decoder, 3306, false, "220 ready\r\n", 11), CERTAINTY_NO);
	char other[64] = { 0 };
	memcpy(other, greeting->bytes, greeting->length);
	other[4] = 9;
	assert_int_equal(stream_kit_probe(&mysql_decoder, 7777, false, other, greeting->length), CERTAINTY_NO);
}

static void abuse_does_no_harm(void **state)
{
	(void)state;
	stream_kit_abuse(&mysql_decoder, 3306, mysql_talk, sizeof mysql_talk / sizeof *mysql_talk);
	stream_kit_abuse(&pgsql_decoder, 5432, pgsql_talk, sizeof pgsql_talk / sizeof *pgsql_talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statements_show_no_values),
		cmocka_unit_test(pgsql_answers_are_found),
		cmocka_unit_test(pgsql_logins_fail),
		cmocka_unit_test(pgsql_turns_to_tls),
		cmocka_unit_test(pgsql_long_messages_are_not_held),
		cmocka_unit_test(pgsql_is_recognised),
		cmocka_unit_test(mysql_answers_are_found),
		cmocka_unit_test(mysql_turns_to_tls),
		cmocka_unit_test(mysql_is_recognised),
		cmocka_unit_test(abuse_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

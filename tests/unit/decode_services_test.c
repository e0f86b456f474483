/* SMB, DRDA and MQ: commands, who answers what, names of what went wrong. */
#include "stream_kit.h"

#include "decode/drda.h"
#include "decode/mq.h"
#include "decode/smb.h"

#define ZEROS8 "\0\0\0\0\0\0\0\0"
#define ZEROS16 ZEROS8 ZEROS8
/* An SMB 2 header: status, command, flags, offset of the next one, message id. */
#define SMB2(status, command, flags, next, id) "\xfeSMB\x40\0\0\0" status command "\0\1\0" flags "\0\0\0" next \
	"\0\0\0" id "\0\0\0\0\0\0\0" "\0\0\0\0\7\0\0\0" ZEROS8 ZEROS16

static const struct said smb_talk[] = {
	CLIENT("\x81\0\0\2ab"), SERVER("\x82\0\0\0"), CLIENT("\x85\0\0\0"),
	/* SMB 1 asks for what SMB 2 agrees to. */
	CLIENT("\0\0\0\x2f\xffSMB\x72\0\0\0\0\x18\x53\xc8\0\0" ZEROS8 "\0\0\0\0\xff\xfe\0\0\0\0"
	       "\0\x0c\0\2NT LM 0.12\0"),
	SERVER("\0\0\0\x48" SMB2("\0\0\0\0", "\0", "\1", "\0", "\0") "\x41\0\1\0\xff\2\0\0"),
	/* A file that does not exist, whose name is "a.b". */
	CLIENT("\0\0\0\x7e" SMB2("\0\0\0\0", "\5", "\0", "\0", "\1") "\x39\0" ZEROS16 ZEROS16 ZEROS8 "\0\0\x78\0\6\0"
	       ZEROS8 "a\0.\0b\0"),
	SERVER("\0\0\0\x48" SMB2("\x34\0\0\xc0", "\5", "\1", "\0", "\1") "\x09\0\0\0\0\0\0\0"),
	/* Two chained commands; the second one has to wait. */
	CLIENT("\0\0\0\x98" SMB2("\0\0\0\0", "\x0e", "\0", "\x50", "\2") ZEROS16
	       SMB2("\0\0\0\0", "\x10", "\4", "\0", "\3") ZEROS8),
	SERVER("\0\0\0\x48" SMB2("\0\0\0\0", "\x0e", "\1", "\0", "\2") ZEROS8),
	SERVER("\0\0\0\x48" SMB2("\3\1\0\0", "\x10", "\3", "\0", "\3") ZEROS8),
	SERVER("\0\0\0\x48" SMB2("\0\0\0\0", "\x10", "\3", "\0", "\3") ZEROS8),
	CLIENT("\0\0\0\x34\xfdSMB" ZEROS16 ZEROS16 ZEROS16),
	/* Watching a directory is no question. */
	CLIENT("\0\0\0\x48" SMB2("\0\0\0\0", "\x0f", "\0", "\0", "\4") ZEROS8),
};

static void smb_answers_are_found(void **state)
{
	(void)state;
	stream_kit_expect(&smb_decoder, 445, smb_talk, sizeof smb_talk / sizeof *smb_talk,
		"> nbss : Session request\n< nbss : Positive session response\n> nbss : Session keep-alive\n"
		"> smb : Negotiate Protocol Request\n< smb2 : Negotiate Protocol Response\n"
		"> smb2 : Create Request a.b\n< smb2 : Create Response (STATUS_OBJECT_NAME_NOT_FOUND)\n"
		"> smb2 : Find Request\n> smb2 : GetInfo Request\n< smb2 : Find Response\n"
		"< smb2 : GetInfo Response (STATUS_PENDING)\n< smb2 : GetInfo Response\n> smb2 : encrypted\n"
		"> smb2 : Notify Request\n", "---QRQRQQRpR--");
	assert_true(smb_status_failed(0xc0000034));
	assert_false(smb_status_failed(0xc0000016) || smb_status_failed(0x80000006) || smb_status_failed(0x103));
}

static void smb_numbers_match(void **state)
{
	(void)state;
	struct stream_kit *kit = stream_kit_on(&smb_decoder, 445);
	stream_kit_say(kit, true, smb_talk[3].bytes, smb_talk[3].length);
	uint64_t asked = kit->mark.id;
	stream_kit_say(kit, false, smb_talk[4].bytes, smb_talk[4].length);
	assert_true(asked && asked == kit->mark.id);
	stream_kit_say(kit, false, smb_talk[6].bytes, smb_talk[6].length);
	assert_true(kit->mark.failed);
	assert_int_equal(kit->mark.id, 2);
	assert_string_equal(kit->mark.status, "STATUS_OBJECT_NAME_NOT_FOUND");
	stream_kit_destroy(kit);
}

/* A DSS of a length, format and correlation, with an object of another length and code point. */
static const struct said drda_talk[] = {
	CLIENT("\0\x0a\xd0\1\0\1" "\0\4\x10\x41"), SERVER("\0\x0a\xd0\2\0\1" "\0\4\x14\x43"),
	/* In ASCII with four bytes of length, chained to the call that it belongs to. */
	CLIENT("\0\x0a\xd0\x51\0\1" "\0\4\x20\x0d" "\0\x28\xd0\3\0\1" "\0\x22\x24\x14\0\0\0\0\x18select 'secret' from a.b\xff"),
	SERVER("\0\x14\xd0\3\0\1" "\0\x0e\x24\x08\0\xff\xff\xff\x34" "42704"),
	/* In EBCDIC with two. */
	CLIENT("\0\x0a\xd0\x51\0\1" "\0\4\x20\x0a" "\0\x16\xd0\3\0\1" "\0\x10\x24\x14\xff\0\0\x08\xe2\xc5\xd3\xc5\xc3\xe3\x40\xf1"),
	SERVER("\0\x0b\xd0\3\0\1" "\0\5\x24\x08\xff"),
	CLIENT("\0\x0a\xd0\1\0\2" "\0\4\x20\x0c"),
	SERVER("\0\x0a\xd0\x42\0\2" "\0\4\x22\5" "\0\x0e\xd0\x43\0\2" "\0\4\x24\x1b" "rows"
	       "\0\x10\xd0\2\0\2" "\0\x0a\x22\x0b\0\6\x11\x49\0\4"),
};

static void drda_answers_are_found(void **state)
{
	(void)state;
	stream_kit_expect(&drda_decoder, 446, drda_talk, sizeof drda_talk / sizeof *drda_talk,
		"> drda : EXCSAT\n< drda : EXCSATRD\n> drda : PRPSQLSTT\n> drda : SQLSTT select ? from a.b\n"
		"< drda : SQLCARD SQLCODE -204 (undefined name)\n> drda : EXCSQLIMM\n> drda : SQLSTT SELECT ?\n"
		"< drda : SQLCARD SQLCODE 0 (OK)\n> drda : OPNQRY\n< drda : OPNQRYRM\n< drda : QRYDTA\n"
		"< drda : ENDQRYRM severity 4\n", "QRQqRQqRQbbe");
	struct stream_kit *kit = stream_kit_on(&drda_decoder, 446);
	for (size_t i = 0; i < 4; i++)
		stream_kit_say(kit, drda_talk[i].client, drda_talk[i].bytes, drda_talk[i].length);
	assert_true(kit->mark.failed);
	assert_int_equal(kit->mark.code, -204);
	assert_string_equal(((const struct drda_message *)kit->facts)->state, "42704");
	stream_kit_destroy(kit);
}

#define SPACES20 "                    "
#define SPACES48 SPACES20 SPACES20 "        "
/* A header: its last letter, length, numbers, type and flags, little-endian. */
#define TSH(letter, length, numbers, type, flags) "TSH" letter "\0\0\0" length numbers "\2" type flags "\0" ZEROS8 \
	"\x22\2\0\0\xb5\1\0\0"

static const struct said mq_talk[] = {
	CLIENT(TSH(" ", "\x48", "", "\1", "\x31") "ID  \x0d" ZEROS16 "\0\0\0" "APP.SVRCONN         "),
	SERVER(TSH(" ", "\x48", "", "\1", "\x30") "ID  \x0d" ZEROS16 "\0\0\0" "APP.SVRCONN         "),
	CLIENT(TSH("M", "\x80", "\0\0\0\1\0\0\0\3", "\x83", "\x30") "\0\0\0\x5c" ZEROS8 "\0\0\0\0"
	       "OD  \1\0\0\0\1\0\0\0" "ORDERS              " SPACES20 "        " ZEROS16),
	SERVER(TSH("M", "\x34", "\0\0\0\1\0\0\0\3", "\x93", "\x30") "\0\0\0\x10\2\0\0\0\x25\x08\0\0\0\0\0\0"),
	/* A message in two segments; MQGET waits by design. */
	CLIENT(TSH("M", "\x34", "\0\0\0\1\0\0\0\4", "\x86", "\x10") "\0\0\0\x10" ZEROS8 "\0\0\0\0"),
	CLIENT(TSH("M", "\x34", "\0\0\0\1\0\0\0\4", "\x86", "\x20") "\0\0\0\x10" ZEROS8 "\0\0\0\0"),
	SERVER(TSH("M", "\x34", "\0\0\0\1\0\0\0\4", "\x96", "\x30") "\0\0\0\x10" ZEROS8 "\0\0\0\0"),
	CLIENT(TSH("M", "\x34", "\0\0\0\1\0\0\0\5", "\x85", "\x30") "\0\0\0\x10" ZEROS8 "\0\0\0\0"),
	SERVER(TSH(" ", "\x24", "", "\5", "\x3a") "\0\0\0\x08\3\0\0\0"),
};

static void mq_answers_are_found(void **state)
{
	(void)state;
	stream_kit_expect(&mq_decoder, 1414, mq_talk, sizeof mq_talk / sizeof *mq_talk,
		"> mq : INITIAL_DATA APP.SVRCONN\n< mq : INITIAL_DATA APP.SVRCONN\n> mq : MQOPEN ORDERS\n"
		"< mq : MQOPEN_REPLY reason 2085 (MQRC_UNKNOWN_OBJECT_NAME)\n> mq : MQPUT\n> mq : MQPUT\n"
		"< mq : MQPUT_REPLY\n> mq : MQGET\n"
		"< mq : STATUS_DATA reason 3 (QM_UNAVAILABLE) (error) (closes the channel)\n", "QRQRQqR--");
	struct stream_kit *kit = stream_kit_on(&mq_decoder, 1414);
	stream_kit_say(kit, true, mq_talk[2].bytes, mq_talk[2].length);
	uint64_t asked = kit->mark.id;
	stream_kit_say(kit, false, mq_talk[3].bytes, mq_talk[3].length);
	assert_true(asked && asked == kit->mark.id && kit->mark.failed && kit->mark.code == 2085);
	stream_kit_destroy(kit);
}

/* Data that is written comes in many segments, and none of it is held. */
static void long_commands_are_passed(void **state)
{
	static const struct { const struct decoder *decoder; uint16_t port; size_t length, total; const char *bytes;
		const char *words; } rows[] = {
		{ &smb_decoder, 445, 68, 0x10004, "\0\1\0\0" SMB2("\0\0\0\0", "\x09", "\0", "\0", "\1"),
		  "> smb2 : Write Request\n" },
		{ &mq_decoder, 1414, 28, 0x10000, "TSH \0\1\0\0\2\x86\x30\0" ZEROS8 "\x22\2\0\0\xb5\1\0\0",
		  "> mq : MQPUT\n" },
		{ &drda_decoder, 446, 10, 0x7fff, "\x7f\xff\xd0\3\0\1\0\4\x24\x12", "> drda : SQLDTA\n" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stream_kit *kit = stream_kit_on(rows[i].decoder, rows[i].port);
		static uint8_t bytes[0x10004];
		memset(bytes, 0, sizeof bytes);
		memcpy(bytes, rows[i].bytes, rows[i].length);
		for (int round = 0; round < 2; round++)
			for (size_t at = 0; at < rows[i].total; at += 1000)
				stream_kit_say(kit, true, bytes + at,
					       rows[i].total - at < 1000 ? rows[i].total - at : 1000);
		assert_false(kit->lost);
		char twice[128];
		snprintf(twice, sizeof twice, "%s%s", rows[i].words, rows[i].words);
		assert_string_equal(kit->said.bytes, twice);
		stream_kit_destroy(kit);
	}
}

static void they_are_recognised(void **state)
{
	static const struct { const struct decoder *decoder; uint16_t port; bool client; enum certainty certainty;
		const char *bytes; size_t length; } rows[] = {
		{ &smb_decoder, 7777, true, CERTAINTY_CERTAIN, "\0\0\0\x54\xfeSMB", 8 },
		{ &smb_decoder, 7777, false, CERTAINTY_CERTAIN, "\0\0\0\x54\xffSMB", 8 },
		{ &smb_decoder, 7777, true, CERTAINTY_NO, "\0\0\0\x54\xfeSMC", 8 },
		{ &smb_decoder, 7777, true, CERTAINTY_NO, "\0\0\0\x54", 4 },
		{ &smb_decoder, 139, true, CERTAINTY_PERHAPS, "\x81\0\0\x44", 4 },
		{ &smb_decoder, 445, true, CERTAINTY_NO, "GET / HTTP/1.1", 14 },
		{ &drda_decoder, 50000, true, CERTAINTY_CERTAIN, "\0\x0a\xd0\1\0\1\0\4\x10\x41", 10 },
		{ &drda_decoder, 50000, false, CERTAINTY_LIKELY, "\0\x0a\xd0\2\0\1\0\4\x14\x43", 10 },
		{ &drda_decoder, 50000, true, CERTAINTY_NO, "\0\x0a\xd1\1\0\1\0\4\x10\x41", 10 },
		{ &drda_decoder, 50000, true, CERTAINTY_NO, "\0\2\xd0\1\0\1\0\4\x10\x41", 10 },
		{ &drda_decoder, 446, true, CERTAINTY_PERHAPS, "\0\x0a\xd0\1\0\1\0\4\xee\xee", 10 },
		{ &mq_decoder, 7777, true, CERTAINTY_CERTAIN, "TSH \0\0\1\0", 8 },
		{ &mq_decoder, 7777, true, CERTAINTY_CERTAIN, "\xe3\xe2\xc8\x40\0\0\1\0", 8 },
		{ &mq_decoder, 7777, true, CERTAINTY_MORE, "TSH", 3 },
		{ &mq_decoder, 7777, true, CERTAINTY_NO, "TSH \xff\0\1\0", 8 },
		{ &mq_decoder, 1414, true, CERTAINTY_NO, "TSHX\0\0\1\0", 8 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(stream_kit_probe(rows[i].decoder, rows[i].port, rows[i].client, rows[i].bytes,
						  rows[i].length), rows[i].certainty);
}

static void abuse_does_no_harm(void **state)
{
	(void)state;
	stream_kit_abuse(&smb_decoder, 445, smb_talk, sizeof smb_talk / sizeof *smb_talk);
	stream_kit_abuse(&drda_decoder, 446, drda_talk, sizeof drda_talk / sizeof *drda_talk);
	stream_kit_abuse(&mq_decoder, 1414, mq_talk, sizeof mq_talk / sizeof *mq_talk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smb_answers_are_found),
		cmocka_unit_test(smb_numbers_match),
		cmocka_unit_test(drda_answers_are_found),
		cmocka_unit_test(mq_answers_are_found),
		cmocka_unit_test(long_commands_are_passed),
		cmocka_unit_test(they_are_recognised),
		cmocka_unit_test(abuse_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

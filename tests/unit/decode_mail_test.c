/* SMTP, POP3 and IMAP: line by line as in RFCs, cut, lost, hostile; who logs in and with what success. */
#include "decode_talk.h"

#include "decode/imap.h"
#include "decode/pop.h"
#include "decode/smtp.h"

static const struct smtp_message *smtp(struct talk *talk)
{
	return talk_facts(talk, &smtp_decoder);
}

static void smtp_mail_is_skipped(void **state)
{
	(void)state;
	struct talk talk = talk_begin(&smtp_decoder, 25);
	expect(&talk, SERVER, "220-mail.example ESMTP\r\n220 ready\r\n", "smtp reply code 220, smtp reply code 220");
	expect(&talk, CLIENT, "EHLO me\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n",
	       "smtp command EHLO, smtp command MAIL, smtp command RCPT, smtp command DATA");
	expect(&talk, SERVER, "250-hello\r\n250 PIPELINING\r\n", "smtp reply code 250, smtp reply code 250");
	assert_string_equal(smtp(&talk)->verb, "EHLO");
	expect(&talk, SERVER, "250 ok\r\n250 ok\r\n354 go\r\n",
	       "smtp reply code 250, smtp reply code 250, smtp reply code 354");
	assert_string_equal(smtp(&talk)->verb, "DATA");
	expect(&talk, CLIENT, "QUIT\r\n..\r\n.x\r\nRSET", "");
	expect(&talk, CLIENT, " .\r\n.\r", "");
	expect(&talk, CLIENT, "\nQUIT\r\n", "smtp end of mail, smtp command QUIT");
	expect(&talk, SERVER, "250 queued\r\n221 bye\r\n", "smtp reply code 250, smtp reply code 221");
	assert_string_equal(smtp(&talk)->verb, "QUIT");
	talk_end(&talk);
}

static void smtp_refused_data_is_no_mail(void **state)
{
	(void)state;
	struct talk talk = talk_begin(&smtp_decoder, 25);
	expect(&talk, CLIENT, "DATA\r\n", "smtp command DATA");
	expect(&talk, SERVER, "503 no\r\n", "smtp reply code 503");
	expect(&talk, CLIENT, "RSET\r\n", "smtp command RSET");
	expect(&talk, CLIENT, "BDAT 10 LAST\r\nRSET\r\nQUITQUIT\r\n", "smtp command BDAT, smtp command QUIT");
	talk_end(&talk);
}

struct log_in {
	const char *what;
	const struct decoder *decoder;
	const char *said[8];         /* client and server by turns, the client first */
	uint8_t outcome;
	bool readable;
	const char *name;
};

/* "AGphbmUAc2VjcmV0": NUL jane NUL secret; "amFuZQ==": jane; "c2VjcmV0": secret. */
static const struct log_in log_ins[] = {
	{ "AUTH PLAIN at once", &smtp_decoder, { "AUTH PLAIN AGphbmUAc2VjcmV0\r\n", "235 ok\r\n" }, LOGIN_ACCEPTED,
	  true, "jane" },
	{ "AUTH PLAIN, asked", &smtp_decoder, { "AUTH PLAIN\r\n", "334 \r\n", "AGphbmUAc2VjcmV0\r\n", "535 no\r\n" },
	  LOGIN_REFUSED, true, "jane" },
	{ "AUTH LOGIN", &smtp_decoder, { "auth login\r\n", "334 VXNlcm5hbWU6\r\n", "amFuZQ==\r\n", "334 UGFzc3dvcmQ6\r\n",
	    "c2VjcmV0\r\n", "235 2.7.0 ok\r\n" }, LOGIN_ACCEPTED, true, "jane" },
	{ "AUTH with a challenge", &smtp_decoder, { "AUTH CRAM-MD5\r\n", "334 PDE+\r\n", "amFuZSBhYmM=\r\n", "235 ok\r\n" },
	  LOGIN_ACCEPTED, false, "" },
	{ "AUTH that is not offered", &smtp_decoder, { "AUTH PLAIN AGphbmUAc2VjcmV0\r\n", "504 no\r\n" }, LOGIN_NONE,
	  false, "" },
	{ "AUTH PLAIN of nonsense", &smtp_decoder, { "AUTH PLAIN =!\x01\r\n", "535 no\r\n" }, LOGIN_REFUSED, false, "" },
	{ "PASS", &pop_decoder, { "USER jane\r\n", "+OK\r\n", "PASS secret\r\n", "+OK\r\n" }, LOGIN_ACCEPTED, true,
	  "jane" },
	{ "PASS refused", &pop_decoder, { "USER jane\r\nPASS secret\r\n", "+OK\r\n-ERR no\r\n" }, LOGIN_REFUSED, true,
	  "jane" },
	{ "APOP", &pop_decoder, { "APOP jane c4c9334bac560ecc979e58001b3e22fb\r\n", "+OK\r\n" }, LOGIN_ACCEPTED, false,
	  "jane" },
	{ "AUTH in POP", &pop_decoder, { "AUTH PLAIN\r\n", "+ \r\n", "AGphbmUAc2VjcmV0\r\n", "+OK\r\n" },
	  LOGIN_ACCEPTED, true, "jane" },
	{ "AUTH as a question", &pop_decoder, { "AUTH\r\n", "-ERR\r\n" }, LOGIN_NONE, false, "" },
	{ "LOGIN", &imap_decoder, { "a1 LOGIN jane secret\r\n", "a1 OK in\r\n" }, LOGIN_ACCEPTED, true, "jane" },
	{ "LOGIN refused", &imap_decoder, { "a1 login \"jane\" \"sec ret\"\r\n", "* x\r\na1 NO [AUTHENTICATIONFAILED]\r\n" },
	  LOGIN_REFUSED, true, "jane" },
	{ "LOGIN with literals", &imap_decoder, { "a1 LOGIN {4}\r\n", "+ go\r\n", "jane {6}\r\n", "+ go\r\n",
	    "secret\r\n", "a1 OK in\r\n" }, LOGIN_ACCEPTED, true, "" },
	{ "AUTHENTICATE", &imap_decoder, { "a1 AUTHENTICATE PLAIN\r\n", "+ \r\n", "AGphbmUAc2VjcmV0\r\n", "a1 OK\r\n" },
	  LOGIN_ACCEPTED, true, "jane" },
	{ "LOGIN, another command is answered", &imap_decoder, { "a1 LOGIN jane secret\r\n", "a0 OK in\r\n" },
	  LOGIN_NONE, false, "" },
};

static const struct credentials *credentials_of(struct talk *talk)
{
	if (talk->decoder == &smtp_decoder)
		return &smtp(talk)->login;
	if (talk->decoder == &pop_decoder)
		return &((const struct pop_message *)talk_facts(talk, &pop_decoder))->login;
	return &((const struct imap_message *)talk_facts(talk, &imap_decoder))->login;
}

static void who_logs_in(void **state)
{
	(void)state;
	uint64_t secret = 0;
	for (size_t i = 0; i < sizeof log_ins / sizeof log_ins[0]; i++) {
		const struct log_in *log_in = &log_ins[i];
		struct talk talk = talk_begin(log_in->decoder, 1);
		if (log_in->decoder == &pop_decoder)
			talk_say(&talk, SERVER, "+OK ready\r\n");
		for (size_t j = 0; j < 8 && log_in->said[j]; j++) {
			talk_say(&talk, j % 2 ? SERVER : CLIENT, log_in->said[j]);
			if (strstr(talk.words, "secret") || strstr(talk.words, "c2VjcmV0"))
				fail_msg("%s: tells the secret: %s", log_in->what, talk.words);
		}
		const struct credentials *login = credentials_of(&talk);
		if (login->outcome != log_in->outcome || login->readable != log_in->readable ||
		    strcmp(login->name, log_in->name) != 0)
			fail_msg("%s: outcome %u, readable %d, name %s", log_in->what, login->outcome,
				 login->readable, login->name);
		/* The same secret has the same hash, whatever brought it. */
		if (login->secret && !strstr(log_in->said[0], "sec ret")) {
			if (secret)
				assert_true(secret == login->secret);
			secret = login->secret;
		}
		talk_end(&talk);
	}
	assert_true(secret != 0);
}

static void pop_answers(void **state)
{
	(void)state;
	struct talk talk = talk_begin(&pop_decoder, 110);
	expect(&talk, CLIENT, "CAPA\r\n", "pop command CAPA");
	expect(&talk, SERVER, "+OK POP3 ready\r\n", "pop reply +OK");
	expect(&talk, SERVER, "+OK\r\nUSER\r\n", "pop reply +OK");
	expect(&talk, SERVER, ".", "");
	expect(&talk, SERVER, "\r\n", "pop end of answer");
	expect(&talk, CLIENT, "LIST 1\r\nLIST\r\nRETR 1\r\nDELE 1\r\n",
	       "pop command LIST, pop command LIST, pop command RETR, pop command DELE");
	expect(&talk, SERVER, "+OK 1 20\r\n+OK\r\n.\r\n", "pop reply +OK, pop reply +OK, pop end of answer");
	expect(&talk, SERVER, "+OK\r\n+OK .\r\n..\r\n.\r\n-ERR\r\n", "pop reply +OK, pop end of answer, pop reply -ERR");
	talk_end(&talk);
}

static void imap_literals(void **state)
{
	(void)state;
	struct talk talk = talk_begin(&imap_decoder, 143);
	expect(&talk, SERVER, "* OK IMAP4rev1\r\n", "imap reply * OK");
	expect(&talk, CLIENT, "A7 FETCH 1 BODY[]\r\n", "imap command A7 FETCH");
	expect(&talk, SERVER, "* 1 FETCH (BODY[] {12}\r\nA7 OK\r\n12345)\r\nA7 OK done\r\n",
	       "imap reply * FETCH, , imap reply A7 OK");
	expect(&talk, CLIENT, "A8 APPEND x {3+}\r\n\r\nA\r\nA9 IDLE\r\n", "imap command A8 APPEND, , imap command A9 IDLE");
	expect(&talk, SERVER, "+ idling\r\n", "imap reply +");
	expect(&talk, CLIENT, "DONE\r\n", "imap command goes on");
	expect(&talk, SERVER, "A9 OK\r\n", "imap reply A9 OK");
	assert_true(((const struct imap_message *)talk_facts(&talk, &imap_decoder))->waits);
	talk_end(&talk);
}

static void what_follows_is_tls(void **state)
{
	(void)state;
	struct talk talk = talk_begin(&smtp_decoder, 25);
	talk_say(&talk, CLIENT, "STARTTLS\r\n");
	talk_say(&talk, SERVER, "454 no\r\n");
	assert_null(talk.then);
	talk_say(&talk, CLIENT, "STARTTLS\r\n");
	talk_say(&talk, SERVER, "220 go\r\n");
	assert_string_equal(talk.then->name, "tls");
	talk_end(&talk);
	talk = talk_begin(&pop_decoder, 110);
	talk_say(&talk, SERVER, "+OK\r\n");
	talk_say(&talk, CLIENT, "STLS\r\n");
	talk_say(&talk, SERVER, "+OK\r\n");
	assert_string_equal(talk.then->name, "tls");
	talk_end(&talk);
	talk = talk_begin(&imap_decoder, 143);
	talk_say(&talk, CLIENT, "x STARTTLS\r\n");
	talk_say(&talk, SERVER, "x OK\r\n");
	assert_string_equal(talk.then->name, "tls");
	talk_end(&talk);
}

static void how_sure(void **state)
{
	static const struct {
		const char *says;
		enum talker who;
		uint16_t port;
		enum certainty smtp, pop, imap;
	} cases[] = {
		{ "220 mx.example ESMTP ready\r\n", SERVER, 2525, CERTAINTY_CERTAIN, CERTAINTY_NO, CERTAINTY_NO },
		{ "220 ftp.example FTP server\r\n", SERVER, 2121, CERTAINTY_NO, CERTAINTY_NO, CERTAINTY_NO },
		{ "220 hello there\r\n", SERVER, 25, CERTAINTY_LIKELY, CERTAINTY_NO, CERTAINTY_NO },
		{ "+OK POP3 ready\r\n", SERVER, 1110, CERTAINTY_NO, CERTAINTY_CERTAIN, CERTAINTY_NO },
		{ "+OK\r\n", SERVER, 6379, CERTAINTY_NO, CERTAINTY_PERHAPS, CERTAINTY_MORE },
		{ "* OK [CAPABILITY IMAP4rev1] ready\r\n", SERVER, 1143, CERTAINTY_NO, CERTAINTY_NO, CERTAINTY_CERTAIN },
		{ "* OK whatever\r\n", SERVER, 1143, CERTAINTY_NO, CERTAINTY_NO, CERTAINTY_NO },
		{ "EHLO me\r\n", CLIENT, 9999, CERTAINTY_LIKELY, CERTAINTY_NO, CERTAINTY_NO },
		{ "USER me\r\n", CLIENT, 9999, CERTAINTY_NO, CERTAINTY_PERHAPS, CERTAINTY_NO },
		{ "a CAPABILITY\r\n", CLIENT, 9999, CERTAINTY_NO, CERTAINTY_NO, CERTAINTY_PERHAPS },
		{ "GET / HTTP/1.1\r\n", CLIENT, 25, CERTAINTY_NO, CERTAINTY_NO, CERTAINTY_NO },
		{ "\x16\x03\x01\x02\x05\x01\x00\x01", CLIENT, 143, CERTAINTY_NO, CERTAINTY_NO, CERTAINTY_NO },
		{ "220\x01\x02\x03\x04\x05\x06", SERVER, 25, CERTAINTY_NO, CERTAINTY_NO, CERTAINTY_NO },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct decoder *each[] = { &smtp_decoder, &pop_decoder, &imap_decoder };
		const enum certainty sure[] = { cases[i].smtp, cases[i].pop, cases[i].imap };
		for (size_t j = 0; j < 3; j++)
			if (talk_probe(each[j], cases[i].port, cases[i].who, cases[i].says) != sure[j])
				fail_msg("%s: %s", each[j]->name, cases[i].says);
	}
}

/* Anything cut anywhere: nothing is told twice, nothing is lost. */
static void cut_anywhere(void **state)
{
	static const char mail[] = "EHLO me\r\nDATA\r\nSubject: x\r\n\r\n.x\r\n.\r\nQUIT\r\n";
	(void)state;
	for (size_t cut = 1; cut < sizeof mail - 1; cut++) {
		struct talk talk = talk_begin(&smtp_decoder, 25);
		char first[sizeof mail], all[4200];
		memcpy(first, mail, cut);
		first[cut] = 0;
		talk_say(&talk, CLIENT, first);
		snprintf(all, sizeof all, "%s", talk.words);
		talk_say(&talk, CLIENT, mail + cut);
		if (all[0] && talk.words[0])
			strcat(all, ", ");
		strcat(all, talk.words);
		assert_string_equal(all, "smtp command EHLO, smtp command DATA, smtp end of mail, smtp command QUIT");
		talk_end(&talk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(smtp_mail_is_skipped),
		cmocka_unit_test(smtp_refused_data_is_no_mail),
		cmocka_unit_test(who_logs_in),
		cmocka_unit_test(pop_answers),
		cmocka_unit_test(imap_literals),
		cmocka_unit_test(what_follows_is_tls),
		cmocka_unit_test(how_sure),
		cmocka_unit_test(cut_anywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

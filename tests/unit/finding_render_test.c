#include "finding_kit.h"

static struct finding sample(void)
{
	static const struct finding_kind kind = { .id = "test/one", .say = "{client} did it." };
	struct finding finding = finding_of(&kind, 1, 2, 8080, 1, 1);
	finding.count = 5;
	finding.cost = 1240000000;
	finding_duration(&finding, "wait", 200000000);
	finding_number(&finding, "share", UNIT_RATIO, 0.005, FACT_MAX);
	finding_number(&finding, "most", UNIT_RATIO, 0.997, FACT_MAX);
	finding_number(&finding, "some", UNIT_RATIO, 0.5, FACT_MAX);
	finding_number(&finding, "all", UNIT_RATIO, 1, FACT_MAX);
	finding_number(&finding, "tiny", UNIT_RATIO, 0.00004, FACT_MAX);
	finding_number(&finding, "bytes", UNIT_BYTES, 1843200, FACT_MAX);
	finding_number(&finding, "rate", UNIT_BITS_PER_SECOND, 12412345, FACT_MAX);
	finding_number(&finding, "slow", UNIT_BITS_PER_SECOND, 512, FACT_MAX);
	finding_number(&finding, "often", UNIT_RATE_PER_SECOND, 22.34, FACT_MAX);
	finding_number(&finding, "hops", UNIT_NONE, 7, FACT_MAX);
	finding_number(&finding, "factor", UNIT_NONE, 2.5004, FACT_MAX);
	finding_number(&finding, "zero", UNIT_NONE, 0, FACT_MAX);
	finding_count(&finding, "n", 1986);
	finding_count(&finding, "one", 1);
	finding_words(&finding, "who", "the printer");
	return finding;
}

static void renders(void **state)
{
	static const struct { const char *template_, *words; } cases[] = {
		{ "plain words", "plain words" },
		{ "", "" },
		{ "{client} to {server}:{server_port}", "10.0.0.1 to 10.0.0.2:8080" },
		{ "{service}, {protocol}", "port 8080, TCP" },
		{ "{count} times, {cost}", "5 times, 1.24 s" },
		{ "{wait}", "200 ms" },
		{ "{share}", "0.5 %" }, { "{most}", "99.7 %" }, { "{some}", "50 %" }, { "{all}", "100 %" },
		{ "{tiny}", "0.004 %" },
		{ "{bytes}", "1.84 MB" },
		{ "{rate}", "12.4 Mb/s" }, { "{slow}", "512 bit/s" }, { "{often}", "22.3/s" },
		{ "{hops}", "7" }, { "{factor}", "2.5" }, { "{zero}", "0" },
		{ "{n}", "1986" },
		{ "{n|packet|packets}", "1986 packets" }, { "{one|packet|packets}", "1 packet" },
		{ "{count|try|tries}", "5 tries" },
		{ "{who}", "the printer" },
		{ "{unheard}", "{unheard}" }, { "{unheard|a|b}", "{unheard|a|b}" }, { "{n|a}", "{n|a}" },
		{ "{host}", "{host}" },          /* the subject is no host */
		{ "open {n", "open {n" }, { "} {", "} {" }, { "{}", "{}" },
	};
	struct finding finding = sample();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text words = { 0 };
		finding_render(&finding, cases[i].template_, &words);
		assert_string_equal(words.bytes, cases[i].words);
		text_finish(&words);
	}
}

static void huge_values_fit(void **state)
{
	struct finding finding = sample();
	finding_number(&finding, "n", UNIT_NONE, 1e308, FACT_MAX);
	finding_number(&finding, "wait", UNIT_SECONDS, 1e300, FACT_MAX);
	finding_number(&finding, "bytes", UNIT_BYTES, 1e300, FACT_MAX);
	finding_number(&finding, "rate", UNIT_BITS_PER_SECOND, 1e300, FACT_MAX);
	struct text words = { 0 };
	finding_render(&finding, "{n}{wait}{bytes}{rate}", &words);
	assert_true(words.length > 300);
	text_finish(&words);
}

static void facts_come_before_known_names(void **state)
{
	struct finding finding = sample();
	finding_words(&finding, "client", "the phone");
	struct text words = { 0 };
	finding_render(&finding, "{client}", &words);
	assert_string_equal(words.bytes, "the phone");
	text_finish(&words);
	struct address address = host(3);
	finding_host(&finding, &address);
	finding.fact_count = 0;
	finding_render(&finding, "{host} {server}", &words);
	assert_string_equal(words.bytes, "10.0.0.3 {server}");
	text_finish(&words);
}

static void text_tells_of_the_others(void **state)
{
	struct finding finding = sample();
	struct text words = { 0 };
	finding_text(&finding, &words);
	assert_string_equal(words.bytes, "10.0.0.1 did it.");
	text_clear(&words);
	finding.group = "targets";
	finding.group_size = 1986;
	finding.say = "{client} did.";
	finding_text(&finding, &words);
	assert_string_equal(words.bytes,
			    "10.0.0.1 did. The same holds for 1985 more targets of this client.");
	text_finish(&words);
}

static void left_overs_are_found(void **state)
{
	assert_null(finding_unrendered("no braces"));
	assert_null(finding_unrendered("{not a name} {} {X}"));
	assert_string_equal(finding_unrendered("a {b_2} c"), "{b_2} c");
	assert_string_equal(finding_unrendered("a { {n|x|y}"), "{n|x|y}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renders),
		cmocka_unit_test(huge_values_fit),
		cmocka_unit_test(facts_come_before_known_names),
		cmocka_unit_test(text_tells_of_the_others),
		cmocka_unit_test(left_overs_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "convert/pseudonym.h"

static struct pseudonyms *create(const char *key)
{
	struct error error = ERROR_INIT;
	struct pseudonyms *pseudonyms = pseudonyms_create(key, &error);
	if (!pseudonyms) {
		assert_int_equal(error.code, ERROR_UNSUPPORTED);
		skip();
	}
	return pseudonyms;
}

static uint32_t of_ipv4(struct pseudonyms *pseudonyms, uint32_t real)
{
	uint8_t bytes[4] = { (uint8_t)(real >> 24), (uint8_t)(real >> 16), (uint8_t)(real >> 8), (uint8_t)real };
	pseudonym_ipv4(pseudonyms, bytes);
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static unsigned common(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned at = 0;
	while (at < bits && (a[at / 8] >> (7 - at % 8) & 1) == (b[at / 8] >> (7 - at % 8) & 1))
		at++;
	return at;
}

static unsigned common32(uint32_t a, uint32_t b)
{
	return a == b ? 32 : (unsigned)__builtin_clz(a ^ b);
}

/* A small generator of our own: the same addresses in every run. */
static uint32_t random32(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 32);
}

static void test_prefixes_are_preserved(void **state)
{
	(void)state;
	struct pseudonyms *pseudonyms = create("key");
	uint64_t seed = 1;
	unsigned changed = 0;
	for (int i = 0; i < 20000; i++) {
		uint32_t a = random32(&seed), b = a ^ random32(&seed) >> random32(&seed) % 32;
		uint32_t x = of_ipv4(pseudonyms, a), y = of_ipv4(pseudonyms, b);
		assert_int_equal(common32(a, b), common32(x, y));
		changed += a != x;
	}
	assert_true(changed > 15000);        /* multicast and the like stay */
	for (int i = 0; i < 2000; i++) {
		uint8_t a[16], b[16], x[16], y[16];
		for (int j = 0; j < 16; j++)
			a[j] = (uint8_t)random32(&seed);
		a[0] = 0x20;
		memcpy(b, a, 16);
		unsigned bit = random32(&seed) % 125 + 3;
		b[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		memcpy(x, a, 16);
		memcpy(y, b, 16);
		pseudonym_ipv6(pseudonyms, x);
		pseudonym_ipv6(pseudonyms, y);
		assert_int_equal(common(a, b, 128), common(x, y, 128));
		assert_memory_not_equal(a, x, 16);
	}
	pseudonyms_destroy(pseudonyms);
}

static void test_kinds_of_addresses_stay(void **state)
{
	(void)state;
	static const struct { uint32_t real, network; unsigned length; bool same; } cases[] = {
		{ 0x00000000, 0, 32, true }, { 0x7f000001, 0x7f000001, 32, true },
		{ 0xe00000fb, 0xe00000fb, 32, true }, { 0xffffffff, 0xffffffff, 32, true },
		{ 0x0a010203, 0x0a000000, 8, false }, { 0xac1f0203, 0xac100000, 12, false },
		{ 0xc0a80203, 0xc0a80000, 16, false }, { 0xa9fe0203, 0xa9fe0000, 16, false },
		{ 0x64400203, 0x64400000, 10, false },
	};
	struct pseudonyms *pseudonyms = create("key");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t to = of_ipv4(pseudonyms, cases[i].real);
		assert_true(common32(to, cases[i].network) >= cases[i].length);
		assert_int_equal(to == cases[i].real, cases[i].same);
	}
	assert_int_equal(of_ipv4(pseudonyms, 0xc0a801ff) & 0xff, 0xff);
	/* No address outside gets inside. */
	uint64_t seed = 2;
	for (int i = 0; i < 5000; i++) {
		uint32_t real = random32(&seed), to = of_ipv4(pseudonyms, real);
		assert_int_equal(real >> 24 == 10, to >> 24 == 10);
		assert_int_equal(real >> 28 == 14, to >> 28 == 14);
		assert_int_equal(real >> 20 == 0xac1, to >> 20 == 0xac1);
	}
	pseudonyms_destroy(pseudonyms);
}

static void test_keys(void **state)
{
	(void)state;
	struct pseudonyms *one = create("key"), *again = create("key"), *other = create("kez"),
			  *random = create(NULL), *another = create(NULL);
	assert_int_equal(of_ipv4(one, 0x08080808), of_ipv4(again, 0x08080808));
	unsigned same_other = 0, same_random = 0;
	for (uint32_t i = 0; i < 64; i++) {
		uint32_t real = 0x50000000 + i * 0x10f0f1;
		same_other += of_ipv4(one, real) == of_ipv4(other, real);
		same_random += of_ipv4(random, real) == of_ipv4(another, real);
	}
	assert_true(same_other < 4 && same_random < 4);
	pseudonyms_destroy(one);
	pseudonyms_destroy(again);
	pseudonyms_destroy(other);
	pseudonyms_destroy(random);
	pseudonyms_destroy(another);
}

static void test_hardware_addresses(void **state)
{
	(void)state;
	static const uint8_t kept[][6] = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 0 },
		{ 1, 0x80, 0xc2, 0, 0, 0 }, { 0, 0, 0x5e, 0, 1, 7 }, { 0, 0, 0x0c, 7, 0xac, 1 } };
	struct pseudonyms *pseudonyms = create("key");
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		uint8_t mac[6];
		memcpy(mac, kept[i], 6);
		pseudonym_mac(pseudonyms, mac);
		assert_memory_equal(mac, kept[i], 6);
	}
	uint8_t station[6] = { 2, 0, 0, 0, 0, 1 }, other[6] = { 0, 0x11, 0x22, 0x33, 0x44, 0x55 };
	pseudonym_mac(pseudonyms, station);
	pseudonym_mac(pseudonyms, other);
	assert_int_equal(station[0] & 3, 2);
	assert_int_equal(other[0] & 3, 0);
	assert_memory_not_equal(station, "\2\0\0\0\0\1", 6);
	/* The frame of a solicited-node group fits the group. */
	uint8_t group[16] = { 0xff, 2, [11] = 1, 0xff, 0x12, 0x34, 0x56 };
	uint8_t frame[6] = { 0x33, 0x33, 0xff, 0x12, 0x34, 0x56 };
	pseudonym_ipv6(pseudonyms, group);
	pseudonym_mac(pseudonyms, frame);
	assert_memory_equal(group + 12, frame + 2, 4);
	assert_memory_not_equal(frame + 3, "\x12\x34\x56", 3);
	assert_memory_equal(group, "\xff\2\0\0\0\0\0\0\0\0\0\1\xff", 13);
	pseudonyms_destroy(pseudonyms);
}

static void test_words_and_filters(void **state)
{
	(void)state;
	struct pseudonyms *pseudonyms = create("key");
	char lower[] = "example", mixed[] = "ExamPle", filter[128] = "(tcp port 8080 and host 10.1.2.3) or host boss";
	pseudonym_word(pseudonyms, (uint8_t *)lower, 7);
	pseudonym_word(pseudonyms, (uint8_t *)mixed, 7);
	assert_string_not_equal(lower, "example");
	for (int i = 0; i < 7; i++) {
		assert_int_equal(lower[i], mixed[i] | 0x20);
		assert_int_equal(mixed[i] < 'a', i == 0 || i == 4);
	}
	pseudonym_filter(pseudonyms, filter, sizeof filter);
	assert_ptr_equal(strstr(filter, "(tcp port 8080 and host 10."), filter);
	assert_null(strstr(filter, "10.1.2.3"));
	assert_null(strstr(filter, "boss"));
	char narrow[8] = "boss";
	pseudonym_filter(pseudonyms, narrow, sizeof narrow);
	assert_int_equal(strlen(narrow), 4);
	pseudonyms_destroy(pseudonyms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes_are_preserved),
		cmocka_unit_test(test_kinds_of_addresses_stay),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_hardware_addresses),
		cmocka_unit_test(test_words_and_filters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

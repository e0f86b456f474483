/* QUIC: the published vectors of RFC 9001 and 9369, hellos in pieces, and what is no QUIC at all. */
#include "config.h"

#include <stdlib.h>

#include "decode/pieces.h"
#include "decode/quic_packet.h"
#include "decode_samples.h"

static struct packet packet;

static size_t from_hex(const char *words, uint8_t *to)
{
	size_t length = 0;
	for (; words[0] && words[1]; words += 2) {
		const char pair[3] = { words[0], words[1], 0 };
		to[length++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return length;
}

struct talk {                    /* a conversation, followed as the session stage does it */
	struct quic_state state;
	struct following following;
	uint8_t bytes[QUIC_MAX_PACKET];
	const struct quic_facts *last;
};

static void talk_begin(struct talk *talk)
{
	*talk = (struct talk){ .last = NULL };
	talk->following.state = &talk->state;
}

static const struct quic_facts *hear(struct talk *talk, uint8_t direction, const char *hex)
{
	static const uint8_t none[1];
	size_t length = from_hex(hex, talk->bytes);
	struct record record = sample_record(9999, none, 0, 0);
	packet_decode(&packet, &record);
	const struct layer *layer = packet_decode_message(&packet, &quic_decoder, NULL,
							  cursor_make(talk->bytes, length, length));
	assert_non_null(layer);
	talk->following.direction = direction;
	talk->following.packet++;
	quic_follow(&talk->following, cursor_make(talk->bytes, length, length), (void *)(uintptr_t)layer->facts);
	talk->last = layer->facts;
	return talk->last;
}

static void assert_says(const struct talk *talk, const char *expected)
{
	struct text words = { 0 };
	quic_decoder.words(&words, talk->last);
	assert_string_equal(words.bytes, expected);
	text_finish(&words);
}

#ifdef HAVE_CRYPTO
/* RFC 9001, A.2 and A.3, and RFC 9369, A.2 and A.3: the client's and the server's Initial. */
static const char client_1[] =
	"c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c"
	"0bab7df5976d27cd449f63300099f3991c260ec4c60d17b31f8429157bb35a1282a643a8d2262cad67500cadb8e7378c"
	"8eb7539ec4d4905fed1bee1fc8aafba17c750e2c7ace01e6005f80fcb7df621230c83711b39343fa028cea7f7fb5ff89"
	"eac2308249a02252155e2347b63d58c5457afd84d05dfffdb20392844ae812154682e9cf012f9021a6f0be17ddd0c208"
	"4dce25ff9b06cde535d0f920a2db1bf362c23e596d11a4f5a6cf3948838a3aec4e15daf8500a6ef69ec4e3feb6b1d98e"
	"610ac8b7ec3faf6ad760b7bad1db4ba3485e8a94dc250ae3fdb41ed15fb6a8e5eba0fc3dd60bc8e30c5c4287e53805db"
	"059ae0648db2f64264ed5e39be2e20d82df566da8dd5998ccabdae053060ae6c7b4378e846d29f37ed7b4ea9ec5d82e7"
	"961b7f25a9323851f681d582363aa5f89937f5a67258bf63ad6f1a0b1d96dbd4faddfcefc5266ba6611722395c906556"
	"be52afe3f565636ad1b17d508b73d8743eeb524be22b3dcbc2c7468d54119c7468449a13d8e3b95811a198f3491de3e7"
	"fe942b330407abf82a4ed7c1b311663ac69890f4157015853d91e923037c227a33cdd5ec281ca3f79c44546b9d90ca00"
	"f064c99e3dd97911d39fe9c5d0b23a229a234cb36186c4819e8b9c5927726632291d6a418211cc2962e20fe47feb3edf"
	"330f2c603a9d48c0fcb5699dbfe5896425c5bac4aee82e57a85aaf4e2513e4f05796b07ba2ee47d80506f8d2c25e50fd"
	"14de71e6c418559302f939b0e1abd576f279c4b2e0feb85c1f28ff18f58891ffef132eef2fa09346aee33c28eb130ff2"
	"8f5b766953334113211996d20011a198e3fc433f9f2541010ae17c1bf202580f6047472fb36857fe843b19f5984009dd"
	"c324044e847a4f4a0ab34f719595de37252d6235365e9b84392b061085349d73203a4a13e96f5432ec0fd4a1ee65accd"
	"d5e3904df54c1da510b0ff20dcc0c77fcb2c0e0eb605cb0504db87632cf3d8b4dae6e705769d1de354270123cb11450e"
	"fc60ac47683d7b8d0f811365565fd98c4c8eb936bcab8d069fc33bd801b03adea2e1fbc5aa463d08ca19896d2bf59a07"
	"1b851e6c239052172f296bfb5e72404790a2181014f3b94a4e97d117b438130368cc39dbb2d198065ae3986547926cd2"
	"162f40a29f0c3c8745c0f50fba3852e566d44575c29d39a03f0cda721984b6f440591f355e12d439ff150aab7613499d"
	"bd49adabc8676eef023b15b65bfc5ca06948109f23f350db82123535eb8a7433bdabcb909271a6ecbcb58b936a88cd4e"
	"8f2e6ff5800175f113253d8fa9ca8885c2f552e657dc603f252e1a8e308f76f0be79e2fb8f5d5fbbe2e30ecadd220723"
	"c8c0aea8078cdfcb3868263ff8f0940054da48781893a7e49ad5aff4af300cd804a6b6279ab3ff3afb64491c85194aab"
	"760d58a606654f9f4400e8b38591356fbf6425aca26dc85244259ff2b19c41b9f96f3ca9ec1dde434da7d2d392b905dd"
	"f3d1f9af93d1af5950bd493f5aa731b4056df31bd267b6b90a079831aaf579be0a39013137aac6d404f518cfd4684064"
	"7e78bfe706ca4cf5e9c5453e9f7cfd2b8b4c8d169a44e55c88d4a9a7f9474241e221af44860018ab0856972e194cd934";
static const char client_2[] =
	"d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa162e75d6c"
	"96058bdbfb127cdfcbf903388e99ad049f9a3dd4425ae4d0992cfff18ecf0fdb5a842d09747052f17ac2053d21f57c5d"
	"250f2c4f0e0202b70785b7946e992e58a59ac52dea6774d4f03b55545243cf1a12834e3f249a78d395e0d18f4d766004"
	"f1a2674802a747eaa901c3f10cda5500cb9122faa9f1df66c392079a1b40f0de1c6054196a11cbea40afb6ef5253cd68"
	"18f6625efce3b6def6ba7e4b37a40f7732e093daa7d52190935b8da58976ff3312ae50b187c1433c0f028edcc4c2838b"
	"6a9bfc226ca4b4530e7a4ccee1bfa2a3d396ae5a3fb512384b2fdd851f784a65e03f2c4fbe11a53c7777c023462239dd"
	"6f7521a3f6c7d5dd3ec9b3f233773d4b46d23cc375eb198c63301c21801f6520bcfb7966fc49b393f0061d974a2706df"
	"8c4a9449f11d7f3d2dcbb90c6b877045636e7c0c0fe4eb0f697545460c806910d2c355f1d253bc9d2452aaa549e27a1f"
	"ac7cf4ed77f322e8fa894b6a83810a34b361901751a6f5eb65a0326e07de7c1216ccce2d0193f958bb3850a833f7ae43"
	"2b65bc5a53975c155aa4bcb4f7b2c4e54df16efaf6ddea94e2c50b4cd1dfe06017e0e9d02900cffe1935e0491d77ffb4"
	"fdf85290fdd893d577b1131a610ef6a5c32b2ee0293617a37cbb08b847741c3b8017c25ca9052ca1079d8b78aebd4787"
	"6d330a30f6a8c6d61dd1ab5589329de714d19d61370f8149748c72f132f0fc99f34d766c6938597040d8f9e2bb522ff9"
	"9c63a344d6a2ae8aa8e51b7b90a4a806105fcbca31506c446151adfeceb51b91abfe43960977c87471cf9ad4074d30e1"
	"0d6a7f03c63bd5d4317f68ff325ba3bd80bf4dc8b52a0ba031758022eb025cdd770b44d6d6cf0670f4e990b22347a7db"
	"848265e3e5eb72dfe8299ad7481a408322cac55786e52f633b2fb6b614eaed18d703dd84045a274ae8bfa73379661388"
	"d6991fe39b0d93debb41700b41f90a15c4d526250235ddcd6776fc77bc97e7a417ebcb31600d01e57f32162a8560cacc"
	"7e27a096d37a1a86952ec71bd89a3e9a30a2a26162984d7740f81193e8238e61f6b5b984d4d3dfa033c1bb7e4f0037fe"
	"bf406d91c0dccf32acf423cfa1e7071010d3f270121b493ce85054ef58bada42310138fe081adb04e2bd901f2f13458b"
	"3d6758158197107c14ebb193230cd1157380aa79cae1374a7c1e5bbcb80ee23e06ebfde206bfb0fcbc0edc4ebec30966"
	"1bdd908d532eb0c6adc38b7ca7331dce8dfce39ab71e7c32d318d136b6100671a1ae6a6600e3899f31f0eed19e3417d1"
	"34b90c9058f8632c798d4490da4987307cba922d61c39805d072b589bd52fdf1e86215c2d54e6670e07383a27bbffb5a"
	"ddf47d66aa85a0c6f9f32e59d85a44dd5d3b22dc2be80919b490437ae4f36a0ae55edf1d0b5cb4e9a3ecabee93dfc6e3"
	"8d209d0fa6536d27a5d6fbb17641cde27525d61093f1b28072d111b2b4ae5f89d5974ee12e5cf7d5da4d6a31123041f3"
	"3e61407e76cffcdcfd7e19ba58cf4b536f4c4938ae79324dc402894b44faf8afbab35282ab659d13c93f70412e85cb19"
	"9a37ddec600545473cfb5a05e08d0b209973b2172b4d21fb69745a262ccde96ba18b2faa745b6fe189cf772a9f84cbfc";
static const char server_1[] =
	"cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb3"
	"8cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84"
	"022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee";
static const char server_2[] =
	"dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf872630"
	"17915358230035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e42757507698075b2"
	"c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140";

static void the_vectors_of_the_standards_open(void **state)
{
	(void)state;
	static const struct { const char *client, *server; uint32_t version; } rows[] = {
		{ client_1, server_1, 1 }, { client_2, server_2, 0x6b3343cf } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct talk talk;
		talk_begin(&talk);
		const struct quic_facts *quic = hear(&talk, 0, rows[i].client);
		assert_int_equal(quic->version, rows[i].version);
		assert_int_equal(quic->types[0], QUIC_INITIAL);
		assert_true(quic->opened && !quic->from_server && tls_says(&quic->tls, TLS_CLIENT_HELLO));
		assert_string_equal(quic->tls.connection->client->server_name, "example.com");
		assert_string_equal(quic->tls.connection->client->protocols, "alpn");
		assert_says(&talk, "QUIC: Initial, Client Hello (example.com)");
		quic = hear(&talk, 1, rows[i].server);
		assert_true(quic->opened && quic->from_server && tls_says(&quic->tls, TLS_SERVER_HELLO));
		assert_int_equal(quic->tls.connection->version, TLS_1_3);
		assert_int_equal(quic->tls.connection->cipher, 0x1301);
		assert_says(&talk, "QUIC: Initial, Server Hello");
		/* The same once more is nothing new. */
		quic = hear(&talk, 0, rows[i].client);
		assert_true(quic->crypto && !quic->crypto_new && !quic->tls.message_count);
		assert_says(&talk, "QUIC: Initial, Client Hello (again)");
		quic_unfollow(&talk.state);
	}
}

static void without_the_first_datagram_nothing_opens(void **state)
{
	(void)state;
	struct talk talk;
	talk_begin(&talk);
	const struct quic_facts *quic = hear(&talk, 1, server_1);
	assert_true(!quic->opened && !quic->tls.message_count);
	assert_says(&talk, "QUIC: Initial");
	assert_false(quic_continues(&talk.state, cursor_make(talk.bytes, 40, 40)));
	assert_true(hear(&talk, 0, client_1)->opened);
	assert_true(quic_continues(&talk.state, cursor_make(talk.bytes, 40, 40)));
	/* A server's Initial of another connection. */
	assert_false(hear(&talk, 1, server_2)->opened && !talk.last->from_server);
	quic_unfollow(&talk.state);
}

static void one_changed_bit_closes_a_packet(void **state)
{
	(void)state;
	struct talk talk;
	char changed[sizeof client_1];
	memcpy(changed, client_1, sizeof changed);
	changed[sizeof changed - 2] ^= 1;
	talk_begin(&talk);
	assert_false(hear(&talk, 0, changed)->opened);
	assert_int_equal(talk.following.held, 0);
	quic_unfollow(&talk.state);
}
#endif

static void packets_are_named_from_outside(void **state)
{
	(void)state;
	static const struct { const char *what, *hex, *words; } rows[] = {
		{ "the Retry of RFC 9001, A.4",
		  "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba", "QUIC: Retry" },
		{ "the Retry of RFC 9369, A.4",
		  "cf6b3343cf0008f067a5502a4262b5746f6b656ec8646ce8bfe33952d955543665dcc7b6", "QUIC: Retry" },
		{ "the short header of RFC 9001, A.5", "4cfe4189655e5cd55c41f69080575d7999c25a5bfb",
		  "QUIC: Protected Payload" },
		{ "versions of a server", "8000000000040102030400000000016b3343cf", "QUIC: Version Negotiation" },
		{ "early data", "d0000000010401020304000008aabbccddeeff0011", "QUIC: 0-RTT" },
		{ "the same in version 2", "e06b3343cf0401020304000008aabbccddeeff0011", "QUIC: 0-RTT" },
		{ "two in one datagram", "e00000000104010203040004aabbccddd0000000010401020304000004aabbccdd",
		  "QUIC: Handshake, 0-RTT" },
		{ "padding behind a packet is none", "e00000000104010203040004aabbccdd0000000000000000000000000000"
		  "00000000000000000000000000000000", "QUIC: Handshake" },
		{ "a length beyond the datagram", "e0000000010401020304004100aabbccdd", "QUIC: " },
		{ "a connection ID of 21 bytes", "e000000001150102030400000000000000000000000000000000000004aabbccdd",
		  "QUIC: " },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct talk talk;
		struct text words = { 0 };
		talk_begin(&talk);
		quic_decoder.words(&words, hear(&talk, 0, rows[i].hex));
		if (strcmp(words.bytes, rows[i].words) != 0)
			fail_msg("%s: %s", rows[i].what, words.bytes);
		text_finish(&words);
		quic_unfollow(&talk.state);
	}
}

static void not_all_datagrams_are_quic(void **state)
{
	(void)state;
	static const struct { const char *what; uint8_t bytes[32]; uint16_t port; bool is; } rows[] = {
		{ "version 1", { 0xc0, 0, 0, 0, 1, 8 }, 5000, true },
		{ "version 2", { 0xd0, 0x6b, 0x33, 0x43, 0xcf, 8 }, 5000, true },
		{ "an unknown version", { 0xc0, 9, 9, 9, 9, 8 }, 443, false },
		{ "a connection ID of 30 bytes", { 0xc0, 0, 0, 0, 1, 30 }, 443, false },
		{ "negotiation on port 443", { 0x80, 0, 0, 0, 0, 8 }, 443, true },
		{ "the same elsewhere", { 0x80, 0, 0, 0, 0, 8 }, 5000, false },
		{ "short header on port 443", { 0x4f, 1, 2, 3, 4, 5 }, 443, true },
		{ "the same elsewhere", { 0x4f, 1, 2, 3, 4, 5 }, 5000, false },
		{ "a version that asks for others", { 0xc0, 0x1a, 0x2a, 0x3a, 0x4a, 8 }, 5000, true },
		{ "DTLS on port 443", { 22, 0xfe, 0xfd, 0, 0 }, 443, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (quic_recognise(cursor_make(rows[i].bytes, 32, 32), 40000, rows[i].port) != rows[i].is)
			fail_msg("%s", rows[i].what);
}

/* ---- Frames ------------------------------------------------------------------------------------ */

static unsigned told;

static void count_value(struct teller *teller, const struct told *one)
{
	(void)teller, (void)one;
	told++;
}

static void count_end(struct teller *teller)
{
	(void)teller;
}

static void read_frames(const uint8_t *bytes, size_t length, struct quic_facts *facts, struct pieces *pieces)
{
	struct teller teller = { count_value, count_value, count_end, true };
	struct quic_payload payload = { .length = length };
	memcpy(payload.bytes, bytes, length);
	*facts = (struct quic_facts){ .packet_count = 1 };
	quic_read_frames(&payload, &(struct quic_listener){ &teller, facts, pieces });
}

static void frames_say_why_a_connection_ends(void **state)
{
	(void)state;
	static const struct { const char *what; uint8_t bytes[40]; size_t length; const char *reason; uint64_t code;
		bool closes, alert; } rows[] = {
		{ "a refusal", { 1, 0x1c, 2, 0, 2, 'n', 'o' }, 7, "no", 2, true, false },
		{ "an alert", { 0x1c, 0x41, 0x28, 6, 0 }, 5, "", 0x128, true, true },
		{ "behind an acknowledgement with ranges and ECN", { 3, 9, 1, 1, 2, 0, 1, 5, 6, 7, 0, 0, 0x1c, 0, 0, 0 }, 16,
		  "", 0, true, false },
		{ "controls in the reason", { 0x1c, 1, 0, 3, 'a', 0x1b, 'b' }, 7, "a?b", 1, true, false },
		{ "a reason longer than the packet", { 0x1c, 1, 0, 9, 'a', 'b' }, 6, "ab", 1, true, false },
		{ "a frame that does not belong here", { 8, 1, 0x1c, 1, 0, 0 }, 6, "", 0, false, false },
		{ "ranges without end", { 2, 9, 1, 0xbf, 0xff, 0xff, 0xff, 0, 1, 1, 1 }, 11, "", 0, false, false },
		{ "half a number", { 0x1c, 0x80, 1 }, 3, "", 0, false, false },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct quic_facts facts;
		struct pieces pieces = { 0 };
		read_frames(rows[i].bytes, rows[i].length, &facts, &pieces);
		if (facts.closes != rows[i].closes || facts.close_code != rows[i].code ||
		    facts.tls.has_alert != rows[i].alert || strcmp(facts.close_reason, rows[i].reason) != 0)
			fail_msg("%s: %d 0x%llx %s", rows[i].what, facts.closes, (unsigned long long)facts.close_code,
				 facts.close_reason);
		pieces_finish(&pieces);
	}
}

/* What is inside of a packet no fuzzer can change: it would not open any more. */
static void no_frame_breaks_anything(void **state)
{
	(void)state;
	static const uint8_t types[] = { 0, 1, 2, 3, 6, 6, 6, 0x1c };
	uint8_t bytes[120];
	uint64_t random = 88172645463325252u;
	struct pieces pieces = { 0 };
	for (unsigned run = 0; run < 30000; run++) {
		struct quic_facts facts;
		for (size_t i = 0; i < sizeof bytes; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			bytes[i] = random % 5 ? (uint8_t)(random >> 32) & (random % 3 ? 0x3f : 0xff)
					      : types[random >> 24 & 7];
		}
		bytes[0] = types[run & 7];
		read_frames(bytes, run % sizeof bytes, &facts, &pieces);
		assert_in_range(pieces_memory(&pieces), 0, 2 * QUIC_MOST_HELD + 4096);
		pieces_take(&pieces, pieces_ready(&pieces).captured / 2);
	}
	assert_true(told > 30000);
	pieces_finish(&pieces);
}

/* ---- Pieces ------------------------------------------------------------------------------------ */

static size_t add(struct pieces *pieces, uint64_t offset, const char *words)
{
	return pieces_add(pieces, offset, cursor_make(words, strlen(words), strlen(words)), 32);
}

static void assert_ready(const struct pieces *pieces, const char *words)
{
	struct cursor ready = pieces_ready(pieces);
	assert_int_equal(ready.captured, strlen(words));
	assert_memory_equal(ready.next, words, ready.captured);
}

static void pieces_come_in_any_order(void **state)
{
	(void)state;
	struct pieces pieces = { 0 };
	assert_int_equal(add(&pieces, 6, "ghi"), 3);
	assert_ready(&pieces, "");
	assert_int_equal(add(&pieces, 0, "ab"), 2);
	assert_ready(&pieces, "ab");
	assert_int_equal(add(&pieces, 3, "d"), 1);
	/* What came first stays. */
	assert_int_equal(add(&pieces, 1, "XcXefXhi"), 3);
	assert_ready(&pieces, "abcdefghi");
	assert_int_equal(add(&pieces, 2, "cde"), 0);
	pieces_take(&pieces, 4);
	assert_ready(&pieces, "efghi");
	assert_int_equal(add(&pieces, 0, "abcd"), 0);
	assert_int_equal(add(&pieces, 3, "defghij"), 1);
	pieces_take(&pieces, 6);
	assert_ready(&pieces, "");
	assert_int_equal(pieces_memory(&pieces), 0);
	assert_int_equal(add(&pieces, 10, "klm"), 3);
	assert_ready(&pieces, "klm");
	pieces_finish(&pieces);
}

static void pieces_are_bounded(void **state)
{
	(void)state;
	struct pieces pieces = { 0 };
	assert_int_equal(add(&pieces, 31, "ab"), 0);
	assert_int_equal(add(&pieces, UINT64_MAX, "a"), 0);
	assert_int_equal(pieces_memory(&pieces), 0);
	assert_int_equal(add(&pieces, 30, "ab"), 2);
	size_t kept = 0;
	for (unsigned i = 0; i < 1000; i++)
		kept += pieces_add(&pieces, 2 * i + 1, cursor_make("x", 1, 1), 4096);
	assert_in_range(kept, 1, PIECES_MOST_RANGES);
	assert_in_range(pieces_memory(&pieces), 1, 8192);
	pieces_finish(&pieces);
	assert_int_equal(pieces_memory(&pieces), 0);
}

/* The same text in pieces of all sizes, from both ends, must be the same text. */
static void any_cut_gives_the_same(void **state)
{
	(void)state;
	static const char text[] = "the quick brown fox jumps over";
	for (size_t size = 1; size < sizeof text; size++)
		for (size_t start = 0; start < size; start++) {
			struct pieces pieces = { 0 };
			for (size_t at = sizeof text - 1; at-- > 0;) {
				size_t length = sizeof text - 1 - at < size ? sizeof text - 1 - at : size;
				if (at % size == start || at == 0 || length < size)
					pieces_add(&pieces, at, cursor_make(text + at, length, length), 64);
			}
			if (start == 0)
				assert_ready(&pieces, text);
			pieces_finish(&pieces);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#ifdef HAVE_CRYPTO
		cmocka_unit_test(the_vectors_of_the_standards_open),
		cmocka_unit_test(without_the_first_datagram_nothing_opens),
		cmocka_unit_test(one_changed_bit_closes_a_packet),
#endif
		cmocka_unit_test(packets_are_named_from_outside),
		cmocka_unit_test(not_all_datagrams_are_quic),
		cmocka_unit_test(frames_say_why_a_connection_ends),
		cmocka_unit_test(no_frame_breaks_anything),
		cmocka_unit_test(pieces_come_in_any_order),
		cmocka_unit_test(pieces_are_bounded),
		cmocka_unit_test(any_cut_gives_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

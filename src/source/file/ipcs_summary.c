/* The SUMMARY report: two lines a packet.
 *
 *     DP    Nr hh:mm:ss.mmmmmm IpId    Seq_num    Ack_num  Wndw Flags    DatLn Source/Destination
 *     IT     4 14:18:01.111074 4E3D 3454024896 1452693654 32768 ACK PSH     47 192.168.248.44-5000
 *                   3232302D 2057656C *.......% 220- Wel*                      10.7.1.61-3470
 *
 * D is In or Out; P is TCP, UDP, ICMP, iGmp, Data trace or another Protocol. */
#include "source/file/ipcs_words.h"

/* The words behind the time, from the last to the first: those in front may be missing. */
#define SUMMARY_WORDS 16

static bool read_summary_tcp(struct ipcs_words *words, const struct word *list, size_t count)
{
	uint64_t all = 0, one;
	size_t at = count;
	while (at && ipcs_find_flag(list[at - 1], &one)) {
		all |= one;
		at--;
	}
	static const enum ipcs_field numbers[] = {
		IPCS_WINDOW, IPCS_ACKNOWLEDGMENT, IPCS_SEQUENCE,
	};
	for (size_t i = 0; i < 3; i++) {
		uint64_t value;
		if (!at)
			return false;
		const char *text = list[--at].text;
		if (!words_decimal(&text, &value) || *text != ' ')
			return false;
		ipcs_learn(words, numbers[i], value);
	}
	return ipcs_learn(words, IPCS_TCP_FLAGS, all);
}

static bool read_summary_rest(struct ipcs_words *words, char protocol, const char *line)
{
	struct word list[SUMMARY_WORDS];
	size_t count = 0;
	while (count < SUMMARY_WORDS && words_next(&line, &list[count]))
		count++;
	uint64_t value;
	uint16_t port;
	if (count < 2 || !word_endpoint(list[count - 1], &words->source, &port))
		return false;
	ipcs_learn(words, IPCS_SOURCE_PORT, port);
	const char *text = list[count - 2].text;
	words->unusable = true;
	if (!words_decimal(&text, &value) || *text != ' ')
		return true;
	ipcs_learn(words, IPCS_DATA_LENGTH, value);
	text = list[0].text;
	if (word_is_hex(list[0], 4, 4) && words_hex(&text, &value))
		ipcs_learn(words, IPCS_ID, value);
	ipcs_learn(words, IPCS_PROTOCOL, protocol == 'T' ? 6 : 17);
	if (protocol == 'T')
		words->unusable = !read_summary_tcp(words, list, count - 2);
	else
		words->unusable = protocol != 'U';
	return true;
}

bool ipcs_begin_summary(struct ipcs_words *words, const char *line)
{
	uint64_t number;
	int64_t time;
	line = skip_blanks(line);
	char direction = line[0], protocol = direction ? line[1] : '\0';
	if ((direction != 'I' && direction != 'O') || !protocol || !strchr("TUIGDP", protocol))
		return false;
	line += 2;
	if (!words_decimal(&line, &number) || *line != ' ' || !words_time(&line, &time) ||
	    *line != ' ')
		return false;
	struct ipcs_words begun;
	ipcs_begin(&begun, IPCS_SUMMARY, number, time);
	begun.placed = true;
	begun.outbound = direction == 'O';
	if (!read_summary_rest(&begun, protocol, line))
		return false;
	*words = begun;
	return true;
}

bool ipcs_end_summary(struct ipcs_words *words, const char *line)
{
	struct word word = { line, 0 }, last;
	const char *at = line;
	while (words_next(&at, &last))
		word = last;
	uint16_t port;
	if (!word_endpoint(word, &words->destination, &port))
		return false;
	ipcs_learn(words, IPCS_DESTINATION_PORT, port);
	at = skip_blanks(line);
	if (at == word.text)
		return true;
	while (words->first_byte_count < IPCS_FIRST_BYTES && hex_digit(at[0]) >= 0 &&
	       hex_digit(at[1]) >= 0) {
		words->first_bytes[words->first_byte_count++] =
			(uint8_t)(hex_digit(at[0]) << 4 | hex_digit(at[1]));
		at += 2;
		if (words->first_byte_count % 4 == 0)
			at = skip_blanks(at);
	}
	return true;
}

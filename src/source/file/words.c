#include "source/file/words.h"

#include "core/clock.h"

#define MOST_DIGITS 18

int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

const char *skip_blanks(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

bool words_next(const char **at, struct word *word)
{
	word->text = skip_blanks(*at);
	word->length = strcspn(word->text, " ");
	if (word->length)
		*at = word->text + word->length;
	return word->length > 0;
}

bool word_is(struct word word, const char *text)
{
	return strlen(text) == word.length && memcmp(word.text, text, word.length) == 0;
}

bool word_is_hex(struct word word, size_t least, size_t most)
{
	for (size_t i = 0; i < word.length; i++)
		if (hex_digit(word.text[i]) < 0)
			return false;
	return word.length >= least && word.length <= most;
}

bool words_decimal(const char **at, uint64_t *value)
{
	const char *next = skip_blanks(*at);
	unsigned digits = 0;
	uint64_t number = 0;
	for (; is_digit(*next) || (digits && *next == ',' && is_digit(next[1])); next++)
		if (*next != ',' && digits++ < MOST_DIGITS)
			number = number * 10 + (uint64_t)(*next - '0');
	if (!digits || digits > MOST_DIGITS)
		return false;
	*value = number;
	*at = next;
	return true;
}

bool words_hex(const char **at, uint64_t *value)
{
	const char *next = skip_blanks(*at);
	unsigned digits = 0;
	uint64_t number = 0;
	for (; hex_digit(*next) >= 0 && digits <= 16; next++, digits++)
		number = number << 4 | (uint64_t)hex_digit(*next);
	if (!digits || digits > 16)
		return false;
	*value = number;
	*at = next;
	return true;
}

/* Exactly `count` digits. */
static bool digits(const char **at, unsigned count, unsigned *value)
{
	*value = 0;
	for (unsigned i = 0; i < count; i++, (*at)++) {
		if (!is_digit(**at))
			return false;
		*value = *value * 10 + (unsigned)(**at - '0');
	}
	return true;
}

static bool mark(const char **at, char c)
{
	if (**at != c)
		return false;
	(*at)++;
	return true;
}

bool words_time(const char **at, int64_t *nanoseconds)
{
	const char *next = skip_blanks(*at);
	unsigned hours, minutes, seconds;
	if (!digits(&next, 2, &hours) || !mark(&next, ':') || !digits(&next, 2, &minutes) ||
	    !mark(&next, ':') || !digits(&next, 2, &seconds) || hours > 23 || minutes > 59 ||
	    seconds > 60)
		return false;
	int64_t time = (hours * 3600 + minutes * 60 + seconds) * NANOSECONDS;
	if ((*next == '.' || *next == ',') && is_digit(next[1])) {
		next++;
		for (int64_t unit = NANOSECONDS / 10; is_digit(*next); next++, unit /= 10)
			time += (*next - '0') * unit;
	}
	*nanoseconds = time;
	*at = next;
	return true;
}

bool words_date(const char **at, int64_t *nanoseconds)
{
	const char *next = skip_blanks(*at);
	unsigned year, month, day;
	if (!digits(&next, 4, &year))
		return false;
	char between = *next;
	if ((between != '/' && between != '-') || !mark(&next, between) ||
	    !digits(&next, 2, &month) || !mark(&next, between) || !digits(&next, 2, &day) ||
	    year < 1970 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	*nanoseconds = time_from_date(year, month, day);
	*at = next;
	return true;
}

bool word_endpoint(struct word word, struct address *address, uint16_t *port)
{
	char text[ADDRESS_TEXT_SIZE + 8];
	uint64_t number = 0;
	if (word.length >= sizeof text)
		return false;
	memcpy(text, word.text, word.length);
	text[word.length] = '\0';
	/* No address has a hyphen in it. */
	char *hyphen = strrchr(text, '-');
	if (hyphen) {
		const char *digit = hyphen + 1;
		*hyphen = '\0';
		if (!words_decimal(&digit, &number) || *digit || number > UINT16_MAX)
			return false;
	}
	*port = (uint16_t)number;
	return address_parse(text, address);
}

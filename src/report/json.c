#include "report/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

void number_add(struct text *to, uint64_t number)
{
	char digits[20];
	size_t start = sizeof digits;
	do {
		digits[--start] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	text_add_bytes(to, digits + start, sizeof digits - start);
}

void double_add(struct text *to, double number)
{
	if (!isfinite(number)) {
		text_add(to, "null");
		return;
	}
	/* 15 digits hold what people wrote, such as 0.1; 17 hold every double. */
	char words[40];
	snprintf(words, sizeof words, "%.15g", number);
	if (strtod(words, NULL) != number)
		snprintf(words, sizeof words, "%.17g", number);
	for (char *c = words; *c; c++)
		if (*c == ',')   /* the decimal point of the program's locale */
			*c = '.';
	text_add(to, words);
}

void seconds_add(struct text *to, int64_t nanoseconds)
{
	uint64_t left = nanoseconds < 0 ? 0 - (uint64_t)nanoseconds : (uint64_t)nanoseconds;
	if (nanoseconds < 0)
		text_add_char(to, '-');
	number_add(to, left / NANOSECONDS);
	left %= NANOSECONDS;
	if (!left)
		return;
	char digits[10] = ".";
	size_t length = 0;
	for (uint64_t unit = NANOSECONDS / 10; left; unit /= 10) {
		digits[++length] = (char)('0' + left / unit);
		left %= unit;
	}
	text_add_bytes(to, digits, length + 1);
}

static void start_value(struct json *json, const char *key)
{
	if (json->filled)
		text_add(json->to, json->flat ? ", " : ",");
	if (!json->flat && json->depth > 0) {
		text_add_char(json->to, '\n');
		for (unsigned i = 0; i < json->depth; i++)
			text_add(json->to, "  ");
	}
	if (key) {
		text_add_char(json->to, '"');
		text_add(json->to, key);
		text_add(json->to, "\": ");
	}
	json->filled = true;
}

void json_open(struct json *json, const char *key, char bracket)
{
	start_value(json, key);
	text_add_char(json->to, bracket);
	json->depth++;
	json->filled = false;
}

void json_open_flat(struct json *json, const char *key, char bracket)
{
	json_open(json, key, bracket);
	if (!json->flat)
		json->flat = json->depth;
}

void json_close(struct json *json, char bracket)
{
	bool flat = json->flat != 0;
	if (json->flat == json->depth)
		json->flat = 0;
	json->depth--;
	if (!flat && json->filled) {
		text_add_char(json->to, '\n');
		for (unsigned i = 0; i < json->depth; i++)
			text_add(json->to, "  ");
	}
	text_add_char(json->to, bracket);
	json->filled = true;
}

void json_words(struct json *json, const char *key, const char *words)
{
	start_value(json, key);
	if (words)
		text_add_json(json->to, words);
	else
		text_add(json->to, "null");
}

void json_number(struct json *json, const char *key, uint64_t number)
{
	start_value(json, key);
	number_add(json->to, number);
}

void json_number_or_null(struct json *json, const char *key, uint64_t number)
{
	if (number)
		json_number(json, key, number);
	else
		json_words(json, key, NULL);
}

void json_double(struct json *json, const char *key, double number)
{
	start_value(json, key);
	double_add(json->to, number);
}

void json_raw(struct json *json, const char *key, const char *value)
{
	start_value(json, key);
	text_add(json->to, value);
}

void json_boolean(struct json *json, const char *key, bool truth)
{
	start_value(json, key);
	text_add(json->to, truth ? "true" : "false");
}

void json_seconds(struct json *json, const char *key, int64_t nanoseconds)
{
	start_value(json, key);
	seconds_add(json->to, nanoseconds);
}

void json_time(struct json *json, const char *key, int64_t time, unsigned digits)
{
	char words[TIME_TEXT_SIZE];
	json_words(json, key, time == INT64_MIN ? NULL : time_rfc3339(time, digits, words));
}

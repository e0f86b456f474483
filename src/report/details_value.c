/* The value of a field, for people: with its unit, its name, and in the digits of CleverView. */
#include <inttypes.h>
#include <string.h>

#include "core/clock.h"
#include "field/show.h"
#include "report/details.h"

#define MOST_BYTES 64            /* in hexadecimal; the Hex Decode has them all */
#define MOST_TEXT 1024

static void add_hexadecimal(struct text *to, const struct field *field, uint64_t number)
{
	text_addf(to, "0x%0*" PRIX64, field->width * 2, number);
}

static void add_number(struct text *to, const struct field *field, uint64_t number, const char *words)
{
	bool hexadecimal = field->form == FORM_HEX || field->form == FORM_HEX_DECIMAL;
	if (words) {
		text_addf(to, "%s (", words);
		if (hexadecimal)
			add_hexadecimal(to, field, number);
		else
			text_addf(to, "%" PRIu64, number);
		text_add_char(to, ')');
		return;
	}
	if (hexadecimal)
		add_hexadecimal(to, field, number);
	else
		text_addf(to, "%" PRIu64, number);
	if (field->form == FORM_HEX_DECIMAL)
		text_addf(to, " (%" PRIu64 ")", number);
	if (field->form == FORM_DECIMAL_HEX) {
		text_add(to, " (");
		add_hexadecimal(to, field, number);
		text_add_char(to, ')');
	}
}

static void add_bytes(struct text *to, const struct field_value *value)
{
	size_t shown = value->length <= MOST_BYTES ? value->length : MOST_BYTES;
	for (size_t i = 0; i < shown; i++)
		text_addf(to, "%02X", value->bytes[i]);
	if (shown < value->length)
		text_addf(to, "... (%zu bytes)", value->length);
}

static void add_words(struct text *to, const struct field_value *value)
{
	size_t shown = value->length <= MOST_TEXT ? value->length : MOST_TEXT;
	text_add_printable(to, (const char *)value->bytes, shown);
	if (shown < value->length)
		text_addf(to, "... (%zu bytes)", value->length);
}

static void add_flag(struct text *to, const struct field *field, int64_t number)
{
	const char *words = field->names ? field_words(field->names, (uint64_t)number) : NULL;
	if (words)
		text_add(to, words);
	else
		text_add(to, number ? "Yes" : "No");
}

static void add_mac(struct text *to, const uint8_t mac[6])
{
	text_addf(to, "%02X:%02X:%02X:%02X:%02X:%02X", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void add_time(struct text *to, int64_t time, const struct details_how *how)
{
	char date[TIME_TEXT_SIZE], clock[TIME_TEXT_SIZE];
	bool local = how->output->time_style == CULPRIT_TIME_LOCAL;
	if (how->output->time_style == CULPRIT_TIME_EPOCH)
		text_add(to, time_text(time, 0, TIME_STYLE_EPOCH, how->digits, date));
	else
		text_addf(to, "%s %s", date_text(time, local, date),
			  time_of_day_text(time, local, how->digits, clock));
}

void detail_value(struct text *to, const struct told *told, const struct details_how *how)
{
	const struct field *field = told->field;
	const struct field_value *value = &told->value;
	if (told->secret && !how->show_secrets) {
		text_addf(to, "(%zu bytes hidden)", value->length);
		return;
	}
	if (told->words) {
		text_add_printable(to, told->words, strlen(told->words));
		return;
	}
	switch (field->type) {
	case FIELD_GROUP:
		return;
	case FIELD_FLAG:
		add_flag(to, field, value->number);
		break;
	case FIELD_UINT:
		add_number(to, field, (uint64_t)value->number,
			   field->names ? field_words(field->names, (uint64_t)value->number) : NULL);
		break;
	case FIELD_TEXT:
		add_words(to, value);
		break;
	case FIELD_BYTES:
		add_bytes(to, value);
		break;
	case FIELD_MAC:
		add_mac(to, value->address.bytes);
		break;
	case FIELD_DURATION:
		seconds_add(to, value->number);
		break;
	case FIELD_TIME:
		add_time(to, value->number, how);
		break;
	default:
		field_show(to, field, value, 9);
		break;
	}
	if (field->unit)
		text_addf(to, " %s", field->unit);
}

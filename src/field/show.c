#include "field/show.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"

static void add_hexadecimal(struct text *to, const struct field *field, uint64_t number)
{
	text_addf(to, "0x%0*llx", field->width * 2, (unsigned long long)number);
}

static void add_bytes(struct text *to, const struct field_value *value)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < value->length; i++) {
		text_add_char(to, digits[value->bytes[i] >> 4]);
		text_add_char(to, digits[value->bytes[i] & 15]);
	}
}

static void add_duration(struct text *to, int64_t nanoseconds, unsigned digits)
{
	uint64_t magnitude = nanoseconds < 0 ? -(uint64_t)nanoseconds : (uint64_t)nanoseconds;
	char fraction[10];
	snprintf(fraction, sizeof fraction, "%09llu", (unsigned long long)(magnitude % NANOSECONDS));
	text_addf(to, "%s%llu", nanoseconds < 0 ? "-" : "", (unsigned long long)(magnitude / NANOSECONDS));
	if (digits)
		text_addf(to, ".%.*s", (int)(digits < 9 ? digits : 9), fraction);
}

static void add_real(struct text *to, double real)
{
	if (isfinite(real))
		text_addf(to, "%.10g", real);
	else
		text_add(to, "0");
}

static bool is_hexadecimal(const struct field *field)
{
	return field->form == FORM_HEX || field->form == FORM_HEX_DECIMAL;
}

static void add_unsigned(struct text *to, const struct field *field, uint64_t number)
{
	if (is_hexadecimal(field))
		add_hexadecimal(to, field, number);
	else
		text_addf(to, "%llu", (unsigned long long)number);
}

void field_show(struct text *to, const struct field *field, const struct field_value *value, unsigned digits)
{
	char words[TIME_TEXT_SIZE > ADDRESS_TEXT_SIZE ? TIME_TEXT_SIZE : ADDRESS_TEXT_SIZE];
	switch (field->type) {
	case FIELD_GROUP:
		text_add_char(to, '1');
		break;
	case FIELD_FLAG:
		text_add_char(to, value->number ? '1' : '0');
		break;
	case FIELD_UINT:
		add_unsigned(to, field, (uint64_t)value->number);
		break;
	case FIELD_INT:
		text_addf(to, "%lld", (long long)value->number);
		break;
	case FIELD_DOUBLE:
		add_real(to, value->real);
		break;
	case FIELD_TEXT:
		text_add_bytes(to, value->bytes, value->length);
		break;
	case FIELD_BYTES:
		add_bytes(to, value);
		break;
	case FIELD_IPV4:
	case FIELD_IPV6:
		text_add(to, address_text(&value->address, words));
		break;
	case FIELD_MAC:
		text_add(to, mac_text(value->address.bytes, words));
		break;
	case FIELD_TIME:
		text_add(to, time_rfc3339(value->number, digits, words));
		break;
	case FIELD_DURATION:
		add_duration(to, value->number, digits);
		break;
	}
}

void field_show_json(struct text *to, const struct field *field, const struct field_value *value,
		     unsigned digits)
{
	switch (field->type) {
	case FIELD_GROUP:
		text_add(to, "true");
		return;
	case FIELD_FLAG:
		text_add(to, value->number ? "true" : "false");
		return;
	case FIELD_UINT:
		text_addf(to, "%llu", (unsigned long long)value->number);
		return;
	case FIELD_INT:
	case FIELD_DOUBLE:
	case FIELD_DURATION:
		field_show(to, field, value, digits);
		return;
	case FIELD_TEXT:
		text_add_json_bytes(to, (const char *)value->bytes, value->length);
		return;
	case FIELD_BYTES:
	case FIELD_IPV4:
	case FIELD_IPV6:
	case FIELD_MAC:
	case FIELD_TIME:
		break;
	}
	text_add_char(to, '"');
	field_show(to, field, value, digits);
	text_add_char(to, '"');
}

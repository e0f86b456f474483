#include "decode/tells.h"

static unsigned checksum_status(enum checksum_state state)
{
	switch (state) {
	case CHECKSUM_GOOD:
		return 1;
	case CHECKSUM_BAD:
	case CHECKSUM_ZERO:
	case CHECKSUM_PARTIAL:
		return 0;
	case CHECKSUM_ABSENT:
		return 3;
	case CHECKSUM_UNVERIFIED:
		break;
	}
	return 2;
}

static const char *checksum_note(enum checksum_state state)
{
	switch (state) {
	case CHECKSUM_GOOD:
		return ", correct";
	case CHECKSUM_ABSENT:
		return ", the sender computed none";
	case CHECKSUM_ZERO:
		return ", filled in later by the sender's card";
	case CHECKSUM_PARTIAL:
		return ", a partial sum, completed later by the sender's card";
	case CHECKSUM_BAD:
	case CHECKSUM_UNVERIFIED:
		break;
	}
	return "";
}

void tell_checksum(struct teller *teller, const struct field *fields, struct cursor *in,
		   enum checksum_state state, uint16_t expected)
{
	const uint8_t *at = in->next;
	uint16_t checksum = cursor_be16(in);
	if (!cursor_ok(in))
		return;
	if (state == CHECKSUM_UNVERIFIED || state == CHECKSUM_ABSENT || state == CHECKSUM_GOOD)
		tell_worded(teller, &fields[0], at, 2, checksum, "0x%04x%s", checksum, checksum_note(state));
	else
		tell_worded(teller, &fields[0], at, 2, checksum, "0x%04x, should be 0x%04x%s", checksum, expected,
			    checksum_note(state));
	if (state != CHECKSUM_UNVERIFIED && state != CHECKSUM_ABSENT)
		tell_number(teller, &fields[1], NULL, 0, expected);
	tell_number(teller, &fields[2], NULL, 0, checksum_status(state));
}

void tell_code(struct teller *teller, const struct field *field, const uint8_t *at, uint8_t code,
	       const char *words)
{
	if (words)
		tell_worded(teller, field, at, 1, code, "%u (%s)", code, words);
	else
		tell_number(teller, field, at, 1, code);
}

void tell_ethertype(struct teller *teller, const struct field *field, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint16_t type = cursor_be16(in);
	const char *name = ethertype_name(type);
	if (cursor_ok(in))
		tell_worded(teller, field, at, 2, type, "%s (0x%04x)", name ? name : "Unknown", type);
}

void tell_hardware(struct teller *teller, const struct field *fields, struct cursor *in)
{
	const uint8_t *at = cursor_take(in, 6);
	if (!at)
		return;
	const struct address address = address_mac(at);
	tell_address(teller, &fields[0], at, 6, &address);
	tell_number(teller, &fields[1], at, 1, at[0] >> 1 & 1);
	tell_number(teller, &fields[2], at, 1, at[0] & 1);
}

bool tlv_next(struct cursor *options, struct tlv *to)
{
	if (!cursor_more(options))
		return false;
	*to = (struct tlv){ .at = options->next, .length = 1, .held = 1 };
	to->kind = cursor_u8(options);
	if (!cursor_ok(options))
		return false;
	if (to->kind <= 1) {
		to->value = cursor_make(options->next, 0, 0);
		return true;
	}
	to->length = cursor_u8(options);
	if (!cursor_ok(options) || to->length < 2)
		return false;
	to->value = cursor_split(options, to->length - 2);
	to->held = 2 + to->value.captured;
	return cursor_ok(&to->value);
}

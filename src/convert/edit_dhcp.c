/* BOOTP and DHCP (RFC 2131, RFC 2132): addresses by their pseudonyms, what the protocol needs to be
 * understood stays, all else is wiped. */
#include "convert/edit.h"

#include "core/cursor.h"

#define FIXED 236                    /* up to the magic cookie */
#define OPTIONS 240
#define COOKIE 0x63825363u

enum treatment { WIPE, KEEP, ADDRESSES, CLIENT };

static enum treatment treatment_of(uint8_t option)
{
	switch (option) {
	case 1: case 2: case 26: case 51: case 52: case 53: case 55: case 57: case 58: case 59:
		return KEEP;         /* mask, time, MTU, lease, overload, type, parameters, sizes, timers */
	case 3: case 4: case 5: case 6: case 7: case 28: case 32: case 33: case 42: case 44: case 50:
	case 54:
		return ADDRESSES;
	case 61:
		return CLIENT;
	default:
		return WIPE;
	}
}

static void edit_option(struct edit *edit, uint8_t option, size_t at, size_t length)
{
	switch (treatment_of(option)) {
	case KEEP:
		break;
	case ADDRESSES:
		for (size_t i = 0; i + 4 <= length; i += 4)
			edit_ipv4(edit, at + i);
		edit_wipe(edit, at + length - length % 4, length % 4);
		break;
	case CLIENT:                 /* hardware type 1 and its address, or any name */
		if (length == 7 && edit->bytes[at] == 1)
			edit_mac(edit, at + 1);
		else
			edit_wipe(edit, at, length);
		break;
	case WIPE:
		edit_wipe(edit, at, length);
		break;
	}
}

void edit_dhcp(struct edit *edit, size_t at, size_t end)
{
	enum { PAD = 0, END = 255 };
	if (end > edit->length)
		end = edit->length;
	if (!edit_has(edit, at, FIXED) || at + FIXED > end)
		return;
	for (size_t i = 0; i < 4; i++)       /* client, yours, server, relay */
		edit_ipv4(edit, at + 12 + i * 4);
	if (edit->bytes[at + 1] == 1 && edit->bytes[at + 2] == 6)
		edit_mac(edit, at + 28);
	else
		edit_wipe(edit, at + 28, 6);
	edit_wipe(edit, at + 34, FIXED - 34);        /* rest of the hardware address, server and file name */
	edit->known = at + FIXED;
	if (at + OPTIONS > end || load_be32(edit->bytes + at + FIXED) != COOKIE)
		return;
	edit->known = at + OPTIONS;
	for (at += OPTIONS; at < end; ) {
		uint8_t option = edit->bytes[at];
		size_t length = option == PAD || option == END || at + 2 > end ? 0 : edit->bytes[at + 1];
		size_t whole = option == PAD || option == END ? 1 : 2 + length;
		if (at + whole > end)
			return;
		if (length)
			edit_option(edit, option, at + 2, length);
		at += whole;
		edit->known = at;
		if (option == END)
			break;
	}
}

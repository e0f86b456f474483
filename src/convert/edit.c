#include "convert/edit.h"

#include <string.h>

#include "core/checksum.h"

void edit_ipv4(struct edit *edit, size_t at)
{
	if (edit_has(edit, at, 4))
		pseudonym_ipv4(edit->pseudonyms, edit->bytes + at);
}

void edit_ipv6(struct edit *edit, size_t at)
{
	if (edit_has(edit, at, 16))
		pseudonym_ipv6(edit->pseudonyms, edit->bytes + at);
}

void edit_mac(struct edit *edit, size_t at)
{
	if (edit_has(edit, at, 6))
		pseudonym_mac(edit->pseudonyms, edit->bytes + at);
}

void edit_wipe(struct edit *edit, size_t at, size_t length)
{
	if (at >= edit->length)
		return;
	memset(edit->bytes + at, 0, length < edit->length - at ? length : edit->length - at);
}

void edit_checksum(struct edit *edit, size_t at, size_t start, size_t end, bool pseudo, uint8_t state)
{
	if (end > edit->length)
		end = edit->length;
	if (edit->checksum_count == EDIT_MAX_CHECKSUMS || !edit_has(edit, at, 2) || start > end)
		return;
	struct edit_checksum *checksum = &edit->checksums[edit->checksum_count++];
	*checksum = (struct edit_checksum){ .at = at, .start = start, .end = end, .state = state };
	if (pseudo) {
		checksum->pseudo_before = edit->pseudo_before;
		checksum->pseudo_after = edit->pseudo_after;
	}
	checksum->before = checksum_add(checksum->pseudo_before, edit->bytes + start, end - start);
}

size_t edit_ip_header(struct edit *edit, size_t at, uint8_t checksum_state)
{
	if (!edit_has(edit, at, 1))
		return 0;
	bool is_v6 = edit->bytes[at] >> 4 == 6;
	size_t length = is_v6 ? 40 : (size_t)(edit->bytes[at] & 15) * 4;
	size_t addresses = at + (is_v6 ? 8 : 12), size = is_v6 ? 16 : 4;
	if (length < 20 || !edit_has(edit, addresses, 2 * size))
		return 0;
	/* Its checksum covers what the trace holds of it: only differences count. */
	if (!is_v6)
		edit_checksum(edit, at + 10, at, at + length, false, checksum_state);
	edit->pseudo_before = checksum_add(0, edit->bytes + addresses, 2 * size);
	for (int i = 0; i < 2; i++) {
		if (is_v6)
			edit_ipv6(edit, addresses + (size_t)i * size);
		else
			edit_ipv4(edit, addresses + (size_t)i * size);
	}
	edit->pseudo_after = checksum_add(0, edit->bytes + addresses, 2 * size);
	return at + length;
}

/* Hex Decode: the bytes of a packet as IPCS shows them, 77 columns wide: the offset, four groups of four bytes, and
 * what the bytes are in EBCDIC and in ASCII. */
#include <string.h>

#include "core/ebcdic.h"
#include "report/details.h"
#include "session/secrets.h"

#define ROW 16
#define NO_LAYER 255

static uint8_t layer_of(const struct byte_map *map, size_t offset)
{
	uint8_t layer = NO_LAYER;
	for (unsigned i = 0; map && i < map->layer_count; i++) {
		const struct byte_span *span = &map->layers[i];
		if (offset >= span->offset && offset - span->offset < span->length)
			layer = span->layer;
	}
	return layer;
}

static bool is_secret(const struct byte_map *map, size_t offset)
{
	for (unsigned i = 0; map && i < map->secret_count; i++)
		if (offset >= map->secrets[i].offset && offset - map->secrets[i].offset < map->secrets[i].length)
			return true;
	return false;
}

struct row {
	const uint8_t *bytes;
	size_t count;
	uint8_t layer[ROW];
	bool secret[ROW];
};

enum column { COLUMN_HEX, COLUMN_EBCDIC, COLUMN_ASCII };

static void add_cell(struct text *to, enum column column, uint8_t byte, bool secret)
{
	if (secret)
		text_add(to, column == COLUMN_HEX ? "**" : "*");
	else if (column == COLUMN_HEX)
		text_addf(to, "%02X", byte);
	else if (column == COLUMN_EBCDIC)
		ebcdic_add(to, byte);
	else
		text_add_char(to, byte >= ' ' && byte < 0x7f ? (char)byte : '.');
}

/* One column of a row, in runs of one colour. */
static void add_column(const struct page *page, const struct row *row, enum column column)
{
	struct text run = { 0 };
	for (size_t i = 0; i < row->count; i++) {
		if (column == COLUMN_HEX && i % 4 == 0)
			text_add_char(&run, ' ');
		add_cell(&run, column, row->bytes[i], row->secret[i]);
		if (i + 1 < row->count && row->layer[i + 1] == row->layer[i])
			continue;
		page_add(page, row->layer[i] == NO_LAYER ? INK_PLAIN : layer_ink(row->layer[i]), run.bytes);
		text_clear(&run);
	}
	text_finish(&run);
}

static void add_row(const struct page *page, enum culprit_hex columns, const struct row *row, size_t offset)
{
	text_addf(page->to, "%06zX ", offset);
	add_column(page, row, COLUMN_HEX);
	size_t hex = row->count * 2 + (row->count + 3) / 4;
	page_indent(page, ROW * 2 + 4 - hex + 1);
	if (columns != CULPRIT_HEX_ASCII) {
		add_column(page, row, COLUMN_EBCDIC);
		if (columns == CULPRIT_HEX_BOTH)
			page_indent(page, ROW - row->count + 1);
	}
	if (columns != CULPRIT_HEX_EBCDIC)
		add_column(page, row, COLUMN_ASCII);
	text_add_char(page->to, '\n');
}

void hex_decode(const struct details_how *how, enum culprit_hex columns, const uint8_t *bytes, size_t length,
		const struct byte_map *map, struct text *to)
{
	const struct page page = { to, 80, how->output->colour };
	for (size_t offset = 0; offset < length; offset += ROW) {
		struct row row = { .bytes = bytes + offset, .count = length - offset < ROW ? length - offset : ROW };
		for (size_t i = 0; i < row.count; i++) {
			row.layer[i] = layer_of(map, offset + i);
			row.secret[i] = !how->show_secrets && is_secret(map, offset + i);
		}
		add_row(&page, columns, &row, offset);
	}
}

/* Fuzz target: bytes as a filter expression, and where it makes sense, over one packet. */
#include <stdlib.h>
#include <string.h>

#include "filter/filter.h"
#include "source/linktype.h"

/* A TCP segment with options and data; a VLAN around it. */
static const uint8_t frame[] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 0x81, 0x00, 0x00, 0x64, 0x08, 0x00,
	0x45, 0x00, 0x00, 0x3c, 0x12, 0x34, 0x40, 0x00, 0x40, 0x06, 0x14, 0x86, 0x0a, 0x00, 0x00, 0x01,
	0x0a, 0x00, 0x00, 0x02, 0x9c, 0x40, 0x01, 0xbb, 0x11, 0x22, 0x33, 0x44, 0x00, 0x00, 0x00, 0x00, 0x80, 0x02,
	0xfa, 0xf0, 0x52, 0xc3, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x01, 0x03, 0x03, 0x07, 0x01, 0x01, 0x01, 0x00,
	'G', 'E', 'T', ' ', '/', '\r', '\n', '\0',
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static struct packet packet;
	struct error error = ERROR_INIT;
	char *text = malloc(length + 1);
	if (!text)
		abort();
	if (length)
		memcpy(text, bytes, length);
	text[length] = '\0';
	struct filter *filter = filter_compile(text, &error);
	if (!filter) {
		if (error.offset > strlen(text) || !error.message[0])
			abort();
		free(text);
		return 0;
	}
	free(text);      /* nothing of it is needed any more */
	struct fields *fields = fields_create(NULL);
	const struct record record = { .number = 1, .link_type = LINKTYPE_ETHERNET, .bytes = frame,
		.captured_length = sizeof frame, .original_length = sizeof frame };
	const struct observation observation = { .packet = &packet };
	packet_decode(&packet, &record);
	bool selected = filter_matches(filter, fields, &observation);
	if (filter_matches(filter, fields, &observation) != selected)
		abort();
	fields_destroy(fields);
	filter_destroy(filter);
	return 0;
}

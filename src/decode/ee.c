#include "decode/ee.h"

#include "decode/decoder.h"

enum { POLL = 0x10, UI = 0x03, ANR_MODE = 6, FUNCTION_MODE = 5 };

static const struct field_name commands[] = { { UI, "UI" }, { 0x0f, "DM" }, { 0x43, "DISC" }, { 0x63, "UA" },
	{ 0x6f, "SABME" }, { 0x87, "FRMR" }, { 0xaf, "XID" }, { 0xe3, "TEST" }, { 0, NULL } };

/* Other services may use these ports: only unnumbered frames are of this protocol. */
bool ee_read(struct cursor frame, const struct packet *packet, struct ee_message *ee)
{
	uint16_t port = packet->udp->destination_port;
	cursor_skip(&frame, 1);
	ee->response = cursor_u8(&frame) & 1;
	ee->control = cursor_u8(&frame) & (uint8_t)~POLL;
	ee->there = cursor_ok(&frame) && field_words(commands, ee->control);
	if (port > EE_SIGNALLING && port <= EE_SIGNALLING + EE_PRIORITIES)
		ee->priority = (uint8_t)(port - EE_SIGNALLING);
	if (ee->control == UI && frame.captured)
		ee->mode = *frame.next >> 5;
	return ee->there || frame.status == CURSOR_TRUNCATED;
}

void ee_say(struct text *to, const void *facts)
{
	static const char *const priorities[EE_PRIORITIES + 1] = { NULL, "network", "high", "medium", "low" };
	const struct ee_message *ee = facts;
	if (!ee->there)
		return;
	text_addf(to, "ee : %s%s", field_words(commands, ee->control),
		  ee->control == UI ? "" : ee->response ? " response" : " command");
	if (ee->priority)
		text_addf(to, ", %s priority", priorities[ee->priority]);
	if (ee->mode == ANR_MODE)
		text_add(to, ", automatic network routing");
	else if (ee->mode == FUNCTION_MODE)
		text_add(to, ", function routing");
}

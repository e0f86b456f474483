/* Whether a packet is as it should be: Wireshark's two protocols for what it is not. */
#include <string.h>

#include "field/groups.h"

static const struct field malformed_fields[] = {
	{ "_ws.malformed", "Malformed Packet", FIELD_TEXT, .description = "Why: what contradicts itself" },
	{ 0 },
};
static const struct field short_fields[] = {
	{ "_ws.short", "Packet size limited during capture", FIELD_UINT, .unit = "bytes",
	  .description = "Bytes of the packet that the trace does not hold" },
	{ 0 },
};

static void tell_malformed(struct teller *teller, const struct fields *context,
			   const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	const char *problem = packet->problem ? packet->problem : "";
	(void)context;
	if (packet->malformed)
		tell_text(teller, &malformed_fields[0], NULL, 0, problem, strlen(problem));
}

static void tell_short(struct teller *teller, const struct fields *context,
		       const struct observation *observation)
{
	const struct record *record = observation->packet->record;
	(void)context;
	if (observation->packet->truncated)
		tell_number(teller, &short_fields[0], NULL, 0,
			    (int64_t)record->original_length - record->captured_length);
}

const struct field_group malformed_group = { .fields = malformed_fields, .tell = tell_malformed };
const struct field_group short_group = { .fields = short_fields, .tell = tell_short };

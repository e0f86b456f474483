/* Enterprise Extender: SNA's high-performance routing over UDP, RFC 2353. Every datagram is an LLC frame as on a
 * LAN; the port says the priority. */
#ifndef DECODE_EE_H
#define DECODE_EE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"
#include "decode/packet.h"

/* 12000 is for XID, TEST, DISC and DM; one port for each priority follows. */
enum { EE_SIGNALLING = 12000, EE_PRIORITIES = 4 };

struct ee_message {
	bool there;                  /* the frame came over UDP */
	uint8_t control;             /* of LLC, without poll and final */
	bool response;               /* by the source's service access point */
	uint8_t priority;            /* 1 network … 4 low; 0 signalling, or unknown */
	uint8_t mode;                /* the switching mode of the network layer header of a UI frame; 0: none */
};

/* Reads the start of an LLC frame that came over UDP. False: these bytes are something else. */
bool ee_read(struct cursor frame, const struct packet *packet, struct ee_message *ee);
/* "ee : UI, high priority"; nothing of other frames. */
void ee_say(struct text *to, const void *facts);

#endif

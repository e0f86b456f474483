/* Who speaks in datagrams whose ports do not tell: by their bytes, or because a message of another protocol announced
 * them (SIP announces RTP). */
#ifndef SESSION_DATAGRAMS_H
#define SESSION_DATAGRAMS_H

#include "decode/decoder.h"
#include "session/session.h"

#define DATAGRAM_FIRST_PORT 1024 /* below, ports belong to a service, and nobody else would take one */

struct datagrams;

struct datagrams *datagrams_create(const struct session *session);
void datagrams_destroy(struct datagrams *datagrams);        /* NULL is fine */
/* Whose the bytes of a datagram are; NULL: nobody knows (yet). */
const struct decoder *datagrams_recognise(struct datagrams *datagrams, uint8_t direction, struct cursor bytes);
/* Nobody was recognised, and nobody will be. False for NULL. */
bool datagrams_hopeless(const struct datagrams *datagrams);

#endif

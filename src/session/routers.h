/* Which hardware addresses are routers: those that send packets of several other hosts. */
#ifndef SESSION_ROUTERS_H
#define SESSION_ROUTERS_H

#include "session/session.h"

struct routers;

struct routers *routers_create(void);
void routers_destroy(struct routers *routers);              /* NULL is fine */

/* `source` was seen in a unicast packet from `mac`; `hops` routers lie behind it by its TTL. */
void routers_observe(struct routers *routers, const uint8_t mac[6], const struct address *source,
		     unsigned hops);
bool routers_has(const struct routers *routers, const uint8_t mac[6]);

#endif

/* Which build of culprit this is: what another one wrote may mean something else. */
#ifndef INDEX_BUILD_ID_H
#define INDEX_BUILD_ID_H

#include "core/text.h"

/* Version, and the identity that the linker gave to the program or library that this code is in. */
void build_id_add(struct text *to);

#endif

/* Times as people write them in filters. */
#ifndef FILTER_MOMENT_H
#define FILTER_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/* "2012-08-08", "2012-08-08 16:30", "2012-08-08T16:30:00.5Z", "… +02:00", and as Wireshark shows them: "Aug  8, 2012
 * 16:30:00.123456789", with a zone of letters UTC or GMT; without a zone UTC. Also seconds since 1970. To nanoseconds
 * since then. */
bool moment_read(const char *words, int64_t *to);

/* "12", "12.345": whole seconds and the rest, exactly. False when there is anything else. */
bool moment_seconds(const char *words, int64_t *seconds, int64_t *nanoseconds);

#endif

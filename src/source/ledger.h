/* The bookkeeping of a source: fills the source_report while formats and the source read on.
 * Whatever a file can make it keep is bounded here. */
#ifndef SOURCE_LEDGER_H
#define SOURCE_LEDGER_H

#include "core/address.h"
#include "source/source.h"

/* Names and secrets help, but no trace needs more than this, and a hostile one could bring
 * gigabytes. */
#define LEDGER_MAX_NAMES 65536
#define LEDGER_MAX_NAME 255              /* RFC 1035, 2.3.4 */
#define LEDGER_MAX_SECRETS 65536
#define LEDGER_MAX_SECRET_BYTES ((size_t)64 * 1024 * 1024)

struct ledger {
	struct source_report report;
	size_t file_capacity, interface_capacity, name_capacity, secret_capacity;
	size_t secret_bytes;
	uint64_t number;             /* of the last record that the source delivered */
};

void ledger_finish(struct ledger *ledger);
/* The index of a new file. */
uint16_t ledger_file(struct ledger *ledger, const char *path);
/* A new interface with only its file filled in, and its index. When SOURCE_MAX_INTERFACES is
 * reached the last one stands for all that follow. */
struct source_interface *ledger_interface(struct ledger *ledger, uint16_t file, uint32_t *index);
void ledger_damage(struct ledger *ledger, const struct source_damage *damage);
void ledger_name(struct ledger *ledger, const struct address *address, const uint8_t *name,
		 size_t length);
void ledger_secret(struct ledger *ledger, uint32_t type, const uint8_t *bytes, size_t length);
/* Numbers and counts a record that is about to be delivered. */
void ledger_record(struct ledger *ledger, struct record *record);
/* Copies text out of a file into a field, cut to fit between two UTF-8 characters. */
void ledger_text(char *to, size_t room, const uint8_t *bytes, size_t length);

#endif

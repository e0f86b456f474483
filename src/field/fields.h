/* All fields of one packet, told to whoever asks.
 *
 *	struct fields *fields = fields_create(source_report(source));
 *	for each packet, in order:
 *		fields_walk(fields, &observation, &teller, NULL);       (or not)
 *		fields_passed(fields, record);
 *
 * What is told, in this order: the groups before the layers (frame, zos), every layer of the packet, from the
 * outside in, with what only its session knows at its end (tcp, udp); behind an ICMP error the packet that it quotes,
 * as layers of its own; the messages that the packet completed on a stream (their bytes are there only with
 * session_limits.message_bytes); the groups behind (session, culprit).
 *
 * Each of them is opened with the field of the protocol or group (registry.h) and closed behind its fields; `at` and
 * `length` of an opened layer are its header, `value.bytes` and `value.length` all its bytes with what is inside. Layers of the packet lie in the
 * record, or in what was put together from fragments: then `at` is outside of the record. A fragment that was not put
 * together is told no further than its IP header, as in Wireshark. */
#ifndef FIELD_FIELDS_H
#define FIELD_FIELDS_H

#include "decode/field.h"
#include "field/registry.h"
#include "session/session.h"

struct finding;

#define FIELDS_MAX_WANTED 24

/* What somebody wants to hear; NULL instead of it: everything. */
struct field_wanted {
	struct field_want {
		const struct decoder *decoder;
		const struct field_group *group;
		bool fields;         /* its fields too; else only whether it is there */
	} want[FIELDS_MAX_WANTED];
	unsigned count;
	bool all;                    /* it is too much to list */
};

/* Adds who tells an answer. */
void field_want(struct field_wanted *wanted, const struct field_answer *answer);

/* The findings that concern a packet: where a first pass over the trace has found them. Returns how many were
 * written to `list`. */
typedef unsigned fields_findings(void *user, const struct observation *observation,
				 const struct finding **list, unsigned room);
#define FIELDS_MAX_FINDINGS 32

struct fields {                  /* groups read it */
	const struct source_report *report;
	int64_t first_time, previous_time;   /* of the first record and of the one before; INT64_MIN: none */
	fields_findings *findings;   /* NULL: they are not known */
	void *findings_user;
	struct packet *quoted;       /* made for the first ICMP error */
	struct record quoted_record;
};

/* `report` may be NULL and must outlive it. */
struct fields *fields_create(const struct source_report *report);
void fields_destroy(struct fields *fields);        /* NULL is fine */
/* At the end of a session, without a packet: only what is known of the session. */
void fields_walk(struct fields *fields, const struct observation *observation, struct teller *teller,
		 const struct field_wanted *wanted);
void fields_passed(struct fields *fields, const struct record *record);

/* True if `field.get` (of packet) says all that there is to say: no tunnel, no fragment, no quoted packet, where
 * layers of one kind could be there twice, or be left out; and nothing cut or wrong, of which there are only parts. */
bool fields_simple(const struct packet *packet);

#endif

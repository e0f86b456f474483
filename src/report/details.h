/* Packet Details: one packet with everything that is known of it. A packet is written in parts, while its bytes are
 * there: its layers with all fields (details_text or details_json), and its bytes (hex_decode). */
#ifndef REPORT_DETAILS_H
#define REPORT_DETAILS_H

#include <culprit.h>

#include "analysis.h"
#include "field/fields.h"
#include "report/json.h"
#include "report/links.h"
#include "report/wrap.h"

/* One layer, or group, or message, that the walk opened: whose it is. */
struct layer_seen {
	const struct observation *observation;
	const char *protocol;        /* the name of its field: "tcp" */
	const void *facts;           /* of its decoder; NULL when they are not known */
};

/* The lines that CleverView shows of a layer, for people: its heading and what matters most, two values to a line.
 * Fields that they hold are not told again. */
struct layer_sheet {
	const char *protocol;
	void (*heading)(struct text *to, const struct layer_seen *seen);     /* NULL: the decoder's title */
	void (*lines)(struct text *to, const struct layer_seen *seen);       /* each ends with a line end; NULL */
	const char *const *said;     /* names of fields, to a NULL; NULL: none */
	const char *between;         /* of name and value; NULL: " : " */
	bool no_facts;               /* its lines need none */
	bool brief;                  /* numbers that are 0 are left out */
	const char *const *labels;   /* names of fields, each with its title here, to a NULL; NULL: none */
};

/* NULL: it has none. */
const struct layer_sheet *layer_sheet(const char *protocol);

/* How many packets behind a packet can still say something about it. */
#define DETAILS_REACH LINKS_REACH

/* Which bytes of the record are whose, for colours and masks. */
#define DETAILS_MAX_SPANS 64
struct byte_span { size_t offset, length; uint8_t layer; };
struct byte_map {
	const uint8_t *bytes;        /* the record's */
	size_t length;
	struct byte_span layers[DETAILS_MAX_SPANS], secrets[DETAILS_MAX_SPANS];
	unsigned layer_count, secret_count;
};
/* The ink of the n-th layer, in the details as in the bytes. */
enum ink layer_ink(unsigned layer);

struct details_how {
	const struct culprit_output *output;
	bool show_secrets;
	unsigned digits;             /* of times */
};

/* The fields as an indented list, the seed's lines first. What lies where is written to `map`. */
void details_text(const struct details_how *how, struct fields *fields, const struct observation *observation,
		  struct text *to, struct byte_map *map);
/* The same as the members "layers" of an open object. */
void details_json(const struct details_how *how, struct fields *fields, const struct observation *observation,
		  struct json *json, struct byte_map *map);

/* Bytes as IPCS shows them: offset, hexadecimal in fours, EBCDIC, ASCII. `map` may be NULL. */
void hex_decode(const struct details_how *how, enum culprit_hex columns, const uint8_t *bytes, size_t length,
		const struct byte_map *map, struct text *to);
/* Begins a map of the record's bytes, with the secrets that its payload shows by itself or, given the state of
 * its session, as part of a dialogue (session/secrets.h). `secrets` is moved on; NULL: not known. */
struct secrets;
/* Of bytes that `side` sent and that stand in no record. */
void byte_map_of(struct byte_map *map, const uint8_t *bytes, size_t length, struct secrets *secrets, unsigned side);
void byte_map_init(struct byte_map *map, const struct observation *observation, struct secrets *secrets);

/* The value of a field as people read it. */
void detail_value(struct text *to, const struct told *told, const struct details_how *how);

#endif

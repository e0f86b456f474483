/* Fields: every decoded value by a name, for details, filters and columns. A decoder declares its fields in
 * one table and tells them with its `tell`, which reads the layer's bytes once more and in full. Analysis
 * never builds a field: what it needs stands in the facts.
 *
 *	enum { SOURCE_PORT, … };
 *	static const struct field fields[] = {
 *		[SOURCE_PORT] = { "udp.srcport", "Source Port", FIELD_UINT, .also = "udp.port" }, … { NULL } };
 *
 *	static void tell_udp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
 *	{
 *		tell_be16(teller, &fields[SOURCE_PORT], &in); …
 *	}
 *
 * Names, types and values are Wireshark's where Wireshark has the field. */
#ifndef DECODE_FIELD_H
#define DECODE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/cursor.h"

struct packet;

enum field_type {
	FIELD_GROUP,                 /* a protocol or a group of fields: there or not */
	FIELD_FLAG,                  /* number: 0 or 1 */
	FIELD_UINT, FIELD_INT,       /* number */
	FIELD_DOUBLE,                /* real */
	FIELD_TEXT, FIELD_BYTES,     /* bytes */
	FIELD_IPV4, FIELD_IPV6, FIELD_MAC,   /* address */
	FIELD_TIME,                  /* number: ns since 1970 */
	FIELD_DURATION,              /* number: ns */
};

/* How the number is shown. HEX_DECIMAL: "0x000a (10)" in details, hexadecimal elsewhere; and the reverse. */
enum field_form { FORM_DECIMAL, FORM_HEX, FORM_DECIMAL_HEX, FORM_HEX_DECIMAL };

struct field_name { uint64_t value; const char *words; };    /* lists end with NULL words */

struct field_value {
	int64_t number;              /* unsigned values by their bits */
	double real;
	struct address address;
	const uint8_t *bytes;        /* text is not NUL-terminated, and hostile */
	size_t length;
};

struct field {
	const char *name;            /* "udp.srcport" */
	const char *title;           /* as details show it: "Source Port" */
	enum field_type type;
	enum field_form form;
	uint8_t width;               /* bytes of the number, for hexadecimal digits; 0: as many as it takes */
	uint64_t mask;               /* which bits of the number that it stands in (tell_bits); 0: all */
	const char *unit;            /* "bytes", "s" … behind the value in details; NULL */
	const struct field_name *names;      /* what values mean; NULL */
	const char *also;            /* a name that several fields answer to: "udp.port"; NULL */
	bool pattern;                /* text: == understands * and ? as the shell does */
	const char *description;     /* one sentence, where the title does not say it all; NULL */
	/* The value straight from the facts, for filters on addresses and ports. False: not in this packet.
	 * May be NULL: then the decoder has to tell. */
	bool (*get)(const struct packet *packet, struct field_value *to);
};

/* One value, as it is told. Valid during the call. */
struct told {
	const struct field *field;
	struct field_value value;
	const uint8_t *at;           /* the bytes that it was read from; NULL when it was worked out */
	size_t length;
	bool generated;              /* worked out: not in the packet */
	bool secret;                 /* a password or the like: views show only its length unless asked for it */
	const char *words;           /* instead of, or behind, the value in details; NULL */
};

/* Who listens. */
struct teller {
	void (*value)(struct teller *teller, const struct told *told);
	/* What is told until the matching close belongs to this. */
	void (*open)(struct teller *teller, const struct told *told);
	void (*close)(struct teller *teller);
	bool wants_words;            /* false: nobody reads `words`, so none are made */
};

/* They read the next bytes, tell them as `field` and return the value. When the bytes do not fit nothing is
 * told and the cursor's failure sticks. */
uint8_t tell_u8(struct teller *teller, const struct field *field, struct cursor *in);
uint16_t tell_be16(struct teller *teller, const struct field *field, struct cursor *in);
uint32_t tell_be24(struct teller *teller, const struct field *field, struct cursor *in);
uint32_t tell_be32(struct teller *teller, const struct field *field, struct cursor *in);
uint64_t tell_be64(struct teller *teller, const struct field *field, struct cursor *in);
uint16_t tell_le16(struct teller *teller, const struct field *field, struct cursor *in);
uint32_t tell_le32(struct teller *teller, const struct field *field, struct cursor *in);
uint64_t tell_le64(struct teller *teller, const struct field *field, struct cursor *in);
void tell_ipv4(struct teller *teller, const struct field *field, struct cursor *in);
void tell_ipv6(struct teller *teller, const struct field *field, struct cursor *in);
void tell_mac(struct teller *teller, const struct field *field, struct cursor *in);
/* The next `length` bytes as bytes or text; what the trace cut off is left out. */
void tell_bytes(struct teller *teller, const struct field *field, struct cursor *in, size_t length);

/* A value that was read already, from `length` bytes at `at`; NULL and 0: it was worked out. */
void tell_number(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
		 int64_t value);
void tell_real(struct teller *teller, const struct field *field, double value);
void tell_text(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
	       const char *text, size_t text_length);
void tell_address(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
		  const struct address *address);
/* Text that is nobody's business, from where it stands. */
void tell_secret(struct teller *teller, const struct field *field, const uint8_t *at, size_t length);
/* Parts of the number `whole` by the masks of `fields`, the first one to the last before a NULL name. */
void tell_bits(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
	       uint64_t whole);
/* The same with words for people; `format` is not looked at when nobody wants them. */
void tell_worded(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
		 int64_t value, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* A group, with the words of its line (NULL: only its title), and its end. A group of a number has `value`; one
 * of bytes (or of nothing) has the bytes that it was read from. */
void tell_open(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
	       int64_t value, const char *format, ...) __attribute__((format(printf, 6, 7)));
void tell_close(struct teller *teller);

/* What flags mean: "Not set" and "Set"; "No" and "Yes"; "False" and "True". */
extern const struct field_name field_set[], field_yes[], field_true[];
/* What the status of a checksum means, in Wireshark's numbers. */
extern const struct field_name field_checksum[];

/* The words for a value, or NULL. */
const char *field_words(const struct field_name *names, uint64_t value);

#endif

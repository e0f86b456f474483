/* Domain names, RFC 1035: what analysis needs of a message. The same messages serve multicast DNS
 * (RFC 6762) and LLMNR (RFC 4795). */
#ifndef DECODE_DNS_H
#define DECODE_DNS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/cursor.h"
#include "decode/field.h"

struct decoder;

enum dns_flavour { DNS_CLASSIC, DNS_MULTICAST, DNS_LINK_LOCAL };

enum { DNS_QR = 0x8000, DNS_AA = 0x0400, DNS_TC = 0x0200, DNS_RD = 0x0100, DNS_RA = 0x0080, DNS_AD = 0x0020,
	DNS_CD = 0x0010 };

enum { DNS_QUERY = 0, DNS_NOTIFY = 4, DNS_UPDATE = 5 };      /* opcodes */

enum { DNS_NOERROR = 0, DNS_FORMERR = 1, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3, DNS_NOTIMP = 4, DNS_REFUSED = 5 };

enum { DNS_TYPE_A = 1, DNS_TYPE_NS = 2, DNS_TYPE_CNAME = 5, DNS_TYPE_SOA = 6, DNS_TYPE_PTR = 12,
	DNS_TYPE_TXT = 16, DNS_TYPE_AAAA = 28, DNS_TYPE_SRV = 33, DNS_TYPE_OPT = 41, DNS_TYPE_SVCB = 64,
	DNS_TYPE_HTTPS = 65, DNS_TYPE_IXFR = 251, DNS_TYPE_AXFR = 252, DNS_TYPE_ANY = 255 };

enum { DNS_CLASS_IN = 1 };

#define DNS_MAX_ADDRESSES 4
#define DNS_NO_EXTENDED_ERROR (-1)

struct dns_header {
	uint16_t id, flags;
	uint16_t questions, answers, authorities, additionals;
	uint8_t flavour;             /* enum dns_flavour */
	uint8_t opcode;
	uint16_t rcode;              /* with the upper bits that EDNS adds */
	bool response;
	bool whole;                  /* all records were read: the trace holds them */
	uint16_t query_type, query_class;    /* of the first question, else of the first answer */
	uint8_t name_length;         /* of `name`, lower-cased, dotted; "." is the root */
	char name[256];

	/* The answers. Those of updates and notifications are none. */
	uint8_t address_count;       /* in addresses[]; there may be more */
	struct address addresses[DNS_MAX_ADDRESSES];
	bool has_alias;              /* a CNAME or DNAME */
	bool has_type;               /* a record of the type that was asked for */
	uint32_t ttl;                /* the lowest, seconds */
	uint64_t data_hash;          /* of types and data, whatever their order */

	/* The authority section */
	bool has_soa, has_ns;
	char zone[128];              /* owner of the first SOA or NS there, lower-cased; cut if longer */
	uint8_t glue_count;
	struct address glue[DNS_MAX_ADDRESSES];      /* addresses in the additional section */

	/* EDNS, RFC 6891 */
	bool has_edns;
	uint16_t edns_size;          /* bytes that the sender takes over UDP */
	bool dnssec_ok;
	int32_t extended_error;      /* RFC 8914; DNS_NO_EXTENDED_ERROR: none */
	char extended_text[64];      /* its words, printable; empty when there are none */
};

extern const struct decoder dns_decoder, mdns_decoder, llmnr_decoder;

/* Names, NULL when unknown. Types in the words of zone files ("AAAA"), codes as RFC 1035 words them ("Name
 * Error") and short ("NXDOMAIN"). */
const char *dns_type_name(uint16_t type);
const char *dns_rcode_words(uint16_t rcode);
const char *dns_rcode_name(uint16_t rcode);
const char *dns_opcode_words(uint8_t opcode);
const char *dns_extended_error_words(int32_t code);
/* "AAAA", "TYPE4711". */
#define DNS_TYPE_TEXT_SIZE 12
const char *dns_type_text(uint16_t type, char to[static DNS_TYPE_TEXT_SIZE]);

extern const struct field_name dns_types[], dns_classes[], dns_rcodes[], dns_opcodes[], dns_extended_errors[],
	dns_options[], dns_algorithms[], dns_digests[], dns_svcb_keys[];

/* The decoders' fields; tell_dns reads the message from its start (without the length that TCP puts before). */
extern const struct field dns_fields[];
void tell_dns(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts);

#endif

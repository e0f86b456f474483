/* What only a z/OS trace record says about a packet, and the encodings that all z/OS sources share:
 * the TOD clock and EBCDIC. Field names follow IBM's PTHDR_T (EZBYPTHH); doc/formats/ctrace.md draws it. */
#ifndef SOURCE_ZOS_H
#define SOURCE_ZOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

/* CTEFMTID. What a component trace entry is about. */
enum zos_format {
	ZOS_OLD_PACKET = 1, ZOS_OLD_X25 = 2, ZOS_OLD_DATA = 3, /* before z/OS V1R5; layouts not published */
	ZOS_PACKET = 4,              /* SYSTCPDA packet trace */
	ZOS_DATA = 5,                /* SYSTCPDA data trace: what programs send and receive */
	ZOS_EE = 6,                  /* Enterprise Extender */
	ZOS_FRAME = 7,               /* SYSTCPOT: a frame that an OSA saw (OSAENTA) */
	ZOS_SMC = 8,                 /* SMC-R and SMC-D */
	ZOS_FORMATS,
};
#define ZOS_LOST_RECORDS 0xff000000u /* this format and above: records that were lost */

/* PTH_Flag. Bits without a name are not published. */
enum { ZOS_LOCAL = 0x80, ZOS_CONFIDENTIAL = 0x40, ZOS_CLEAR_TEXT = 0x20, ZOS_OUTBOUND = 0x01 };

#define ZOS_NAME_SIZE 17             /* 16 characters and the final NUL */
#define ZOS_PACKET_HEADER 92         /* length of PTHDR_T today */

/* One record, as struct record points to it. Zero or empty where the header was too short to hold the field,
 * or the source (a report, a comment in pcapng) does not tell it. What struct record has is not here a second
 * time: its direction, and its original length, which under ABBREV is more than what was traced. */
struct zos_record {
	uint32_t format;             /* enum zos_format */
	uint64_t buffer_tod, capture_tod;    /* CTETIME and PTH_Time as recorded */
	int64_t buffer_time, capture_time;   /* the same in ns since 1970, leap seconds taken off */
	uint16_t header_length;      /* PTH_Len, but no more than there is where the trace ends inside the header */
	uint16_t segments;           /* trace records that this one was put together from; 1 normally */
	bool incomplete;             /* segments are missing */
	bool confidential;           /* AT-TLS data that the trace must not show: the length is all there is */
	bool clear_text;             /* AT-TLS data before encryption or after decryption */
	bool local;                  /* both addresses belong to the traced stack */
	uint8_t flags;               /* PTH_Flag as recorded */
	uint8_t device_type;         /* PTH_DevTy; zos_device_name */
	uint8_t protocol;            /* IP protocol number; 252: SMC link layer control */
	uint32_t traced_length;      /* PTH_Tlen: bytes traced of the whole packet or socket call */
	uint16_t packet_length;      /* PTH_Plen: bytes before ABBREV; 65535 and more count as 65535 */
	char name[ZOS_NAME_SIZE];    /* interface, link or OSA; the job in a data trace. ASCII, no blanks at the end */
	uint8_t raw_name[16];        /* the same area as recorded */
	struct address source, destination;  /* of packet or socket; family NONE when zero */
	uint16_t source_port, destination_port;
	uint32_t trace_count;        /* PTH_TrCnt: running number in the stack */
	uint16_t vlan;               /* 0: none */
	uint32_t tcb;
	uint16_t asid;
	uint32_t interface_index;    /* "Intfx" */
	uint16_t discard;            /* PTH_DropRsn, 0: not discarded; zos_discard_find */
	const char *discard_name;    /* of `discard` as a report prints it: "IP_MAC_BRDCST"; NULL: not said */
	uint16_t offload_segment_length;
	/* Data trace only */
	uint8_t family;              /* AF_: 2 IPv4, 19 IPv6 */
	uint8_t socket_type;         /* 1 stream, 2 datagram, 3 raw */
	uint8_t state;               /* start, data or end of the flow; numbers are not published */
	uint32_t connection;         /* "Cid", as NETSTAT shows it */
	const uint8_t *header;       /* the packet header as recorded, header_length bytes; as long as the record */
};

/* TOD clock to nanoseconds since 1970 and back; exact for what a record can hold. `leap_seconds` is
 * what the machine's clock was ahead of UTC. Values below 2^62 are after the clock's wrap in 2042. */
int64_t zos_time_from_tod(uint64_t tod, int leap_seconds);
uint64_t zos_tod_from_time(int64_t nanoseconds, int leap_seconds);

/* Names in EBCDIC, code pages 037 and 1047 alike. Stops before trailing blanks and NULs; what has no
 * ASCII letter becomes '.'. `to` gets `length` + 1 bytes at most. */
void zos_ebcdic_to_text(const uint8_t *ebcdic, size_t length, char *to);
/* Upper case, padded with blanks to `length`. */
void zos_text_to_ebcdic(const char *text, uint8_t *ebcdic, size_t length);
/* Could these bytes be the name of an interface or a job? */
bool zos_is_name(const uint8_t *ebcdic, size_t length);

/* "QDIO Ethernet", or NULL for numbers that are not published. */
const char *zos_device_name(uint8_t device_type);
/* "IPv4", "IPv6", or NULL: AF_ numbers of z/OS. */
const char *zos_family_name(uint8_t family);
/* "stream", "datagram", "raw", or NULL. */
const char *zos_socket_type_name(uint8_t socket_type);
/* The code's name, as the trace itself or else the table says it ("IP_MAC_BRDCST"); NULL when neither does. */
const char *zos_discard_name(const struct zos_record *zos);
/* Did ABBREV cut the packet? */
static inline bool zos_is_abbreviated(const struct zos_record *zos)
{
	return zos->format == ZOS_PACKET && zos->packet_length > zos->traced_length;
}
/* "packet trace", "data trace", …; "lost records"; never NULL. */
const char *zos_format_name(uint32_t format);

#endif

/* Real-time Transport Protocol and its control protocol, RFC 3550. */
#ifndef DECODE_RTP_H
#define DECODE_RTP_H

#include "decode/decoder.h"

struct rtp_header {
	bool marker;
	uint8_t payload_type;
	uint16_t sequence;
	uint32_t timestamp, source;  /* source: SSRC */
	uint32_t payload_length;
};

enum { RTCP_SENDER_REPORT = 200, RTCP_RECEIVER_REPORT, RTCP_DESCRIPTION, RTCP_BYE, RTCP_APPLICATION };
#define RTCP_MAX_REPORTS 4

struct rtcp_report {             /* what the sender of the packet received of one source (6.4.1) */
	uint32_t source;
	int32_t lost;                /* since it began to receive; repeats count against it */
	uint32_t highest;            /* sequence number, with its cycles in the upper 16 bits */
	uint32_t jitter;             /* in units of the timestamps */
	uint8_t fraction;            /* lost since the report before, in 1/256 */
};

struct rtcp_packet {             /* all the packets of one datagram */
	uint8_t type;                /* of the first */
	bool bye;
	uint8_t report_count;
	struct rtcp_report reports[RTCP_MAX_REPORTS];
};

extern const struct decoder rtp_decoder, rtcp_decoder;

/* Ticks of the timestamps in a second, by the payload type; 0: agreed elsewhere. */
uint32_t rtp_clock_rate(uint8_t payload_type);

#endif

/* One FTP transfer, from its announcement to the reply that ends it, and what is reported of it. ftp_data.c
 * follows it, ftp_data_words.c reports. */
#ifndef ANALYZE_FTP_DATA_H
#define ANALYZE_FTP_DATA_H

#include "analyze/analyzer.h"
#include "decode/ftp.h"

#define FTP_WORDS 56

struct ftp_transfer {
	uint8_t announcement;        /* enum ftp_announcement; 0: none */
	uint8_t announcer;           /* side that listens and announced it */
	struct endpoint target;      /* where the other side is to connect to */
	struct tcp_mark announced, accepted, command, syn, reply;    /* packet 0: not seen */
	char verb[8], file[FTP_WORDS], text[FTP_WORDS];      /* of the command; of the last reply */
	uint32_t connection;         /* TCP session number of the data connection, 0: none came */
	const struct session *data;  /* that session, until it ends */
	bool established, started, judged;   /* started: a preliminary reply said so */
	bool reset;                  /* the end that was announced answered the data connection's SYN with a reset */
	uint16_t code;               /* of the final reply, 0: none yet */
};

struct ftp_control {
	struct ftp_transfer transfer;
	struct tcp_mark last;        /* last message */
	int64_t silence;             /* ns before it */
	uint32_t since_announcement; /* messages */
	bool dead, aborted;
};

extern const struct finding_kind ftp_data_missing, ftp_control_dies, ftp_control_idle_drop;
extern const struct finding_kind *const ftp_data_kinds[];

/* Text of the trace for people, without what could drive a terminal, cut to what fits. */
void ftp_copy_words(char *to, size_t size, const char *text);

/* `waited` is how long the connection had time to come, ns; `failed`: the server says that it did not. */
void ftp_report_missing(struct analysis_context *context, const struct session *session,
			const struct ftp_transfer *transfer, bool failed, int64_t waited);
void ftp_report_refused(struct analysis_context *context, const struct session *session,
			const struct ftp_transfer *transfer);
/* Only if the announced address is not the announcer's own. */
void ftp_report_address(struct analysis_context *context, const struct session *session,
			const struct ftp_transfer *transfer);
/* The server closed the control connection in mid-transfer, without a reply. */
void ftp_report_left(struct analysis_context *context, const struct session *session,
		     const struct ftp_transfer *transfer);
void ftp_report_aborted(struct analysis_context *context, const struct session *session,
			const struct ftp_transfer *transfer);
void ftp_report_reuse(struct analysis_context *context, const struct session *session,
		      const struct ftp_transfer *transfer);
void ftp_report_death(struct analysis_context *context, const struct session *session,
		      const struct ftp_transfer *transfer, const struct tcp_episode *episode);
void ftp_report_idle_drop(struct analysis_context *context, const struct session *session,
			  const struct ftp_transfer *transfer, const struct tcp_episode *episode, int64_t silence);

#endif

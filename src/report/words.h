/* The words that several reports share: numbers, whom a finding is about, when a packet was. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "core/clock.h"
#include "core/text.h"
#include "report/diagnosis.h"

/* "1 234 567", as the verdict writes it. */
void words_grouped(struct text *to, uint64_t number);
/* "1 packet", "1 234 packets". */
void words_counted(struct text *to, uint64_t number, const char *one, const char *many);
/* "10.0.0.5 → 10.0.0.9 port 21", or the host alone; nothing when it is about nobody. */
void words_subject(struct text *to, const struct culprit_finding *finding);
/* "session tcp:1", "sessions tcp:1 tcp:2 and 5 more", behind a comma where something stands already. */
void words_sessions(struct text *to, const struct culprit_finding *finding);
/* "console.txt line 24: NETSTAT DEVLINKS OSDL: INBOUND PACKETS = 79": a line of a display. */
void words_line(struct text *to, const struct culprit_line *line);
/* What else it could have been, and why it was not. */
void words_alternative(struct text *to, const struct culprit_alternative *alternative);
/* The time of a packet as the output wants it, relative by default; empty when it has none. */
const char *words_evidence_time(const struct diagnosis *diagnosis, const struct culprit_output *output,
				int64_t time, char to[static TIME_TEXT_SIZE]);
bool words_time_is_relative(const struct culprit_output *output);
/* The verdict stands right above the first finding and mostly begins with its words. */
bool words_verdict_says(const struct diagnosis *diagnosis, const struct culprit_finding *finding);

#endif

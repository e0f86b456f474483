/* The secrets of the TCP sessions that go on, found by the session's number. */
#ifndef REPORT_DIALOGUES_H
#define REPORT_DIALOGUES_H

#include "session/secrets.h"

struct dialogues;
struct dialogues *dialogues_create(void);
void dialogues_destroy(struct dialogues *dialogues);   /* NULL is fine */
/* Those of a session (a number from 1): as they were left, or zeroed. Valid until the next call. */
struct secrets *dialogues_of(struct dialogues *dialogues, uint32_t session);
/* The session is over. Forgetting one that nobody asked for is fine. */
void dialogues_forget(struct dialogues *dialogues, uint32_t session);

#endif

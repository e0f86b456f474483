/* From when on an answer is an exception: one limit for all services, others for some. */
#ifndef REPORT_RESPONSE_LIMIT_H
#define REPORT_RESPONSE_LIMIT_H

#include "core/error.h"
#include "finding/settings.h"
#include "session/session.h"

struct port_limit;

struct response_limits {             /* zeroed: none; free with response_limits_finish */
	bool own;                    /* `time` was asked for, else the threshold holds */
	int64_t time;                /* ns */
	struct port_limit *ports;
	size_t count, capacity;
};

void response_limits_finish(struct response_limits *limits);
/* "500ms", "http=1s", "8080=200ms". What is set later wins. */
bool response_limits_set(struct response_limits *limits, const char *assignment, struct error *error);
/* Takes the threshold perf/response-time.time where no limit for all services was given. */
void response_limits_settle(struct response_limits *limits, const struct settings *settings);
/* The limit of this session's service, ns. */
int64_t response_limit_of(const struct response_limits *limits, const struct session *session);

#endif

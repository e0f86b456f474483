#include "report/response_limit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "core/memory.h"
#include "decode/decoder.h"
#include "decode/ip.h"

#define RULE "perf/response-time"    /* whose threshold is the limit unless another one is given */
#define NAME_SIZE 64

struct port_limit {
	int64_t time;
	uint16_t port;
};

void response_limits_finish(struct response_limits *limits)
{
	free(limits->ports);
	*limits = (struct response_limits){ 0 };
}

static void add(struct response_limits *limits, uint16_t port, int64_t time)
{
	limits->ports = memory_grow(limits->ports, &limits->capacity, limits->count + 1,
				    sizeof *limits->ports);
	limits->ports[limits->count++] = (struct port_limit){ time, port };
}

/* Ports have two names at times: Wireshark's ("dns") and that of the services file ("domain"). */
static bool is_called(uint16_t port, const char *name)
{
	const struct decoder *decoders_of[] = { decoder_find(BY_TCP_PORT, port),
		decoder_find(BY_UDP_PORT, port) };
	const char *services[] = { service_name(IP_PROTOCOL_TCP, port),
		service_name(IP_PROTOCOL_UDP, port) };
	for (int i = 0; i < 2; i++)
		if ((decoders_of[i] && strcmp(decoders_of[i]->name, name) == 0) ||
		    (services[i] && strcmp(services[i], name) == 0))
			return true;
	return false;
}

static bool add_named(struct response_limits *limits, const char *name, int64_t time)
{
	char *end;
	unsigned long number = strtoul(name, &end, 10);
	if (*name >= '0' && *name <= '9' && !*end && number <= UINT16_MAX) {
		add(limits, (uint16_t)number, time);
		return true;
	}
	size_t before = limits->count;
	for (unsigned port = 1; port <= UINT16_MAX; port++)
		if (is_called((uint16_t)port, name))
			add(limits, (uint16_t)port, time);
	return limits->count > before;
}

bool response_limits_set(struct response_limits *limits, const char *assignment, struct error *error)
{
	const char *equals = strrchr(assignment, '=');
	char name[NAME_SIZE];
	int64_t time;
	if (!settings_duration(equals ? equals + 1 : assignment, &time, error))
		return false;
	if (!equals) {
		limits->own = true;
		limits->time = time;
		return true;
	}
	int length = snprintf(name, sizeof name, "%.*s", (int)(equals - assignment), assignment);
	if (length > 0 && length < NAME_SIZE && add_named(limits, name, time))
		return true;
	return error_set(error, ERROR_USAGE, "name a service, such as http, or a port",
			 "there is no service \"%.*s\"", (int)(equals - assignment), assignment);
}

void response_limits_settle(struct response_limits *limits, const struct settings *settings)
{
	const struct finding_kind *const *kind = analyzer_kinds();
	while (*kind && strcmp((*kind)->id, RULE) != 0)
		kind++;
	if (!limits->own && *kind)
		limits->time = setting_duration(settings, *kind, "time");
}

int64_t response_limit_of(const struct response_limits *limits, const struct session *session)
{
	uint16_t port = session->key.end[session_server(session)].port;
	for (size_t i = limits->count; i > 0; i--)
		if (session->kind != SESSION_ICMP && limits->ports[i - 1].port == port)
			return limits->ports[i - 1].time;
	return limits->time;
}

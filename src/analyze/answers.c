#include "analyze/answers.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"

#define PLACES (ANSWERS_SERVICES * 2)      /* open addressing: never more than half full */
#define BEHIND_SHARE 2                     /* one half of the time that the front needed */

void services_finish(struct services *services)
{
	for (uint32_t i = 0; i < services->count; i++)
		free(services->list[i].sample);
	free(services->list);
	free(services->places);
	*services = (struct services){ 0 };
}

struct service *services_find(struct services *services, const struct session *session,
			      const struct finding_kind *kind)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	if (!services->list) {
		services->list = memory_zeroed(ANSWERS_SERVICES, sizeof *services->list);
		services->places = memory_zeroed(PLACES, sizeof *services->places);
	}
	size_t place = hash_bytes(server, sizeof *server, 0) % PLACES;
	for (; services->places[place]; place = (place + 1) % PLACES) {
		struct service *service = &services->list[services->places[place] - 1];
		if (memcmp(&service->server, server, sizeof *server) == 0)
			return service;
	}
	if (services->count == ANSWERS_SERVICES)
		return NULL;
	struct service *service = &services->list[services->count++];
	services->places[place] = (uint16_t)services->count;
	service->server = *server;
	struct finding sample;
	finding_begin(&sample, kind, session);
	service->sample = finding_pack(&sample);
	return service;
}

const struct service *services_next(const struct services *services, size_t *at)
{
	return *at < services->count ? &services->list[(*at)++] : NULL;
}

static uint32_t cited(const struct service *service)
{
	return service->thoughtful < ANSWERS_CITED ? service->thoughtful : ANSWERS_CITED;
}

/* Did `front`'s host wait for one of `back`'s slow answers for most of this time? */
static bool covers(const struct service *back, const struct service *front,
		   const struct answer *answer)
{
	for (uint32_t i = 0; i < cited(back); i++) {
		const struct answer *inner = &back->server_cited[i];
		if (address_equal(&inner->client, &front->server.address) &&
		    inner->request_time >= answer->request_time &&
		    inner->response_time <= answer->response_time &&
		    inner->value * BEHIND_SHARE >= answer->value)
			return true;
	}
	return false;
}

const struct service *services_behind(const struct services *services, const struct service *front)
{
	const struct service *back;
	for (size_t at = 0; front->thoughtful && (back = services_next(services, &at));) {
		uint32_t covered = 0;
		for (uint32_t i = 0; back != front && back->thoughtful && i < cited(front); i++)
			covered += covers(back, front, &front->server_cited[i]);
		if (covered && covered == cited(front))
			return back;
	}
	return NULL;
}

void service_count(struct service *service, int64_t time)
{
	unsigned bucket = 0;
	for (int64_t edge = MILLISECOND; time > edge && bucket + 1 < ANSWERS_BUCKETS;
	     edge += edge / 4)
		bucket++;
	service->histogram[bucket]++;
	service->answers++;
}

int64_t service_median(const struct service *service)
{
	uint32_t seen = 0;
	int64_t edge = MILLISECOND;
	for (unsigned i = 0; i < ANSWERS_BUCKETS; i++, edge += edge / 4) {
		seen += service->histogram[i];
		if (seen * 2 >= service->answers)
			break;
	}
	return edge < service->worst_server ? edge : service->worst_server;
}

void answer_keep(struct answer kept[ANSWERS_CITED], uint32_t nth, const struct answer *answer)
{
	if (nth < ANSWERS_CITED) {
		kept[nth] = *answer;
		return;
	}
	unsigned least = 0;
	for (unsigned i = 1; i < ANSWERS_CITED; i++)
		if (kept[i].value < kept[least].value)
			least = i;
	if (answer->value > kept[least].value)
		kept[least] = *answer;
}

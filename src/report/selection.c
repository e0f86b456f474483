#include "report/selection.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static const char *read_number(const char *at, uint64_t *to)
{
	const char *start = at;
	for (*to = 0; *at >= '0' && *at <= '9' && at - start < 18; at++)
		*to = *to * 10 + (uint64_t)(*at - '0');
	return at > start && *to > 0 ? at : NULL;
}

bool session_id_parse(const char *words, struct culprit_session_id *to)
{
	const char *colon = strchr(words, ':');
	uint64_t number;
	const char *end = read_number(colon ? colon + 1 : words, &number);
	if (!end || *end || number > UINT32_MAX)
		return false;
	for (unsigned kind = 0; kind < SESSION_KINDS; kind++) {
		const char *name = session_kind_name((enum session_kind)kind);
		size_t length = colon ? (size_t)(colon - words) : 3;
		if (strlen(name) != length || memcmp(name, colon ? words : "tcp", length) != 0)
			continue;
		*to = (struct culprit_session_id){ .protocol = name, .number = (uint32_t)number };
		return true;
	}
	return false;
}

/* "10", "10-20", "10-", "-20". */
static const char *read_range(const char *at, struct packet_range *to)
{
	*to = (struct packet_range){ 1, UINT64_MAX };
	if (*at != '-') {
		at = read_number(at, &to->first);
		if (!at)
			return NULL;
		to->last = to->first;
	}
	if (*at != '-')
		return at;
	at++;
	to->last = UINT64_MAX;
	if (*at && *at != ',')
		at = read_number(at, &to->last);
	return at && to->last >= to->first ? at : NULL;
}

static bool read_ranges(struct selection *selection, const char *words, struct error *error)
{
	const char *at = words;
	while (selection->range_count < SELECTION_MAX_RANGES) {
		at = read_range(at, &selection->ranges[selection->range_count++]);
		if (at && !*at)
			return true;
		if (!at || *at++ != ',')
			break;
	}
	return error_set(error, ERROR_USAGE, "give packet numbers: 10-20,35,100-",
			 "\"%s\" is no list of packets", words);
}

bool selection_init(struct selection *selection, const struct culprit_selection *from, struct error *error)
{
	*selection = (struct selection){ .session_count = from->session_count };
	if (from->packets && !read_ranges(selection, from->packets, error))
		return false;
	selection->pair = from->hosts[0] && from->hosts[1];
	for (unsigned i = 0; selection->pair && i < 2; i++)
		if (!address_parse(from->hosts[i], &selection->host[i]))
			return error_set(error, ERROR_USAGE, "give an IPv4 or IPv6 address",
					 "\"%s\" is no address", from->hosts[i]);
	if (from->session_count) {
		size_t size = from->session_count * sizeof *from->sessions;
		selection->sessions = memory_allocate(size);
		memcpy(selection->sessions, from->sessions, size);
	}
	return true;
}

void selection_finish(struct selection *selection)
{
	free(selection->sessions);
	*selection = (struct selection){ 0 };
}

static bool is_of_pair(const struct selection *selection, const struct flow_key *key)
{
	const struct address *a = &key->end[0].address, *b = &key->end[1].address;
	const struct address *host = selection->host;
	return (address_equal(a, &host[0]) && address_equal(b, &host[1])) ||
	       (address_equal(a, &host[1]) && address_equal(b, &host[0]));
}

bool selection_has_session(const struct selection *selection, const struct session *session)
{
	if (selection->pair)
		return is_of_pair(selection, &session->key);
	if (!selection->sessions)
		return true;
	for (size_t i = 0; i < selection->session_count; i++)
		if (selection->sessions[i].number == session->number &&
		    strcmp(selection->sessions[i].protocol, session_kind_name(session->kind)) == 0)
			return true;
	return false;
}

bool selection_takes(const struct selection *selection, const struct observation *observation)
{
	if (!observation->session || !selection_has_session(selection, observation->session))
		return false;
	uint64_t number = observation->packet->record->number;
	for (unsigned i = 0; i < selection->range_count; i++)
		if (number >= selection->ranges[i].first && number <= selection->ranges[i].last)
			return true;
	return selection->range_count == 0;
}

bool selection_is_over(const struct selection *selection, uint64_t number)
{
	for (unsigned i = 0; i < selection->range_count; i++)
		if (selection->ranges[i].last > number)
			return false;
	return selection->range_count > 0;
}

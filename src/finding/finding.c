/* Building a finding: names, facts, evidence. Whom to blame is in blame.c. */
#include "finding/finding.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "finding/words.h"

void words_format(char *to, size_t size, const char *format, va_list arguments)
{
	int wanted = vsnprintf(to, size, format, arguments);
	if (wanted < 0)
		to[0] = '\0';
	size_t length = strlen(to);
	if ((size_t)wanted >= size && wanted > 0) {
		/* Cut: no half of a UTF-8 sequence may stay at the end. */
		while (length && ((uint8_t)to[length - 1] & 0xc0) == 0x80)
			length--;
		if (length && (uint8_t)to[length - 1] >= 0xc0)
			length--;
		to[length] = '\0';
	}
	for (size_t i = 0; i < length; i++)
		if ((uint8_t)to[i] < 0x20 || to[i] == 0x7f)
			to[i] = ' ';
}

void words_set(char *to, size_t size, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	words_format(to, size, format, arguments);
	va_end(arguments);
}

void finding_begin(struct finding *finding, const struct finding_kind *kind,
		   const struct session *session)
{
	memset(finding, 0, sizeof *finding);
	finding->kind = kind;
	finding->severity = kind->severity;
	finding->confidence = CONFIDENCE_CERTAIN;
	finding->count = 1;
	blame_unknown(finding);
	if (!session)
		return;
	const struct endpoint *client = &session->key.end[session->client];
	const struct endpoint *server = &session->key.end[session_server(session)];
	finding_subject(finding, &client->address, &server->address, server->port,
			session->key.protocol);
	finding->session_kind = session->kind;
	finding->session_number = session->number;
	finding->quality = session->quality;
	finding->role_guessed = session->kind == SESSION_TCP && session->role > ROLE_SYNACK;
	finding->service = session_service(session);
}

void finding_subject(struct finding *finding, const struct address *client,
		     const struct address *server, uint16_t server_port, uint8_t protocol)
{
	memset(&finding->subject, 0, sizeof finding->subject);
	if (client)
		finding->subject.client = *client;
	if (server)
		finding->subject.server = *server;
	finding->subject.server_port = server_port;
	finding->subject.protocol = protocol;
}

void finding_host(struct finding *finding, const struct address *host)
{
	finding_subject(finding, host, NULL, 0, 0);
	finding->subject.is_host = true;
}

/* The fact of that name, made when there is none yet. */
static struct fact *fact_named(struct finding *finding, const char *name)
{
	for (unsigned i = 0; i < finding->fact_count; i++)
		if (strcmp(finding->facts[i].name, name) == 0)
			return &finding->facts[i];
	assert(finding->fact_count < FINDING_MAX_FACTS);
	if (finding->fact_count == FINDING_MAX_FACTS)
		finding->fact_count--;
	return &finding->facts[finding->fact_count++];
}

void finding_number(struct finding *finding, const char *name, enum unit unit, double value,
		    enum fact_merge merge)
{
	*fact_named(finding, name) = (struct fact){ .name = name, .unit = unit, .merge = merge,
						    .value = value };
}

void finding_count(struct finding *finding, const char *name, double value)
{
	finding_number(finding, name, UNIT_COUNT, value, FACT_SUM);
}

void finding_duration(struct finding *finding, const char *name, int64_t nanoseconds)
{
	finding_number(finding, name, UNIT_SECONDS, (double)nanoseconds / NANOSECONDS, FACT_MAX);
}

void finding_words(struct finding *finding, const char *name, const char *format, ...)
{
	struct fact *fact = fact_named(finding, name);
	*fact = (struct fact){ .name = name, .unit = UNIT_TEXT };
	va_list arguments;
	va_start(arguments, format);
	words_format(fact->text, sizeof fact->text, format, arguments);
	va_end(arguments);
}

void finding_address(struct finding *finding, const char *name, const struct address *address)
{
	char text[ADDRESS_TEXT_SIZE];
	finding_words(finding, name, "%s", address_text(address, text));
}

void finding_threshold(struct finding *finding, const char *name, enum unit unit, double value)
{
	*fact_named(finding, name) = (struct fact){ .name = name, .unit = unit, .value = value,
						    .threshold = true };
}

static void widen(struct finding *finding, uint64_t packet, int64_t time)
{
	if (!finding->first_packet) {
		finding->first_packet = finding->last_packet = packet;
		finding->first_time = finding->last_time = time;
		return;
	}
	if (packet < finding->first_packet)
		finding->first_packet = packet;
	if (packet > finding->last_packet)
		finding->last_packet = packet;
	if (time < finding->first_time)
		finding->first_time = time;
	if (time > finding->last_time)
		finding->last_time = time;
}

void finding_evidence(struct finding *finding, uint64_t packet, int64_t time, const char *format, ...)
{
	if (!packet)         /* the recorder missed it: nothing to cite */
		return;
	widen(finding, packet, time);
	finding->evidence_total++;
	/* Packet order, whatever order they came in: the place of this one among those kept. */
	struct evidence *kept = finding->evidence;
	unsigned place = finding->evidence_count;
	while (place && kept[place - 1].packet > packet)
		place--;
	if (finding->evidence_count == FINDING_MAX_EVIDENCE) {
		/* The last one stays unless this one is later; the ninth of the others goes. */
		if (place == FINDING_MAX_EVIDENCE - 1)
			return;
		if (place == FINDING_MAX_EVIDENCE)
			place--;
		else
			memmove(&kept[place + 1], &kept[place],
				(FINDING_MAX_EVIDENCE - 2 - place) * sizeof *kept);
	} else {
		memmove(&kept[place + 1], &kept[place],
			(finding->evidence_count - place) * sizeof *kept);
		finding->evidence_count++;
	}
	kept[place].packet = packet;
	kept[place].time = time;
	va_list arguments;
	va_start(arguments, format);
	words_format(kept[place].note, sizeof kept[place].note, format, arguments);
	va_end(arguments);
}

void finding_cite(struct finding *finding, const char *file, uint32_t line, const char *format, ...)
{
	va_list arguments;
	if (finding->citation_count == FINDING_MAX_CITATIONS)
		return;
	struct citation *citation = &finding->citations[finding->citation_count++];
	citation->file = file;
	citation->line = line;
	va_start(arguments, format);
	words_format(citation->words, sizeof citation->words, format, arguments);
	va_end(arguments);
}

void finding_why(struct finding *finding, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	words_format(finding->why, sizeof finding->why, format, arguments);
	va_end(arguments);
}

void finding_alternative(struct finding *finding, const char *text, const char *rejected)
{
	if (finding->alternative_count == FINDING_MAX_ALTERNATIVES)
		return;
	struct alternative *to = &finding->alternatives[finding->alternative_count++];
	words_set(to->text, sizeof to->text, "%s", text);
	words_set(to->rejected, sizeof to->rejected, "%s", rejected ? rejected : "");
}

static const char *const severities[] = { "info", "notice", "warning", "error", "critical" };

const char *severity_name(enum severity severity)
{
	return severities[severity];
}

bool severity_parse(const char *name, enum severity *to)
{
	for (unsigned i = 0; i <= SEVERITY_CRITICAL; i++) {
		if (strcmp(name, severities[i]) == 0) {
			*to = (enum severity)i;
			return true;
		}
	}
	return false;
}

const char *confidence_name(enum confidence confidence)
{
	static const char *const names[] = { "possible", "likely", "certain" };
	return names[confidence];
}

const char *button_name(unsigned bit)
{
	static const char *const names[] = { "TE", "SE", "RT", "AE", "IP", "TP", "IE", "XE", "CQ",
					     "SEC" };
	return bit < sizeof names / sizeof *names ? names[bit] : NULL;
}

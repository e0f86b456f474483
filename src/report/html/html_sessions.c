/* The list of sessions: all of them as data for the script, which shows them piece by piece, and the first
 * ones as rows for readers without it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "report/html/html.h"
#include "report/json.h"
#include "report/sessions.h"

#define ROWS_WITHOUT_SCRIPT 50
#define MAX_SESSIONS 50000       /* some 10 MB of page; more are only counted */

/* A finding under a name: of a session that it is about, or its own id. */
struct mention { const char *name; size_t finding; };

struct list {
	const struct html *page;
	struct mention *by_session, *by_id;  /* by name, then by finding */
	size_t session_mentions;
};

static unsigned kind_of(const char *protocol)
{
	unsigned kind = 0;
	while (kind < SESSION_KINDS && strcmp(session_kind_name(kind), protocol) != 0)
		kind++;
	return kind;
}

/* Sessions stand by kind, then by number. */
bool html_session_find(const struct html *page, const char *name, struct culprit_session *to)
{
	const struct session_rows *rows = page->diagnosis->sessions;
	char protocol[32];
	const char *colon = strchr(name, ':');
	if (!rows || !colon || (size_t)(colon - name) >= sizeof protocol)
		return false;
	memcpy(protocol, name, (size_t)(colon - name));
	protocol[colon - name] = '\0';
	const unsigned kind = kind_of(protocol);
	const unsigned long number = strtoul(colon + 1, NULL, 10);
	size_t low = 0, high = session_rows_count(rows);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		session_rows_get(rows, middle, to);
		unsigned at = kind_of(to->protocol);
		if (at == kind && to->number == number)
			return true;
		if (at < kind || (at == kind && to->number < number))
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static int by_name(const void *left, const void *right)
{
	const struct mention *a = left, *b = right;
	int order = strcmp(a->name, b->name);
	return order ? order : a->finding < b->finding ? -1 : a->finding > b->finding;
}

static void gather_mentions(struct list *list)
{
	const struct diagnosis *diagnosis = list->page->diagnosis;
	size_t count = 0;
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		count += diagnosis->findings[i].session_count;
	list->by_session = memory_zeroed(count, sizeof *list->by_session);
	list->by_id = memory_zeroed(diagnosis->finding_count, sizeof *list->by_id);
	for (size_t i = 0; i < diagnosis->finding_count; i++) {
		const struct culprit_finding *finding = &diagnosis->findings[i];
		list->by_id[i] = (struct mention){ finding->id, i };
		for (size_t j = 0; j < finding->session_count; j++)
			list->by_session[list->session_mentions++] =
				(struct mention){ finding->sessions[j], i };
	}
	if (count)
		qsort(list->by_session, count, sizeof *list->by_session, by_name);
	if (diagnosis->finding_count)
		qsort(list->by_id, diagnosis->finding_count, sizeof *list->by_id, by_name);
}

/* The first mention of a name, or where it would stand. */
static size_t first_mention(const struct mention *mentions, size_t count, const char *name)
{
	size_t low = 0;
	while (low < count) {
		size_t middle = low + (count - low) / 2;
		if (strcmp(mentions[middle].name, name) < 0)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

/* A session knows the ids of its findings. Those that name the session come first; a finding names only
 * some of many, so else it is the first with that id. */
static const struct culprit_finding *finding_of(const struct list *list, const char *session, const char *id)
{
	const struct diagnosis *diagnosis = list->page->diagnosis;
	size_t at = first_mention(list->by_session, list->session_mentions, session);
	for (; at < list->session_mentions && strcmp(list->by_session[at].name, session) == 0; at++)
		if (strcmp(diagnosis->findings[list->by_session[at].finding].id, id) == 0)
			return &diagnosis->findings[list->by_session[at].finding];
	at = first_mention(list->by_id, diagnosis->finding_count, id);
	return at < diagnosis->finding_count && strcmp(list->by_id[at].name, id) == 0
		? &diagnosis->findings[list->by_id[at].finding] : NULL;
}

static void add_end(struct text *to, const char *address, bool has_port, uint16_t port)
{
	bool colons = strchr(address, ':') != NULL;
	if (has_port)
		text_addf(to, colons ? "[%s]:%u" : "%s:%u", address, port);
	else
		text_add(to, address);
}

/* Six decimals are more than a reader compares. */
static void add_seconds(struct text *to, int64_t nanoseconds)
{
	seconds_add(to, nanoseconds / 1000 * 1000);
}

static void add_start(struct text *to, const struct list *list, const struct culprit_session *session)
{
	const struct culprit_trace *trace = &list->page->diagnosis->trace;
	add_seconds(to, session->start - trace->first_time);
}

static void add_state(struct text *to, const struct culprit_session *session)
{
	if (session->setup)
		text_addf(to, "%s, %s", session->setup, session->teardown);
}

static void add_round_trip(struct text *to, const struct culprit_session *session)
{
	/* A thousand times as many seconds: milliseconds, with three decimals. */
	if (session->round_trip >= 0)
		seconds_add(to, session->round_trip < INT64_MAX / 1000
			    ? session->round_trip / 1000 * MICROSECOND * 1000 : INT64_MAX);
}

static void add_data(const struct list *list, const struct culprit_session *session)
{
	struct text *to = list->page->to, words = { 0 };
	char name[48];
	text_addf(to, "[%u,\"%s\",", session->number, session->protocol);
	add_end(&words, session->client, session->has_ports, session->client_port);
	text_addf(to, "\"%s\",", words.bytes);
	text_clear(&words);
	add_end(&words, session->server, session->has_ports, session->server_port);
	text_addf(to, "\"%s\",\"%s\",", words.bytes, session->application ? session->application : "");
	add_start(to, list, session);
	text_add_char(to, ',');
	add_seconds(to, session->duration);
	text_addf(to, ",%llu,%llu,%llu,%llu,", (unsigned long long)session->packets_client,
		  (unsigned long long)session->packets_server, (unsigned long long)session->bytes_client,
		  (unsigned long long)session->bytes_server);
	if (session->round_trip >= 0)
		add_round_trip(to, session);
	else
		text_add(to, "null");
	if (session->is_tcp)
		text_addf(to, ",%llu,\"", (unsigned long long)(session->retransmissions_client +
							      session->retransmissions_server));
	else
		text_add(to, ",null,\"");
	add_state(to, session);
	text_add(to, "\",[");
	snprintf(name, sizeof name, "%s:%u", session->protocol, session->number);
	for (size_t i = 0; i < session->finding_count; i++) {
		const struct culprit_finding *finding = finding_of(list, name, session->findings[i]);
		text_addf(to, "%s[%u,\"%s\",\"%s\"]", i ? "," : "", finding ? finding->number : 0,
			  session->findings[i], finding ? culprit_severity_name(finding->severity) : "");
	}
	text_add(to, "]]");
	text_finish(&words);
}

static void add_findings(const struct list *list, const struct culprit_session *session)
{
	struct text *to = list->page->to;
	char name[48];
	snprintf(name, sizeof name, "%s:%u", session->protocol, session->number);
	for (size_t i = 0; i < session->finding_count; i++) {
		const struct culprit_finding *finding = finding_of(list, name, session->findings[i]);
		text_addf(to, "%s<a href=\"#finding-%u\">%s</a>", i ? " " : "",
			  finding ? finding->number : 0, session->findings[i]);
	}
}

static void add_number_cell(struct text *to, uint64_t number)
{
	text_add(to, "<td class=\"r\">");
	words_grouped(to, number);
	text_add(to, "</td>");
}

static void add_row(const struct list *list, const struct culprit_session *session)
{
	struct text *to = list->page->to;
	text_addf(to, "<tr><td class=\"r\">%u</td><td>%s</td><td>", session->number, session->protocol);
	add_end(to, session->client, session->has_ports, session->client_port);
	text_add(to, "</td><td>");
	add_end(to, session->server, session->has_ports, session->server_port);
	text_addf(to, "</td><td>%s</td><td class=\"r\">", session->application ? session->application : "");
	add_start(to, list, session);
	text_add(to, "</td><td class=\"r\">");
	add_seconds(to, session->duration);
	text_add(to, "</td>");
	add_number_cell(to, session->packets_client);
	add_number_cell(to, session->packets_server);
	add_number_cell(to, session->bytes_client);
	add_number_cell(to, session->bytes_server);
	text_add(to, "<td class=\"r\">");
	add_round_trip(to, session);
	text_add(to, "</td><td class=\"r\">");
	if (session->is_tcp)
		words_grouped(to, session->retransmissions_client + session->retransmissions_server);
	text_add(to, "</td><td>");
	add_state(to, session);
	text_add(to, "</td><td class=\"ids\">");
	add_findings(list, session);
	text_add(to, "</td></tr>\n");
}

/* The session at a place of the list: those with findings come first, each part in order. */
static size_t *order_sessions(const struct session_rows *rows, size_t count)
{
	size_t *order = memory_zeroed(count, sizeof *order);
	size_t filled = 0;
	struct culprit_session session;
	for (int with = 1; with >= 0; with--)
		for (size_t i = 0; i < count; i++)
			if (session_rows_get(rows, i, &session) && (session.finding_count > 0) == with)
				order[filled++] = i;
	return order;
}

static void add_table(const struct list *list, const size_t *order, size_t count)
{
	static const struct { const char *title; bool right; } columns[] = {
		{ "Nr", true }, { "Protocol", false }, { "Client", false }, { "Server", false },
		{ "Service", false }, { "Start s", true }, { "Seconds", true },
		{ "Packets \xe2\x86\x92", true }, { "\xe2\x86\x90", true }, { "Bytes \xe2\x86\x92", true },
		{ "\xe2\x86\x90", true }, { "RTT ms", true }, { "Repeats", true }, { "Begin, end", false },
		{ "Findings", false },
	};
	struct text *to = list->page->to;
	struct culprit_session session;
	text_add(to, "<div class=\"card\"><div class=\"scroll\"><table class=\"list sorts\" id=\"sessions\">"
		     "<thead><tr>");
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		text_addf(to, "<th%s>%s</th>", columns[i].right ? " class=\"r\"" : "", columns[i].title);
	text_add(to, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < count && i < ROWS_WITHOUT_SCRIPT; i++)
		if (session_rows_get(list->page->diagnosis->sessions, order[i], &session))
			add_row(list, &session);
	text_add(to, "</tbody></table></div><div class=\"more\" id=\"sessions-more\">");
	if (count > ROWS_WITHOUT_SCRIPT)
		text_addf(to, "%zu more need JavaScript to be shown", count - ROWS_WITHOUT_SCRIPT);
	text_add(to, "</div></div>\n");
}

void html_sessions(const struct html *page)
{
	const struct session_rows *rows = page->diagnosis->sessions;
	struct list list = { .page = page };
	struct text *to = page->to;
	if (!rows || session_rows_count(rows) == 0)
		return;
	const size_t all = session_rows_count(rows), count = all < MAX_SESSIONS ? all : MAX_SESSIONS;
	const uint64_t missing = session_rows_not_kept(rows) + (all - count);
	size_t *order = order_sessions(rows, all);
	gather_mentions(&list);
	text_add(to, "<h2>Sessions <span class=\"count\">");
	words_grouped(to, all + session_rows_not_kept(rows));
	text_add(to, "</span></h2>\n<div class=\"tools js-only\"><input type=\"search\" id=\"search\" "
		     "placeholder=\"Address, port, service, state, finding\" aria-label=\"Search sessions\">"
		     "<label class=\"check\"><input type=\"checkbox\" id=\"only\"> only with findings</label></div>\n");
	add_table(&list, order, count);
	if (missing) {
		text_add(to, "<p class=\"note\">");
		words_counted(to, missing, "more session is", "more sessions are");
		text_add(to, " not in this page: <code>culprit sessions</code> lists them.</p>\n");
	}
	text_add(to, "<script type=\"application/json\" id=\"session-data\">[");
	for (size_t i = 0; i < count; i++) {
		struct culprit_session session;
		if (!session_rows_get(rows, order[i], &session))
			continue;
		text_add(to, i ? ",\n" : "\n");
		add_data(&list, &session);
	}
	text_add(to, "]</script>\n");
	free(order);
	free(list.by_session);
	free(list.by_id);
}

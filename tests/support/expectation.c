#include "expectation.h"

#include <ctype.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
	const struct scenario *scenario;
	const struct culprit_analysis *analysis;
};

/* "2.1", "20ms", "3%": a number, durations in seconds. */
static bool quantity(const char *text, double *to)
{
	int64_t duration;
	if (text_to_number(text, to))
		return true;
	if (!text_to_duration(text, &duration))
		return false;
	*to = (double)duration / 1e9;
	return true;
}

/* `wanted` is "=2.1", "=2.1±0.1", "=1..3", ">2", ">=2", "<2" or "!=0". */
static bool number_matches(double value, const char *wanted)
{
	char text[96], *middle;
	double a = 0, b = 0;
	bool or_equal = (wanted[0] == '<' || wanted[0] == '>') && wanted[1] == '=';
	bool differs = wanted[0] == '!';
	snprintf(text, sizeof text, "%s", wanted + 1 + or_equal + differs);
	size_t width = 2;
	if ((middle = strstr(text, "±")) || (width = 1, middle = strchr(text, '~'))) {
		*middle = '\0';
		return quantity(text, &a) && quantity(middle + width, &b) &&
		       fabs(value - a) <= b + 1e-9;
	}
	if ((middle = strstr(text, ".."))) {
		*middle = '\0';
		return quantity(text, &a) && quantity(middle + 2, &b) && value >= a && value <= b;
	}
	if (!quantity(text, &a))
		return false;
	double slack = fabs(a) * 1e-9;
	if (wanted[0] == '<')
		return or_equal ? value <= a + slack : value < a;
	if (wanted[0] == '>')
		return or_equal ? value >= a - slack : value > a;
	return (fabs(value - a) <= slack) != differs;
}

static bool text_matches(const char *value, const char *wanted)
{
	bool differs = wanted[0] == '!';
	bool same = value && fnmatch(wanted + 1 + differs, value, 0) == 0;
	if (!value)
		same = strcmp(wanted + 1 + differs, "none") == 0;
	return same != differs;
}

/* "7" or "@label" to a packet number; *text moves behind it. */
static uint64_t packet_number(const struct scenario *scenario, const char **text)
{
	if (**text != '@') {
		char *end;
		uint64_t number = strtoull(*text, &end, 10);
		*text = end == *text ? *text + strlen(*text) : end;
		return number;
	}
	size_t length = strcspn(*text + 1, ",-");
	const char *name = *text + 1;
	*text += 1 + length;
	for (size_t i = 0; i < scenario->label_count; i++)
		if (strlen(scenario->labels[i].name) == length &&
		    strncmp(scenario->labels[i].name, name, length) == 0)
			return scenario->labels[i].packet;
	return 0;
}

static bool packets_match(const struct check *check, const struct culprit_finding *finding,
			  const char *wanted)
{
	const char *at = wanted + 1;
	uint64_t first = packet_number(check->scenario, &at), last = first;
	if (*at == '-') {
		at++;
		last = packet_number(check->scenario, &at);
	}
	return finding->first_packet == first && finding->last_packet == last;
}

static bool evidence_matches(const struct check *check, const struct culprit_finding *finding,
			     const char *wanted)
{
	for (const char *at = wanted + 1; *at;) {
		uint64_t packet = packet_number(check->scenario, &at);
		bool found = false;
		for (size_t i = 0; i < finding->evidence_count; i++)
			found |= finding->evidence[i].packet == packet;
		if (!found)
			return false;
		at += *at == ',';
	}
	return true;
}

static bool value_matches(const struct culprit_finding *finding, const char *name,
			  const char *wanted)
{
	size_t length = (size_t)(wanted - name);
	for (size_t i = 0; i < finding->value_count; i++) {
		const struct culprit_value *value = &finding->values[i];
		if (strncmp(value->name, name, length) != 0 ||
		    (value->name[length] != '\0' && value->name[length] != '_'))
			continue;
		if (value->text ? text_matches(value->text, wanted)
				: number_matches(value->number, wanted))
			return true;
	}
	return false;
}

static const char *cause_of(const struct check *check, const struct culprit_finding *finding)
{
	return finding->caused_by ? culprit_finding(check->analysis, finding->caused_by - 1)->id
				  : NULL;
}

static bool key_matches(const struct check *check, const struct culprit_finding *finding,
			const char *key)
{
	const char *wanted = key + strcspn(key, "=<>!");
	size_t length = (size_t)(wanted - key);
	char name[64];
	snprintf(name, sizeof name, "%.*s", (int)length, key);
	if (strcmp(name, "findings") == 0)
		return true;
	if (strncmp(name, "value.", 6) == 0)
		return value_matches(finding, key + 6, wanted);
	if (strcmp(name, "severity") == 0)
		return text_matches(culprit_severity_name(finding->severity), wanted);
	if (strcmp(name, "confidence") == 0)
		return text_matches(culprit_confidence_name(finding->confidence), wanted);
	if (strcmp(name, "blame") == 0)
		return text_matches(finding->blame, wanted);
	if (strcmp(name, "party") == 0)
		return text_matches(finding->party, wanted);
	if (strcmp(name, "sub") == 0)
		return text_matches(finding->kind, wanted);
	if (strcmp(name, "text") == 0)
		return text_matches(finding->text, wanted);
	if (strcmp(name, "client") == 0)
		return text_matches(finding->client, wanted);
	if (strcmp(name, "server") == 0)
		return text_matches(finding->server, wanted);
	if (strcmp(name, "caused_by") == 0)
		return text_matches(cause_of(check, finding), wanted);
	if (strcmp(name, "count") == 0)
		return number_matches((double)finding->count, wanted);
	if (strcmp(name, "port") == 0)
		return number_matches(finding->server_port, wanted);
	if (strcmp(name, "sessions") == 0)
		return number_matches((double)finding->session_total, wanted);
	if (strcmp(name, "cost") == 0)
		return number_matches((double)finding->cost / 1e9, wanted);
	if (strcmp(name, "packets") == 0)
		return packets_match(check, finding, wanted);
	return evidence_matches(check, finding, wanted);
}

static bool finding_matches(const struct check *check, const struct expectation *expectation,
			    const struct culprit_finding *finding, const char **mismatch)
{
	if (fnmatch(expectation->id, finding->id, 0) != 0)
		return false;
	for (size_t i = 0; i < expectation->key_count; i++) {
		if (!key_matches(check, finding, expectation->keys[i])) {
			*mismatch = expectation->keys[i];
			return false;
		}
	}
	return true;
}

static void tell(const struct check *check, const struct expectation *expectation,
		 struct text *why_not, const char *what)
{
	text_addf(why_not, "%s:%u: %s", check->scenario->path, expectation->line, what);
	if (expectation->id)
		text_addf(why_not, " %s", expectation->id);
}

/* An id that this build does not know is the first thing to look at. */
static void tell_unknown(const char *id, struct text *why_not)
{
	struct culprit_kind kind;
	const char *nearest = culprit_kind_nearest(id);
	if (strpbrk(id, "*?[") || culprit_kind_find(id, &kind))
		return;
	text_add(why_not, " (this build knows no such finding");
	if (nearest)
		text_addf(why_not, "; did you mean %s?", nearest);
	text_add(why_not, ")");
}

static bool check_finding(const struct check *check, const struct expectation *expectation,
			  struct text *why_not)
{
	const char *mismatch = NULL, *wanted_findings = NULL;
	double matches = 0;
	for (size_t i = 0; i < expectation->key_count; i++)
		if (strncmp(expectation->keys[i], "findings", 8) == 0)
			wanted_findings = expectation->keys[i] + 8;
	for (size_t i = 0; i < culprit_finding_count(check->analysis); i++)
		matches += finding_matches(check, expectation, culprit_finding(check->analysis, i),
					   &mismatch);
	bool good = wanted_findings		       ? number_matches(matches, wanted_findings)
		    : expectation->kind == EXPECT_FINDING ? matches > 0
							  : matches == 0;
	if (good)
		return true;
	tell(check, expectation, why_not,
	     expectation->kind == EXPECT_FINDING ? "not found:" : "found, but should not be:");
	if (matches > 0 && wanted_findings)
		text_addf(why_not, " (%g of them, wanted findings%s)", matches, wanted_findings);
	else if (mismatch && expectation->kind == EXPECT_FINDING)
		text_addf(why_not, " (there is one, but not %s)", mismatch);
	tell_unknown(expectation->id, why_not);
	text_add(why_not, "\n");
	return false;
}

static bool is_expected(const struct check *check, const struct culprit_finding *finding)
{
	const char *mismatch;
	for (size_t i = 0; i < check->scenario->expectation_count; i++) {
		const struct expectation *expectation = &check->scenario->expectations[i];
		if (expectation->kind == EXPECT_FINDING &&
		    finding_matches(check, expectation, finding, &mismatch))
			return true;
	}
	return false;
}

static bool check_only(const struct check *check, const struct expectation *expectation,
		       struct text *why_not)
{
	enum culprit_severity from;
	bool good = true;
	if (!culprit_severity_parse(expectation->id, &from)) {
		tell(check, expectation, why_not, "no severity:");
		text_add(why_not, "\n");
		return false;
	}
	for (size_t i = 0; i < culprit_finding_count(check->analysis); i++) {
		const struct culprit_finding *finding = culprit_finding(check->analysis, i);
		if (finding->severity < from || is_expected(check, finding))
			continue;
		text_addf(why_not, "%s:%u: not expected: %s (%s): %s\n", check->scenario->path,
			  expectation->line, finding->id, culprit_severity_name(finding->severity),
			  finding->text);
		good = false;
	}
	return good;
}

static bool check_verdict(const struct check *check, const struct expectation *expectation,
			  struct text *why_not)
{
	const struct culprit_verdict *verdict = culprit_verdict(check->analysis);
	const struct culprit_finding *finding =
		verdict->finding ? culprit_finding(check->analysis, verdict->finding - 1) : NULL;
	bool good = true;
	for (size_t i = 0; i < expectation->key_count; i++) {
		const char *key = expectation->keys[i], *wanted = key + strcspn(key, "=!"),
			   *value = NULL;
		if (strncmp(key, "party", 5) == 0)
			value = verdict->party;
		else if (strncmp(key, "blame", 5) == 0)
			value = verdict->blame;
		else if (strncmp(key, "confidence", 10) == 0)
			value = culprit_confidence_name(verdict->confidence);
		else if (strncmp(key, "finding", 7) == 0)
			value = finding ? finding->id : NULL;
		if (*wanted && text_matches(value, wanted))
			continue;
		tell(check, expectation, why_not, "the verdict is not");
		text_addf(why_not, " %s but %s\n", key, value ? value : "none");
		good = false;
	}
	return good;
}

static bool check_count(const struct check *check, const struct expectation *expectation,
			struct text *why_not)
{
	bool good = true;
	for (size_t i = 0; i < expectation->key_count; i++) {
		const char *key = expectation->keys[i], *name;
		size_t length = strcspn(key, "=<>!");
		uint64_t value = 0;
		bool found = false;
		for (unsigned n = 0; !found && (name = culprit_count(check->analysis, n, &value));
		     n++)
			found = strlen(name) == length && strncmp(name, key, length) == 0;
		if (found && number_matches((double)value, key + length))
			continue;
		tell(check, expectation, why_not, "the count is not");
		text_addf(why_not, " %s but %llu%s\n", key, (unsigned long long)value,
			  found ? "" : " (there is no such count)");
		good = false;
	}
	return good;
}

/* {name}: what a template leaves behind when nobody gave the fact. */
static bool has_placeholder(const char *text)
{
	for (const char *at = text ? strchr(text, '{') : NULL; at; at = strchr(at + 1, '{')) {
		size_t length = 1;
		while (islower((unsigned char)at[length]) || isdigit((unsigned char)at[length]) ||
		       at[length] == '_')
			length++;
		if (length > 1 && at[length] == '}')
			return true;
	}
	return false;
}

static bool check_texts(const struct check *check, struct text *why_not)
{
	bool good = true;
	for (size_t i = 0; i < culprit_finding_count(check->analysis); i++) {
		const struct culprit_finding *finding = culprit_finding(check->analysis, i);
		bool bad = has_placeholder(finding->text) || has_placeholder(finding->why) ||
			   has_placeholder(finding->title);
		for (size_t n = 0; n < finding->advice_count; n++)
			bad |= has_placeholder(finding->advice[n]);
		if (!bad)
			continue;
		good = false;
		text_addf(why_not, "%s: %s: a {name} was not filled in: %s\n",
			  check->scenario->path, finding->id, finding->text);
		for (size_t n = 0; n < finding->advice_count; n++)
			if (has_placeholder(finding->advice[n]))
				text_addf(why_not, "  %s\n", finding->advice[n]);
	}
	return good;
}

bool expectations_hold(const struct scenario *scenario, const struct culprit_analysis *analysis,
		       struct text *why_not)
{
	const struct check check = { scenario, analysis };
	bool good = check_texts(&check, why_not);
	for (size_t i = 0; i < scenario->expectation_count; i++) {
		const struct expectation *expectation = &scenario->expectations[i];
		switch (expectation->kind) {
		case EXPECT_FINDING:
		case EXPECT_NO_FINDING:
			good &= check_finding(&check, expectation, why_not);
			break;
		case EXPECT_ONLY:
			good &= check_only(&check, expectation, why_not);
			break;
		case EXPECT_VERDICT:
			good &= check_verdict(&check, expectation, why_not);
			break;
		case EXPECT_COUNT:
			good &= check_count(&check, expectation, why_not);
			break;
		}
	}
	return good;
}

struct culprit_analysis *scenario_analyse(const struct scenario *scenario, const struct text *image,
					  struct text *why_not)
{
	struct culprit_analysis *analysis = culprit_create();
	struct culprit_error error = { 0 };
	bool good = !scenario->profile || culprit_set_profile(analysis, scenario->profile, &error);
	for (unsigned i = 0; good && i < scenario->setting_count; i++)
		good = culprit_set_threshold(analysis, scenario->settings[i], &error);
	if (scenario->displays.length)
		culprit_add_displays_memory(analysis, scenario->displays.bytes, scenario->displays.length, "display");
	good = good &&
	       culprit_read_memory(analysis, image->bytes, image->length, scenario->path, &error);
	if (good)
		return analysis;
	text_addf(why_not, "%s: %s: %s\n", scenario->path, error.message, error.remedy);
	culprit_destroy(analysis);
	return NULL;
}

void findings_list(const struct culprit_analysis *analysis, struct text *to)
{
	for (size_t i = 0; i < culprit_finding_count(analysis); i++) {
		const struct culprit_finding *finding = culprit_finding(analysis, i);
		text_addf(to, "%u. %s %s %s blame=%s", finding->number, finding->id,
			  culprit_severity_name(finding->severity),
			  culprit_confidence_name(finding->confidence), finding->blame);
		if (finding->kind)
			text_addf(to, " sub=%s", finding->kind);
		text_addf(to, " count=%llu packets=%llu-%llu", (unsigned long long)finding->count,
			  (unsigned long long)finding->first_packet,
			  (unsigned long long)finding->last_packet);
		if (finding->caused_by)
			text_addf(to, " caused_by=%s",
				  culprit_finding(analysis, finding->caused_by - 1)->id);
		text_addf(to, " cost=%.3f\n   %s\n   why: %s\n   evidence:",
			  (double)finding->cost / 1e9, finding->text, finding->why);
		for (size_t n = 0; n < finding->evidence_count; n++)
			text_addf(to, " %llu", (unsigned long long)finding->evidence[n].packet);
		text_add(to, "\n   values:");
		for (size_t n = 0; n < finding->value_count; n++) {
			const struct culprit_value *value = &finding->values[n];
			if (value->text)
				text_addf(to, " %s=%s", value->name, value->text);
			else
				text_addf(to, " %s=%g", value->name, value->number);
		}
		text_add(to, "\n");
	}
}

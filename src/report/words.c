#include "report/words.h"

#include <string.h>

void words_grouped(struct text *to, uint64_t number)
{
	char digits[32];
	size_t start = sizeof digits;
	unsigned written = 0;
	do {
		if (written && written % 3 == 0)
			digits[--start] = ' ';
		digits[--start] = (char)('0' + number % 10);
		number /= 10;
		written++;
	} while (number);
	text_add_bytes(to, digits + start, sizeof digits - start);
}

void words_counted(struct text *to, uint64_t number, const char *one, const char *many)
{
	words_grouped(to, number);
	text_add_char(to, ' ');
	text_add(to, number == 1 ? one : many);
}

void words_subject(struct text *to, const struct culprit_finding *finding)
{
	if (finding->client)
		text_add(to, finding->client);
	if (finding->client && finding->server)
		text_add(to, " \xe2\x86\x92 ");
	if (finding->server)
		text_add(to, finding->server);
	if (finding->server && finding->server_port)
		text_addf(to, " port %u", finding->server_port);
}

void words_sessions(struct text *to, const struct culprit_finding *finding)
{
	if (finding->session_total == 0)
		return;
	text_add(to, to->length ? ", " : "");
	text_add(to, finding->session_total == 1 ? "session " : "sessions ");
	for (size_t i = 0; i < finding->session_count; i++)
		text_addf(to, "%s%s", i ? " " : "", finding->sessions[i]);
	if (finding->session_total > finding->session_count) {
		text_add(to, " and ");
		words_grouped(to, finding->session_total - finding->session_count);
		text_add(to, " more");
	}
}

void words_line(struct text *to, const struct culprit_line *line)
{
	text_addf(to, "%s line %u: %s", line->file, line->line, line->words);
}

void words_alternative(struct text *to, const struct culprit_alternative *alternative)
{
	text_add(to, alternative->text);
	if (alternative->rejected)
		text_addf(to, ": %s", alternative->rejected);
}

const char *words_evidence_time(const struct diagnosis *diagnosis, const struct culprit_output *output,
				int64_t time, char to[static TIME_TEXT_SIZE])
{
	static const enum time_style styles[] = {
		[CULPRIT_TIME_DEFAULT] = TIME_STYLE_RELATIVE, [CULPRIT_TIME_UTC] = TIME_STYLE_UTC,
		[CULPRIT_TIME_LOCAL] = TIME_STYLE_LOCAL, [CULPRIT_TIME_RELATIVE] = TIME_STYLE_RELATIVE,
		[CULPRIT_TIME_EPOCH] = TIME_STYLE_EPOCH,
	};
	const struct culprit_trace *trace = &diagnosis->trace;
	unsigned digits = trace->time_digits < 6 ? trace->time_digits : 6;
	if (time == CULPRIT_NO_TIME) {
		to[0] = '\0';
		return to;
	}
	return time_text(time, trace->first_time, styles[output->time_style], digits, to);
}

bool words_time_is_relative(const struct culprit_output *output)
{
	return output->time_style == CULPRIT_TIME_DEFAULT || output->time_style == CULPRIT_TIME_RELATIVE;
}

bool words_verdict_says(const struct diagnosis *diagnosis, const struct culprit_finding *finding)
{
	return finding->number == 1 && diagnosis->verdict.finding == 1 &&
	       strncmp(diagnosis->verdict.text, finding->text, strlen(finding->text)) == 0;
}

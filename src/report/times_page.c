#include "report/times_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/sum.h"
#include "report/times_rows.h"
#include "report/wrap.h"

#define DEFAULT_WIDTH 80
#define LABEL_WIDTH 42               /* columns before a bar */
#define BAR_LEAST 10
#define BAR_MOST 60
#define FIRST_EDGE (10 * MICROSECOND)

static const char *const part_words[CULPRIT_PARTS] = {
	"name look-up", "repeated connect", "connect", "TLS set-up", "sending the request", "round trip",
	"server's program", "retransmission", "closed window", "server's pauses", "delayed ACK",
	"receiving the answer",
};

/* 10, 20, 50, 100 µs … */
static int64_t next_edge(int64_t edge)
{
	int64_t lead = edge;
	while (lead >= 10)
		lead /= 10;
	return lead == 2 ? edge / 2 * 5 : edge * 2;
}

void times_sum_add(struct times_sum *sum, const struct culprit_transaction *transaction)
{
	unsigned span = 0;
	if (!transaction->answered) {
		sum->unanswered++;
		return;
	}
	for (int64_t edge = FIRST_EDGE; span + 1 < TIMES_SPANS && transaction->total >= edge;
	     edge = next_edge(edge))
		span++;
	sum->spans[span]++;
	sum->count++;
	sum->slow += transaction->slow;
	sum->total = sum_of(sum->total, transaction->total);
	for (int i = 0; i < CULPRIT_PARTS; i++)
		sum->part[i] = sum_of(sum->part[i], transaction->part[i]);
}

static void add_bar(const struct page *page, double share)
{
	size_t room = page->width > LABEL_WIDTH + BAR_LEAST ? page->width - LABEL_WIDTH : BAR_LEAST;
	if (room > BAR_MOST)
		room = BAR_MOST;
	share = share > 0 ? share < 1 ? share : 1 : 0;   /* clocks that jump leave no sense in it */
	size_t halves = (size_t)(share * (double)room * 2 + 0.5);
	struct text bar = { 0 };
	text_add(&bar, "");
	for (; halves >= 2; halves -= 2)
		text_add(&bar, "\xe2\x96\x88");      /* a full block */
	if (halves)
		text_add(&bar, "\xe2\x96\x8c");      /* its left half */
	if (bar.length)
		page_add(page, INK_CYAN, bar.bytes);
	while (page->to->length && page->to->bytes[page->to->length - 1] == ' ')
		page->to->length--;
	text_add_char(page->to, '\n');
	text_finish(&bar);
}

static void add_title(const struct page *page, const char *words)
{
	text_add_char(page->to, '\n');
	page_add(page, INK_BOLD, words);
	text_add_char(page->to, '\n');
}

static void add_parts(const struct page *page, const struct times_sum *sum)
{
	char words[DURATION_TEXT_SIZE];
	add_title(page, "Where the time went");
	for (int i = 0; i < CULPRIT_PARTS; i++) {
		if (!sum->part[i])
			continue;
		double share = (double)sum->part[i] / (double)sum->total;
		duration_text(sum->part[i], words);
		size_t columns = text_columns(words, strlen(words));
		text_addf(page->to, "  %-20s  ", part_words[i]);
		page_indent(page, columns < 8 ? 8 - columns : 0);
		text_addf(page->to, "%s  %3.0f %%", words, 100 * share);
		page_indent(page, 2);
		add_bar(page, share);
	}
}

static void add_span(const struct page *page, int64_t from, int64_t to, uint64_t count, uint64_t most)
{
	char low[DURATION_TEXT_SIZE], high[DURATION_TEXT_SIZE], words[2 * DURATION_TEXT_SIZE + 16];
	if (!from)
		snprintf(words, sizeof words, "below %s", duration_text(to, high));
	else if (!to)
		snprintf(words, sizeof words, "%s and more", duration_text(from, low));
	else
		snprintf(words, sizeof words, "%s \xe2\x80\x93 %s", duration_text(from, low),
			 duration_text(to, high));
	size_t columns = text_columns(words, strlen(words));
	page_indent(page, 2);
	text_add(page->to, words);
	page_indent(page, columns < 26 ? 26 - columns : 1);
	text_addf(page->to, "%8" PRIu64 "  ", count);
	page_indent(page, 2);
	add_bar(page, (double)count / (double)most);
}

/* From the first span that holds anything to the last. */
static void add_spans(const struct page *page, const struct times_sum *sum)
{
	unsigned first = TIMES_SPANS, last = 0;
	uint64_t most = 1;
	for (unsigned i = 0; i < TIMES_SPANS; i++) {
		if (!sum->spans[i])
			continue;
		first = first < i ? first : i;
		last = i;
		most = sum->spans[i] > most ? sum->spans[i] : most;
	}
	add_title(page, "How long they took");
	int64_t edge = FIRST_EDGE, before = 0;
	for (unsigned i = 0; i <= last; i++) {
		bool open = i + 1 == TIMES_SPANS;
		if (i >= first)
			add_span(page, before, open ? 0 : edge, sum->spans[i], most);
		before = edge;
		edge = next_edge(edge);
	}
}

static void add_head(const struct page *page, const struct times_sum *sum, size_t services, int64_t limit,
		     bool by_service)
{
	char total[DURATION_TEXT_SIZE], slow[DURATION_TEXT_SIZE];
	struct text words = { 0 };
	if (!sum->count) {
		text_add(&words, "The trace holds no request with its answer");
		if (sum->unanswered)
			text_addf(&words, ", and %" PRIu64 " without", sum->unanswered);
		text_add(&words, ".");
		page_paragraph(page, INK_PLAIN, 0, words.bytes);
		text_finish(&words);
		return;
	}
	text_addf(&words, "%" PRIu64 " request%s answered by %zu service%s in %s altogether; ", sum->count,
		  sum->count == 1 ? " was" : "s were", services, services == 1 ? "" : "s",
		  duration_text(sum->total, total));
	if (sum->slow)
		text_addf(&words, "%" PRIu64 " took %s or longer", sum->slow, duration_text(limit, slow));
	else
		text_addf(&words, "none took %s or longer", duration_text(limit, slow));
	text_add(&words, by_service ? ", or the limit of the service." : ".");
	if (sum->unanswered)
		text_addf(&words, " To %" PRIu64 " more the trace shows no answer.", sum->unanswered);
	page_paragraph(page, INK_PLAIN, 0, words.bytes);
	text_finish(&words);
}

static bool hand_on(const struct culprit_output *output, struct text *text)
{
	bool written = output->write(output->user, text->bytes, text->length);
	text_clear(text);
	return written;
}

static bool write_services(const struct culprit_output *output, const struct times_group *const *groups,
			   size_t count, size_t rows)
{
	struct table_writer *writer = times_group_rows_begin(output, CULPRIT_BY_SERVICE);
	for (size_t i = 0; i < count && i < rows; i++)
		times_group_row(writer, groups[i]);
	return table_end(writer);
}

static void write_slowest(const struct culprit_output *output, struct times_top *slowest)
{
	size_t count;
	const struct culprit_transaction *transactions = times_top_sorted(slowest, &count);
	struct table_writer *writer = times_rows_begin(output);
	for (size_t i = 0; i < count; i++)
		times_row(writer, &transactions[i]);
	table_end(writer);
}

void times_page_write(const struct culprit_output *output, const struct times_sum *sum,
		      struct times_groups *services, struct times_top *slowest, size_t rows, int64_t limit,
		      bool by_service)
{
	struct text text = { 0 };
	const struct page page = { &text, output->width ? output->width : DEFAULT_WIDTH, output->colour };
	size_t count;
	const struct times_group *const *groups = times_groups_sorted(services, CULPRIT_SORT_DEFAULT,
								      &count);
	/* Those that never answered stand behind the others, but for the rest that has no name. */
	while (count && !groups[count - 1]->times.count)
		count--;
	bool open = true;
	add_head(&page, sum, count, limit, by_service);
	if (sum->count) {
		add_parts(&page, sum);
		add_spans(&page, sum);
		add_title(&page, "Services, the slowest first");
		open = hand_on(output, &text) && write_services(output, groups, count, rows);
		if (count > rows)
			text_addf(&text, "and %zu more: culprit times --by service\n", count - rows);
		add_title(&page, "Slowest requests");
		open = open && hand_on(output, &text);
		if (open)
			write_slowest(output, slowest);
	} else {
		hand_on(output, &text);
	}
	text_finish(&text);
}

/* `culprit prove` for people. */
#include "report/proof.h"
#include "report/report.h"
#include "report/wrap.h"
#include "report/words.h"

#define WORDS_PER_ROLE 24        /* packets or ranges that are named; more are counted */

static const char *const role_words[COLLECT_ROLES] = {
	[COLLECT_CITED] = "Cited",
	[COLLECT_OPENING] = "The start of its sessions, which tells who is client and what was agreed on",
	[COLLECT_SESSION] = "Others of its sessions",
	[COLLECT_HOSTS] = "Other traffic of the hosts concerned",
	[COLLECT_OTHER] = "Traffic of others, which shows that the recording went on, or what to compare with",
};

const char *proof_role_name(enum collect_role role)
{
	static const char *const names[COLLECT_ROLES] = {
		[COLLECT_CITED] = "cited", [COLLECT_OPENING] = "opening", [COLLECT_SESSION] = "session",
		[COLLECT_HOSTS] = "hosts", [COLLECT_OTHER] = "other",
	};
	return names[role];
}

const char *proof_beyond(const struct proof_report *report)
{
	const struct proof *proof = report->proof;
	if (!proof->proved || !(proof->by_role[COLLECT_HOSTS] + proof->by_role[COLLECT_OTHER]))
		return NULL;
	if (report->kind->beyond)
		return report->kind->beyond;
	return report->told->session_total
		? "Its own sessions do not show that the recording went on and held both directions, without which "
		  "the rule says nothing."
		: "It is about no conversation in particular, so that the packets of all count.";
}

/* "1-3, 7, 9": packets of a role that follow one another in the trace are a range. */
static void add_numbers(struct text *to, const struct proof *proof, enum collect_role role)
{
	unsigned words = 0;
	size_t told = 0;
	for (size_t i = 0, last; i < proof->count; i = last + 1) {
		last = i;
		if (proof->packets[i].role != role)
			continue;
		while (last + 1 < proof->count && proof->packets[last + 1].role == role &&
		       proof->packets[last + 1].number == proof->packets[last].number + 1)
			last++;
		if (words++ == WORDS_PER_ROLE) {
			text_addf(to, " and %zu more", proof->by_role[role] - told);
			return;
		}
		told += last - i + 1;
		text_addf(to, "%s%llu", words > 1 ? ", " : "", (unsigned long long)proof->packets[i].number);
		if (last > i)
			text_addf(to, "-%llu", (unsigned long long)proof->packets[last].number);
	}
}

static void add_sum(struct text *to, const struct proof *proof)
{
	size_t more = proof->count - proof->by_role[COLLECT_CITED];
	text_add(to, "Proved: it fires again from ");
	if (!proof->by_role[COLLECT_CITED])
		text_add(to, "no packet that it cites");
	else if (proof->by_role[COLLECT_CITED] == 1)
		text_add(to, "the packet that it cites");
	else
		text_addf(to, "the %zu packets that it cites", proof->by_role[COLLECT_CITED]);
	text_add(to, more ? " and " : " alone.");
	if (more)
		words_counted(to, more, "more packet.", "more packets.");
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct proof_report *report = about;
	const struct proof *proof = report->proof;
	const struct page page = { to, output->width ? output->width : 80, output->colour };
	struct text words = { 0 };
	text_addf(&words, "%s %u: %s [%s]", culprit_severity_name(report->told->severity), report->told->number,
		  report->told->title, report->told->id);
	page_paragraph(&page, INK_BOLD, 0, words.bytes);
	text_finish(&words);
	if (proof->proved)
		add_sum(&words, proof);
	else if (proof->whole)
		text_add(&words, "Not proved: what lies near it does not suffice, and the whole trace is too long to be "
			 "tried here: cut the time concerned out with culprit convert --slice, and prove that.");
	else
		text_add(&words, "Not proved: it did not fire again, not even from the whole trace. This is a fault of "
			 "culprit: please report it with the trace.");
	page_paragraph(&page, proof->proved ? INK_GREEN : INK_RED, 2, words.bytes);
	text_finish(&words);
	for (int role = 0; role < COLLECT_ROLES && proof->proved; role++) {
		if (!proof->by_role[role])
			continue;
		text_addf(&words, "%s: packet%s ", role_words[role], proof->by_role[role] == 1 ? "" : "s");
		add_numbers(&words, proof, (enum collect_role)role);
		page_indent(&page, 2);
		page_wrap(&page, INK_PLAIN, 2, 4, words.bytes);
		text_finish(&words);
	}
	if (proof_beyond(report))
		page_paragraph(&page, INK_PLAIN, 2, proof_beyond(report));
	if (proof->proved && !proof->least)
		page_paragraph(&page, INK_PLAIN, 2, "Fewer may do: it was not tried to leave out each of them.");
}

const struct report proof_as_text = { .subject = REPORT_PROOF, .format = CULPRIT_TEXT, .write = write };

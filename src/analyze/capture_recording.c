/* Is a z/OS trace on and records nothing? capture/not-recording, from what z/OS displays. */
#include "analyze/capture_recording.h"

#include <string.h>

#include "analyze/readings.h"

static const struct finding_kind not_recording = {
	.id = "capture/not-recording",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "A trace records nothing",
	.say = "The trace is on but records nothing.",
	.meaning = "Displays and messages of z/OS show that something between the packets and the data set is missing: the "
		   "writer is not active (kind writer-stopped), nothing is connected to it (not-connected), it is connected "
		   "to another stack (other-stack), the component is off (component-off) or has no writer (no-writer); a "
		   "command failed (command-failed) or waits for its reply (waits-for-reply); the trace counts no records "
		   "between two displays although packets flow (filter); OSAENTA is off or has ended (osaenta-off), is not "
		   "allowed (not-authorized), matches nothing (osaenta-filter), or its trace device is missing "
		   "(trace-device).",
	.false_alarms = "Record counts that stand still mean nothing while no packets flow, nor on one interface while "
			"another one records. What somebody stopped with a command that is in the text is not told. OSAENTA "
			"that is off, or a trace device in RESET, is only a notice unless it was started.",
	.advice = { "culprit zos packet-trace, data-trace or osaenta print all commands in their order." },
	.reference = "z/OS Communications Server: IP Diagnosis Guide, TCP/IP services traces and IPCS support",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 30, .meaning = "between two displays, where it is known" },
		{ .name = "packets", .unit = UNIT_COUNT, .value = 100,
		  .meaning = "that must have passed between two displays" },
	},
};

void recording_begin(const struct recording *recording, struct finding *finding, const char *sub_kind, const char *say,
		     const char *advice)
{
	finding_begin(finding, recording->kind, NULL);
	finding->sub_kind = sub_kind;
	finding->say = say;
	finding->advice = advice;
	finding->count = 1;
	blame_capture(finding);
	finding_why(finding, "z/OS says so itself; the network has no part in it.");
}

static bool holds(const char *text, const char *words)
{
	return strstr(text, words) != NULL;
}

static int said(const struct zos_message *message, const char *what)
{
	const char *text = message->text;
	if (!holds(text, what))
		return 0;
	if (strcmp(what, "TRACE CT") == 0)
		return holds(text, ",ON") ? 1 : holds(text, ",OFF") || holds(text, "WTRSTOP") ? -1 : 0;
	if (holds(text, ",OFF") || holds(text, ",CLEAR") || holds(text, ",DEL"))
		return -1;
	return holds(text, ",ON") ? 1 : 0;
}

int recording_commanded(const struct zos_displays *displays, const char *what, uint32_t file, uint32_t line)
{
	int state = 0;
	for (size_t i = 0; i < displays->message_count; i++) {
		const struct zos_message *message = &displays->messages[i];
		if (message->file > file || (message->file == file && message->line > line))
			break;
		if (message->kind != ZOS_COMMAND && strcmp(message->id, "EZZ0060I") != 0)
			continue;
		int now = said(message, what);
		state = now ? now : state;
	}
	return state;
}

uint64_t recording_traffic(const struct recording *recording)
{
	static const char *const kinds_of_links[] = { "link", "interface" };
	uint64_t total = 0;
	struct reading reading;
	for (size_t i = 0; i < 2; i++) {
		for (size_t at = 0; reading_next(recording->displays, kinds_of_links[i], "BYTESIN", &at, &reading);) {
			uint64_t in = 0, out = 0;
			if (!reading.between)
				continue;
			reading_count(&reading, "INBOUND PACKETS", &in);
			reading_count(&reading, "OUTBOUND PACKETS", &out);
			total += in + out;
		}
	}
	return total;
}

static void report_message(const struct recording *recording, const struct zos_message *message, const char *sub_kind,
			   const char *say, const char *advice)
{
	struct finding finding;
	recording_begin(recording, &finding, sub_kind, say, advice);
	finding.merge_key = (uint64_t)message->file << 32 | message->line;
	finding_words(&finding, "message", "%s", message->id);
	finding_cite(&finding, recording->displays->files[message->file], message->line, "%s %s", message->id,
		     message->text);
	finding_submit(recording->context->findings, &finding);
}

/* Was the question answered? Any reply or success behind it will do: copies lose the numbers. */
static bool is_answered(const struct zos_displays *displays, size_t from)
{
	for (size_t i = from + 1; i < displays->message_count; i++) {
		const struct zos_message *message = &displays->messages[i];
		if (strcmp(message->id, "ITT038I") == 0 ||
		    (message->kind == ZOS_COMMAND && message->text[0] == 'R' && message->text[1] == ' '))
			return true;
	}
	return false;
}

static void judge_message(const struct recording *recording, size_t index)
{
	const struct zos_message *message = &recording->displays->messages[index];
	const char *id = message->id, *text = message->text;
	if (strcmp(id, "ITT038I") == 0 && !holds(text, "ALL OF"))
		report_message(recording, message, "command-failed", "A TRACE CT command did not do what was asked: "
			       "{message} does not say that all transactions were executed.",
			       "Read the messages around it, correct the command and issue it again.");
	if ((strcmp(id, "ITT006A") == 0 || strcmp(id, "ITT066A") == 0) && !is_answered(recording->displays, index))
		report_message(recording, message, "waits-for-reply", "A TRACE CT command still waits for its reply "
			       "({message}): until then nothing is recorded.",
			       "Reply R nn,WTR=writer,END, or name a PARMLIB member with PARM=.");
	if (strncmp(id, "EZZ00", 5) == 0 && (holds(text, "FAILED") || holds(text, "NOT VALID") || holds(text, "INVALID")))
		report_message(recording, message, "command-failed", "A VARY command failed ({message}): the trace was not "
			       "changed.", "Correct the command: culprit zos checks its parameters.");
	if (strcmp(id, "ITT111I") == 0 && !holds(text, "WTRSTOP"))
		report_message(recording, message, "writer-stopped", "The trace's writer ended, and nobody had stopped it "
			       "({message}).", "Look at its job log: a full data set with NOWRAP, an abend, a time limit.");
}

static void recording_finish(struct analysis_context *context)
{
	const struct recording recording = { context, context->trace->displays, &not_recording };
	if (!recording.displays)
		return;
	for (size_t i = 0; i < recording.displays->message_count; i++)
		judge_message(&recording, i);
	recording_writers(&recording);
	recording_counts(&recording);
	recording_osaenta(&recording);
}

static const struct finding_kind *const kinds[] = { &not_recording, NULL };

const struct analyzer capture_recording_analyzer = {
	.name = "capture-recording",
	.kinds = kinds,
	.finish = recording_finish,
};

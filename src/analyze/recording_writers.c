/* D TRACE: is there a writer, and does it write what was asked? */
#include <string.h>

#include "analyze/capture_recording.h"
#include "analyze/readings.h"

static void report(const struct recording *recording, const struct zos_section *section, const char *figure,
		   const char *sub_kind, const char *say, const char *advice)
{
	struct finding finding;
	recording_begin(recording, &finding, sub_kind, say, advice);
	finding.merge_key = reading_key(section);
	finding_words(&finding, "name", "%s", section->name);
	const struct zos_figure *value = zos_figure(recording->displays, section, figure);
	finding_words(&finding, "value", "%s", value ? value->text : "");
	reading_cite_section(recording->displays, section, figure, &finding);
	finding_submit(recording->context->findings, &finding);
}

/* The stack that somebody connected: TRACE CT,ON,COMP=SYSTCPDA,SUB=(TCPIP). */
static bool other_stack(const struct zos_displays *displays, const struct zos_section *section,
			const struct zos_display *display)
{
	const struct zos_figure *component = zos_figure(displays, section, "COMPONENT");
	const struct zos_figure *stack = zos_figure(displays, section, "SUBNAME");
	bool asked = false, given = false;
	for (size_t i = 0; i < displays->message_count && component && stack; i++) {
		const struct zos_message *message = &displays->messages[i];
		if (message->file > display->file || (message->file == display->file && message->line > display->line))
			break;
		const char *sub = strstr(message->text, "SUB=(");
		if (message->kind != ZOS_COMMAND || !sub || !strstr(message->text, "TRACE CT") ||
		    !strstr(message->text, ",ON") || !strstr(message->text, component->text))
			continue;
		asked = true;
		size_t length = strcspn(sub + 5, ")");
		given |= strlen(stack->text) == length && strncmp(sub + 5, stack->text, length) == 0;
	}
	return asked && !given;
}

static void judge_writer(const struct recording *recording, const struct zos_section *section)
{
	const struct zos_displays *displays = recording->displays;
	const struct zos_display *display = &displays->displays[section->display];
	/* Who stopped it knows. */
	if (recording_commanded(displays, "TRACE CT", display->file, display->line) < 0)
		return;
	if (!zos_says(displays, section, "STATUS", "ACTIVE"))
		report(recording, section, "STATUS", "writer-stopped", "The trace is on but records nothing: writer {name} is "
		       "{value}.", "Start it (TRACE CT,WTRSTART=), and connect the component to it again.");
	else if (!zos_figure(displays, section, "COMPONENT"))
		report(recording, section, "STATUS", "not-connected", "The trace is on but records nothing: writer {name} is "
		       "active, and no component is connected to it.",
		       "Connect it: TRACE CT,ON,COMP=SYSTCPDA (or SYSTCPOT),SUB=(stack),PARM=member.");
	else if (other_stack(displays, section, display))
		report(recording, section, "SUBNAME", "other-stack", "Writer {name} records stack {value}, not the one that "
		       "was asked for.", "Issue TRACE CT,ON with SUB= of the stack in question.");
}

/* Heads are off: TCP/IP has subtraces only. */
static void judge_subtrace(const struct recording *recording, const struct zos_section *section)
{
	const struct zos_displays *displays = recording->displays;
	const struct zos_display *display = &displays->displays[section->display];
	int commanded = recording_commanded(displays, "TRACE CT", display->file, display->line);
	if (zos_says(displays, section, "MODE", "OFF") && commanded > 0)
		report(recording, section, "MODE", "component-off", "The trace is on but records nothing: the component is off "
		       "for {name}.", "Issue TRACE CT,ON again and look at the messages that follow.");
	if (zos_says(displays, section, "MODE", "ON") && zos_says(displays, section, "WRITER", "*NONE*"))
		report(recording, section, "WRITER", "no-writer", "The trace of {name} goes into a buffer in memory and into no "
		       "data set: no writer is connected.",
		       "Issue TRACE CT,ON with PARM= of a member that names the writer, or reply WTR=writer.");
}

void recording_writers(const struct recording *recording)
{
	const struct zos_displays *displays = recording->displays;
	for (size_t i = 0; i < displays->section_count; i++) {
		const struct zos_section *section = &displays->sections[i];
		bool writer = strcmp(section->kind, "writer") == 0, subtrace = strcmp(section->kind, "subtrace") == 0;
		if ((!writer && !subtrace) || zos_section_again(displays, section))
			continue;
		if (writer)
			judge_writer(recording, section);
		else
			judge_subtrace(recording, section);
	}
}

/* culprit capture: takes a trace on this host. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/commands.h"
#include "cli/output.h"

#define NAME_SIZE 64

struct session {                     /* what the callbacks need */
	const struct options *options;
	bool line;                   /* a status line is shown, and stands there */
};

/* Signal handlers can reach nothing else. */
static struct culprit_capture *running;

static void on_signal(int number)
{
	(void)number;
	culprit_capture_stop(running);
}

static void catch_signals(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction action = { .sa_handler = on_signal };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaction(numbers[i], &action, NULL);
}

/* ---- The list of interfaces ---- */

static void print_interface(void *user, const struct culprit_interface *interface)
{
	const struct options *options = user;
	const char *state = !interface->up ? "down" : interface->running ? "up" : "up, no carrier";
	if (options->format == CULPRIT_JSON) {
		printf("{\"name\":\"%s\",\"state\":\"%s\",\"mtu\":%u,\"mac\":", interface->name, state, interface->mtu);
		printf(*interface->mac ? "\"%s\"" : "null", interface->mac);
		printf(",\"hardware_time\":%s,\"addresses\":[", interface->hardware_time ? "true" : "false");
		for (size_t i = 0; i < interface->address_count; i++)
			printf("%s\"%s\"", i ? "," : "", interface->addresses[i]);
		puts("]}");
		return;
	}
	printf("%-15s %-14s mtu %-6u %s%s\n", interface->name, state, interface->mtu, interface->mac,
	       interface->hardware_time ? "  hardware time" : "");
	for (size_t i = 0; i < interface->address_count; i++)
		printf("%15s %s\n", "", interface->addresses[i]);
}

static enum exit_code list(const struct options *options)
{
	struct culprit_error error;
	if (culprit_interfaces(options->capture.netns, print_interface, (void *)options, &error))
		return EXIT_DONE;
	complain_error(&error);
	return EXIT_FAILED;
}

/* ---- The self-test ---- */

static void print_budget(void *user, const struct culprit_capture_budget *budget)
{
	static const struct { const char *name, *words; } limits[] = {
		[CULPRIT_LIMIT_SENDER] = { "sender", "none: the sender could do no more" },
		[CULPRIT_LIMIT_BUFFER] = { "buffer", "the kernel's buffer: give a larger --buffer" },
		[CULPRIT_LIMIT_DISK] = { "disk", "the disk: write elsewhere (-o), or less (--length)" },
		[CULPRIT_LIMIT_PROCESSOR] = { "processor", "the processor: give a filter, or --length" },
	};
	const struct options *options = user;
	if (options->format == CULPRIT_JSON) {
		printf("{\"length\":%u,\"selected\":%s", budget->length, budget->selected ? "true" : "false");
		if (budget->selected)
			printf(",\"packets_per_second\":%.0f,\"bytes_per_second\":%.0f,\"limit\":\"%s\","
			       "\"cpu_per_packet_ns\":%lld,\"burst\":%llu,\"burst_lost\":%s",
			       budget->packets_per_second, budget->bytes_per_second, limits[budget->limit].name,
			       (long long)budget->cpu_per_packet, (unsigned long long)budget->burst,
			       budget->burst_lost ? "true" : "false");
		puts("}");
	} else if (!budget->selected) {
		printf("%4u bytes: not selected by the filter\n", budget->length);
	} else {
		printf("%4u bytes: %.0f packets/s, %.1f MB/s without loss, %.2f \302\265s of CPU a packet\n"
		       "            limit: %s\n            a burst of %llu packets without loss%s\n", budget->length,
		       budget->packets_per_second, budget->bytes_per_second / 1e6,
		       (double)budget->cpu_per_packet / 1e3, limits[budget->limit].words,
		       (unsigned long long)budget->burst, budget->burst_lost ? "; a larger one lost some"
		       : ", the largest that was tried");
	}
	fflush(stdout);
}

static enum exit_code test(const struct options *options, const struct culprit_capture_options *wanted)
{
	struct culprit_error error;
	if (culprit_capture_self_test(wanted, print_budget, (void *)options, &error))
		return EXIT_DONE;
	complain_error(&error);
	return error.code == CULPRIT_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

/* ---- While it goes on ---- */

static void wipe_line(struct session *session)
{
	if (session->line)
		fputs("\r\033[K", stderr);
	session->line = false;
}

static bool on_status(void *user, const struct culprit_capture_status *status)
{
	struct session *session = user;
	fprintf(stderr, "\rculprit: %llu packets, %.0f/s, %llu dropped, %.1f MB in %s\033[K",
		(unsigned long long)status->packets, status->packets_per_second,
		(unsigned long long)status->dropped, (double)status->file_bytes / 1e6,
		status->file ? status->file : "memory");
	fflush(stderr);
	session->line = true;
	return true;
}

static void on_note(void *user, const char *words)
{
	struct session *session = user;
	wipe_line(session);
	complain("%s", words);
}

static void tell_filter(const struct culprit_capture *capture, const struct options *options)
{
	const char *kernel, *process;
	culprit_capture_filter(capture, &kernel, &process);
	if (options->quiet)
		return;
	if (kernel && options->filter && !process)
		complain("the kernel runs the filter as: %s", kernel);
	if (process)
		complain("the kernel cannot run this part of the filter, so culprit does: %s", process);
}

static void tell_confinement(const struct culprit_confinement *confinement, const struct options *options)
{
	if (!options->quiet && (!confinement->landlock || !confinement->seccomp))
		complain("this kernel has no %s%s%s: packets are read without that wall around",
			 confinement->landlock ? "" : "Landlock",
			 confinement->landlock || confinement->seccomp ? "" : " and no ",
			 confinement->seccomp ? "" : "seccomp");
}

static void tell_end(const struct culprit_capture *capture, const struct options *options)
{
	struct culprit_capture_status status;
	char files[48] = "";
	culprit_capture_status(capture, &status);
	if (options->quiet)
		return;
	if (status.files > 1)
		snprintf(files, sizeof files, " (%u files)", status.files);
	complain("%llu packets, %llu bytes in %.1f s to %s%s", (unsigned long long)status.packets,
		 (unsigned long long)status.bytes, (double)status.elapsed / 1e9, status.file, files);
	if (options->capture.discard_count)
		complain("%llu of them were thrown away by the kernel: see link/stack-discard",
			 (unsigned long long)status.discarded);
	if (options->capture.until_count && !status.fired)
		complain("no finding of --until fired%s", options->capture.keep_before
			 ? ": nothing was written" : "");
	if (status.dropped)
		complain("%llu packets were dropped by the kernel: give a larger --buffer, or a filter",
			 (unsigned long long)status.dropped);
}

static enum exit_code capture(struct culprit_capture *capture, struct session *session)
{
	struct culprit_error error;
	struct culprit_confinement confinement;
	enum exit_code code = EXIT_DONE;
	tell_filter(capture, session->options);
	if (!culprit_capture_confine(capture, &confinement, &error)) {
		complain_error(&error);
		return EXIT_FAILED;
	}
	tell_confinement(&confinement, session->options);
	running = capture;
	catch_signals();
	bool good = culprit_capture_run(capture, &error);
	wipe_line(session);
	if (!good) {
		complain_error(&error);
		code = EXIT_FAILED;
	}
	tell_end(capture, session->options);
	return code;
}

/* ---- Options ---- */

/* The words at the end are a capture filter, as with tcpdump. */
static char *join_words(const struct options *options)
{
	size_t length = 1;
	for (size_t i = 0; i < options->word_count; i++)
		length += strlen(options->words[i]) + 1;
	char *joined = calloc(1, length);
	for (size_t i = 0; joined && i < options->word_count; i++) {
		if (i)
			strcat(joined, " ");
		strcat(joined, options->words[i]);
	}
	return joined;
}

static const char *choose_output(const struct options *options, char name[static NAME_SIZE])
{
	if (options->output)
		return options->output;
	if (!isatty(STDOUT_FILENO))
		return "-";
	time_t now = time(NULL);
	strftime(name, NAME_SIZE, "culprit-%Y%m%d-%H%M%S.pcapng", localtime(&now));
	return name;
}

static enum exit_code run(const struct options *options)
{
	struct culprit_error error;
	struct session session = { .options = options };
	struct culprit_capture_options wanted = options->capture;
	char name[NAME_SIZE];
	if (options->list_interfaces)
		return list(options);
	if (options->capture.filter && options->word_count) {
		complain("the capture filter is given twice: leave -f or the words at the end out");
		return EXIT_USAGE;
	}
	char *words = join_words(options);
	wanted.output = choose_output(options, name);
	wanted.display_filter = options->filter;
	if (options->word_count)
		wanted.filter = words;
	if (options->self_test) {
		wanted.output = options->output;
		enum exit_code tested = test(options, &wanted);
		free(words);
		return tested;
	}
	wanted.user = &session;
	wanted.note = on_note;
	if (!options->quiet && isatty(STDERR_FILENO))
		wanted.status = on_status;
	struct culprit_capture *opened = culprit_capture_create(&wanted, &error);
	enum exit_code code = error.code == CULPRIT_USAGE ? EXIT_USAGE : EXIT_FAILED;
	if (opened)
		code = capture(opened, &session);
	else
		complain_error(&error);
	culprit_capture_destroy(opened);
	free(words);
	return code;
}

const struct command capture_command = {
	.name = "capture",
	.arguments = "[FILTER...]",
	.summary = "take a trace on this host",
	.description = "Captures packets into a pcapng file (-o FILE) with their directions, interfaces and the "
		"kernel's drop counters, until a limit is reached or Ctrl-C. The words at the end are a capture "
		"filter as tcpdump takes it; -Y takes culprit's own language, which runs in the kernel where "
		"it speaks of addresses, ports and protocols only. An option that is given several times selects "
		"either of its values; different options have to agree. It takes CAP_NET_RAW, and gives all "
		"rights away before it reads the first packet.",
	.run = run,
	.options = capture_options,
};

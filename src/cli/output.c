#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/complain.h"

static bool write_all(void *user, const void *bytes, size_t count)
{
	struct output *output = user;
	const char *next = bytes;
	while (count > 0 && !output->gone && !output->error) {
		ssize_t written = write(output->descriptor, next, count);
		if (written >= 0) {
			output->written = true;
			next += written;
			count -= (size_t)written;
		} else if (errno == EPIPE) {
			output->gone = true;
		} else if (errno != EINTR) {
			output->error = errno;
		}
	}
	return count == 0;
}

/* A report must not land on the trace that it is about. */
static bool is_input(const char *path, const struct options *options)
{
	struct stat target, input;
	if (stat(path, &target) != 0 || !S_ISREG(target.st_mode))
		return false;
	for (size_t i = 0; i < options->word_count; i++)
		if (stat(options->words[i], &input) == 0 && input.st_dev == target.st_dev &&
		    input.st_ino == target.st_ino)
			return true;
	return false;
}

static bool open_file(struct output *output, const struct options *options)
{
	output->path = options->output;
	if (is_input(options->output, options)) {
		complain("%s: the report would overwrite the trace: choose another file", output->path);
		return false;
	}
	output->descriptor = open(options->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (output->descriptor < 0) {
		complain("%s: cannot be written: %s", output->path, strerror(errno));
		return false;
	}
	return true;
}

/* Sends standard output through $PAGER or less. Without one the output goes on to the terminal. */
static void start_pager(struct output *output)
{
	const char *pager = getenv("PAGER");
	int ends[2];
	if (pager && (*pager == '\0' || strcmp(pager, "cat") == 0))
		return;
	if (pipe(ends) != 0)
		return;
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[0], STDIN_FILENO);
		close(ends[0]);
		close(ends[1]);
		if (pager)
			execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
		else
			execlp("less", "less", "-FRX", (char *)NULL);
		execlp("cat", "cat", (char *)NULL);
		_exit(127);
	}
	close(ends[0]);
	if (child < 0) {
		close(ends[1]);
		return;
	}
	output->descriptor = ends[1];
	output->pager = child;
}

static unsigned terminal_width(void)
{
	struct winsize size;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static bool wants_colour(const struct options *options, bool terminal)
{
	const char *type = getenv("TERM"), *no = getenv("NO_COLOR");
	if (options->colour != COLOUR_AUTO)
		return options->colour == COLOUR_ALWAYS;
	return terminal && !(no && *no) && type && strcmp(type, "dumb") != 0;
}

bool output_open(struct output *output, const struct options *options)
{
	bool terminal = !options->output && isatty(STDOUT_FILENO);
	*output = (struct output){
		.descriptor = STDOUT_FILENO,
		.path = "standard output",
		.terminal = terminal,
		.report = {
			.write = write_all,
			.user = output,
			.format = options->format,
			.time_style = options->time_style,
			.width = terminal ? terminal_width() : 0,
			.colour = wants_colour(options, terminal),
			.fails = options->fails,
			.fail_on = options->fail_on,
		},
	};
	if (options->output)
		return open_file(output, options);
	if (terminal && !options->no_pager)
		start_pager(output);
	return true;
}

bool output_close(struct output *output)
{
	if (output->descriptor != STDOUT_FILENO && close(output->descriptor) != 0 && !output->error)
		output->error = errno;
	if (output->pager)
		while (waitpid(output->pager, NULL, 0) < 0 && errno == EINTR)
			;
	if (output->error) {
		complain("%s: not everything could be written: %s", output->path,
			 strerror(output->error));
		return false;
	}
	return true;
}

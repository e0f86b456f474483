#include "convert/target.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_input(const char *path, const char *const *inputs, size_t count)
{
	struct stat target, input;
	if (stat(path, &target) != 0 || !S_ISREG(target.st_mode))
		return false;
	for (size_t i = 0; i < count; i++)
		if (stat(inputs[i], &input) == 0 && input.st_dev == target.st_dev &&
		    input.st_ino == target.st_ino)
			return true;
	return false;
}

bool target_open(struct target *target, const char *path, const char *const *inputs, size_t count,
		 struct error *error)
{
	*target = (struct target){ .path = path, .descriptor = STDOUT_FILENO,
		.standard_output = strcmp(path, "-") == 0 };
	if (!target->standard_output) {
		if (is_input(path, inputs, count))
			return error_set(error, ERROR_USAGE, "choose another file",
					 "the conversion would overwrite the trace that it reads");
		target->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (target->descriptor < 0)
			return error_set(error, ERROR_WRITE, "check the path and the permissions",
					 "cannot be written: %s", strerror(errno));
	}
	sink_file_init(&target->sink, target->descriptor);
	return true;
}

static bool close_file(struct target *target, struct error *error)
{
	/* Some file systems tell only now that they are full. */
	return target->standard_output || close(target->descriptor) == 0 ||
	       error_set(error, ERROR_WRITE, "check the disk and the permissions",
			 "cannot be written: %s", strerror(errno));
}

bool target_close(struct target *target, bool good, struct error *error)
{
	struct stat status;
	struct error ignored = ERROR_INIT;
	bool regular = !target->standard_output && fstat(target->descriptor, &status) == 0 &&
		       S_ISREG(status.st_mode);
	good &= sink_file_finish(&target->sink, good ? error : &ignored);
	good &= close_file(target, good ? error : &ignored);
	if (!good && regular)
		unlink(target->path);
	return good;
}

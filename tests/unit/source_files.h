/* Temporary files for tests that must read real ones. */
#ifndef UNIT_SOURCE_FILES_H
#define UNIT_SOURCE_FILES_H

#include <stdio.h>
#include <unistd.h>

#include "source_image.h"

struct folder {
	char path[64];
	char file[128];       /* the path that folder_file made last */
};

static inline void folder_make(struct folder *folder)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(folder->path, sizeof folder->path, "%s/culprit-test-XXXXXX", base);
	assert_non_null(mkdtemp(folder->path));
}

static inline const char *folder_file(struct folder *folder, const char *name)
{
	snprintf(folder->file, sizeof folder->file, "%s/%s", folder->path, name);
	return folder->file;
}

static inline const char *folder_write(struct folder *folder, const char *name, const void *bytes,
				       size_t length)
{
	FILE *file = fopen(folder_file(folder, name), "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
	return folder->file;
}

static inline void folder_remove(struct folder *folder)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", folder->path);
	assert_int_equal(system(command), 0);
}

#endif

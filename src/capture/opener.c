#include "capture/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "capture/sandbox.h"

#define MOST_KEPT 65536              /* files of a ring */

struct answer {
	int error;                   /* errno, 0: a descriptor came along */
	char name[OPENER_NAME];
};

/* ---- Names ---- */

static void split_path(struct opener *opener, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
	if (!dot || dot == base || strlen(dot) >= sizeof opener->extension)
		dot = base + strlen(base);
	snprintf(opener->stem, sizeof opener->stem, "%.*s", (int)(dot - base), base);
	snprintf(opener->extension, sizeof opener->extension, "%s", dot);
}

static void name_file(const struct opener *opener, uint32_t number, char name[static OPENER_NAME])
{
	char when[24] = "";
	struct tm tm;
	time_t now = time(NULL);
	int written = 0;
	gmtime_r(&now, &tm);
	strftime(when, sizeof when, "%Y%m%d%H%M%S", &tm);
	if (opener->numbered)
		written = snprintf(name, OPENER_NAME, "%s_%05u_%s%s", opener->stem, (unsigned)number, when,
				   opener->extension);
	else
		written = snprintf(name, OPENER_NAME, "%s%s", opener->stem, opener->extension);
	if (written >= OPENER_NAME)
		name[OPENER_NAME - 1] = '\0';
}

/* ---- Opening, in whichever process ---- */

static int open_file(const struct opener *opener, const char *name)
{
	int file = openat(opener->directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct stat status;
	/* Only what was just made is given away. */
	if (file >= 0 && opener->has_owner && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
	    status.st_uid == 0)
		(void)!fchown(file, opener->owner, opener->group);
	return file;
}

static void send_answer(int channel, const struct answer *answer, int file)
{
	union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control = { .room = "" };
	struct iovec part = { (void *)answer, sizeof *answer };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (file >= 0) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof control.room;
		control.header = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)) };
		memcpy(CMSG_DATA(&control.header), &file, sizeof file);
	}
	(void)!sendmsg(channel, &message, MSG_NOSIGNAL);
}

/* The process: a number comes, a descriptor goes. It ends with the capture. */
static _Noreturn void serve(const struct opener *opener, int channel)
{
	static char kept[MOST_KEPT][OPENER_NAME];    /* a ring of the names of the last files */
	uint32_t number, count = 0;
	if (opener->keep)
		memcpy(kept[count++], opener->first, OPENER_NAME);
	while (recv(channel, &number, sizeof number, 0) == sizeof number) {
		struct answer answer = { .error = 0 };
		name_file(opener, number, answer.name);
		if (opener->keep) {
			char *slot = kept[count++ % opener->keep];
			if (*slot)
				unlinkat(opener->directory, slot, 0);
			memcpy(slot, answer.name, OPENER_NAME);
		}
		int file = open_file(opener, answer.name);
		answer.error = file < 0 ? errno : 0;
		send_answer(channel, &answer, file);
		if (file >= 0)
			close(file);
	}
	_exit(0);
}

/* ---- The capture's side ---- */

static void find_owner(struct opener *opener)
{
	const char *uid = getenv("SUDO_UID"), *gid = getenv("SUDO_GID");
	opener->has_owner = uid && gid && geteuid() == 0;
	if (!opener->has_owner)
		return;
	opener->owner = (uid_t)strtoul(uid, NULL, 10);
	opener->group = (gid_t)strtoul(gid, NULL, 10);
}

bool opener_init(struct opener *opener, const char *path, bool numbered, uint32_t keep, struct error *error)
{
	char directory[sizeof opener->path];
	const char *slash = strrchr(path, '/');
	*opener = (struct opener){ .directory = -1, .channel = -1, .keep = keep, .numbered = numbered };
	if (strlen(path) >= sizeof opener->path || strlen(slash ? slash + 1 : path) >= OPENER_NAME - 32)
		return error_set(error, ERROR_USAGE, "choose a shorter one", "the file name is too long");
	if (keep > MOST_KEPT)
		return error_set(error, ERROR_USAGE, "keep fewer", "at most %d files can be kept", MOST_KEPT);
	snprintf(opener->path, sizeof opener->path, "%s", path);
	snprintf(directory, sizeof directory, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	split_path(opener, path);
	find_owner(opener);
	opener->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opener->directory >= 0)
		return true;
	int reason = errno;
	error_set(error, ERROR_WRITE, "check the path and the permissions", "cannot be written: %s", strerror(reason));
	error_name_file(error, path);
	return false;
}

bool opener_start(struct opener *opener, struct error *error)
{
	int ends[2];
	if (!opener->numbered)
		return true;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return error_set(error, ERROR_OPEN, "", "no process can be started: %s", strerror(errno));
	opener->process = fork();
	if (opener->process == 0) {
		signal(SIGINT, SIG_IGN);     /* Ctrl-C reaches both; the capture's end ends this one */
		signal(SIGTERM, SIG_IGN);
		signal(SIGHUP, SIG_IGN);
		prctl(PR_SET_NAME, "culprit-files");
		sandbox_opener(opener->directory, ends[1]);
		serve(opener, ends[1]);
	}
	close(ends[1]);
	opener->channel = ends[0];
	if (opener->process > 0)
		return true;
	return error_set(error, ERROR_OPEN, "", "no process can be started: %s", strerror(errno));
}

static int ask(struct opener *opener, uint32_t number, struct answer *answer)
{
	union { struct cmsghdr header; char room[CMSG_SPACE(sizeof(int))]; } control = { .room = "" };
	struct iovec out = { &number, sizeof number }, in = { answer, sizeof *answer };
	struct msghdr question = { .msg_iov = &out, .msg_iovlen = 1 };
	struct msghdr message = { .msg_iov = &in, .msg_iovlen = 1, .msg_control = control.room,
		.msg_controllen = sizeof control.room };
	int file = -1;
	ssize_t got = -1;
	if (sendmsg(opener->channel, &question, MSG_NOSIGNAL) == sizeof number)
		do
			got = recvmsg(opener->channel, &message, MSG_CMSG_CLOEXEC);
		while (got < 0 && errno == EINTR);
	if (got != sizeof *answer) {
		*answer = (struct answer){ .error = EPIPE };
		return -1;
	}
	const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(&file, CMSG_DATA(header), sizeof file);
	return file;
}

int opener_open(struct opener *opener, uint32_t number, char name[static OPENER_NAME], struct error *error)
{
	struct answer answer = { .error = 0 };
	int file;
	if (opener->channel >= 0) {
		file = ask(opener, number, &answer);
	} else {
		name_file(opener, number, answer.name);
		file = open_file(opener, answer.name);
		answer.error = file < 0 ? errno : 0;
		memcpy(opener->first, answer.name, OPENER_NAME);
	}
	memcpy(name, answer.name, OPENER_NAME);
	if (file >= 0)
		return file;
	error_set(error, ERROR_WRITE, "check the path and the permissions", "cannot be written: %s",
		  strerror(answer.error));
	error_name_file(error, *name ? name : opener->path);
	return -1;
}

void opener_finish(struct opener *opener)
{
	if (opener->channel >= 0)
		close(opener->channel);
	if (opener->process > 0)
		waitpid(opener->process, NULL, 0);
	if (opener->directory >= 0)
		close(opener->directory);
	opener->channel = opener->directory = -1;
	opener->process = 0;
}

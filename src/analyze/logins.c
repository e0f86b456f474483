#include "analyze/logins.h"

#include <string.h>

#include "core/hash.h"
#include "decode/ftp.h"

#define DIALOGUES_REMEMBERED 2048

const struct decoder *const logins_hears[] = { &ftp_decoder, NULL };

struct dialogue_key {
	uint32_t number;
	uint32_t kind;
};

struct dialogue { /* what a session said of its next try */
	struct login login;
	bool open; /* the server has not decided yet */
};

void logins_init(struct logins *logins)
{
	cache_init(&logins->dialogues, DIALOGUES_REMEMBERED, sizeof(struct dialogue_key),
		   sizeof(struct dialogue));
}

void logins_finish(struct logins *logins)
{
	cache_finish(&logins->dialogues);
}

static struct sample sample_of(const struct observation *observation)
{
	const struct record *record = observation->packet ? observation->packet->record : NULL;
	return record ? (struct sample){ record->number, record->time }
		      : (struct sample){ observation->session->last_packet,
					 observation->session->last_time };
}

static void take_name(struct dialogue *dialogue, const char *name, size_t length)
{
	struct login *login = &dialogue->login;
	*login = (struct login){ 0 };
	size_t kept = length < LOGIN_NAME_SIZE - 1 ? length : LOGIN_NAME_SIZE - 1;
	memcpy(login->name, name, kept);
	login->user = hash_bytes(name, length, 0) | 1;
	login->anonymous = strcmp(login->name, "anonymous") == 0 || strcmp(login->name, "ftp") == 0;
}

static void take_command(struct dialogue *dialogue, const struct ftp_message *message,
			 const struct observation *observation)
{
	struct login *login = &dialogue->login;
	bool user = strcmp(message->verb, "USER") == 0;
	if (!user && strcmp(message->verb, "PASS") != 0)
		return;
	if (user) {
		take_name(dialogue, message->text, message->text_length);
	} else {
		login->readable = true;
		login->secret = message->secret;
	}
	login->asked = sample_of(observation);
	dialogue->open = true;
}

enum { FTP_LOGGED_IN = 230, FTP_LOGGED_IN_SAFELY = 232, FTP_REFUSED = 530, FTP_INVALID = 430 };

/* Whether the reply decides. "331, now the password" does not. */
static bool take_reply(struct dialogue *dialogue, const struct ftp_message *message,
		       struct login *login, const struct observation *observation)
{
	/* Where the recorder missed something it is not known which command a reply answers. */
	bool of_login = strcmp(message->verb, "USER") == 0 || strcmp(message->verb, "PASS") == 0 ||
			!message->verb[0];
	bool accepted = message->code == FTP_LOGGED_IN || message->code == FTP_LOGGED_IN_SAFELY;
	bool refused = message->code == FTP_REFUSED || message->code == FTP_INVALID;
	if (!dialogue->open || !of_login || !message->last || (!accepted && !refused))
		return false;
	dialogue->open = false;
	*login = dialogue->login;
	login->accepted = accepted;
	login->answered = sample_of(observation);
	dialogue->login.readable = false;
	dialogue->login.secret = 0;
	return true;
}

bool logins_take(struct logins *logins, const struct observation *observation,
		 const struct session_message *message, struct login *login)
{
	const struct ftp_message *ftp = message->facts;
	struct dialogue_key key = { observation->session->number, observation->session->kind };
	if (ftp->reply) {
		struct dialogue *dialogue = cache_find(&logins->dialogues, &key);
		return dialogue && take_reply(dialogue, ftp, login, observation);
	}
	if (strcmp(ftp->verb, "USER") == 0 || strcmp(ftp->verb, "PASS") == 0)
		take_command(cache_enter(&logins->dialogues, &key, NULL), ftp, observation);
	return false;
}

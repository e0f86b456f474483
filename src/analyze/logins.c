#include "analyze/logins.h"

#include <stddef.h>
#include <string.h>

#include "core/hash.h"
#include "decode/credentials.h"
#include "decode/ftp.h"
#include "decode/http2.h"
#include "decode/imap.h"
#include "decode/ldap.h"
#include "decode/mysql.h"
#include "decode/pgsql.h"
#include "decode/pop.h"
#include "decode/smtp.h"
#include "decode/ssh.h"
#include "decode/telnet.h"

#define DIALOGUES_REMEMBERED 2048

const struct decoder *const logins_hears[] = { &ftp_decoder, &http_decoder, &http2_decoder, &imap_decoder,
						    &ldap_decoder, &mysql_decoder, &pgsql_decoder,
						    &pop_decoder, &smtp_decoder, &ssh_decoder, &telnet_decoder, NULL };

/* Where the answers of protocols that gather credentials themselves have them. */
static const struct {
	const struct decoder *decoder;
	size_t offset;
} gathered[] = {
	{ &imap_decoder, offsetof(struct imap_message, login) },
	{ &ldap_decoder, offsetof(struct ldap_message, login) },
	{ &mysql_decoder, offsetof(struct mysql_message, login) },
	{ &pgsql_decoder, offsetof(struct pgsql_message, login) },
	{ &pop_decoder, offsetof(struct pop_message, login) },
	{ &smtp_decoder, offsetof(struct smtp_message, login) },
};

struct dialogue_key {
	uint32_t number;
	uint32_t kind;
};

struct dialogue { /* what a session said of its next try */
	struct login login;
	bool open;  /* the server has not decided yet */
	uint64_t stream; /* of HTTP/2: who has to */
	bool asked; /* Telnet: the server wants a password, which has not come whole yet */
	struct ssh_tries {
		uint8_t said, refused; /* packets of the client; of them passwords that were refused */
		bool over;
		uint32_t refusal;              /* bytes of the server's refusals */
		uint32_t said_last, heard_last; /* bytes of the last packet of each */
		struct sample heard;
	} ssh;
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

/* What is more than an empty line follows a password that was accepted. */
#define TELNET_WELCOME 8

/* Telnet has no codes: what the server says next decides. Names and passwords are not kept. */
static bool take_telnet(struct dialogue *dialogue, const struct telnet_message *message,
			bool from_client, struct login *login,
			const struct observation *observation)
{
	const uint8_t again = TELNET_REFUSES | TELNET_ASKS_NAME | TELNET_ASKS_PASSWORD;
	if (from_client) {
		if (!dialogue->asked)
			return false;
		dialogue->login.asked = sample_of(observation);
		dialogue->open = message->says & TELNET_ENDS_LINE;
		dialogue->asked = !dialogue->open;
		return false;
	}
	bool decides =
		dialogue->open && (message->says & again || message->length >= TELNET_WELCOME);
	dialogue->asked = message->says & TELNET_ASKS_PASSWORD;
	if (!decides)
		return false;
	dialogue->open = false;
	*login = dialogue->login;
	login->readable = true;
	login->accepted = !(message->says & again);
	login->answered = sample_of(observation);
	return true;
}

static bool hear_telnet(struct logins *logins, const struct dialogue_key *key,
			const struct observation *observation,
			const struct session_message *message, struct login *login)
{
	const struct telnet_message *telnet = message->facts;
	if (telnet->kind != TELNET_DATA || telnet->is_3270)
		return false;
	bool from_client = message->direction == observation->session->client;
	struct dialogue *dialogue = telnet->says & TELNET_ASKS_PASSWORD && !from_client
					    ? cache_enter(&logins->dialogues, key, NULL)
					    : cache_find(&logins->dialogues, key);
	return dialogue && take_telnet(dialogue, telnet, from_client, login, observation);
}

/* HTTP sends its credentials with every request, so only those that differ from the last ones of the conversation,
 * or are refused once more, are a try. Only Basic can be read; whoever holds a ticket or a token does not
 * guess. */
static bool hear_http(struct logins *logins, const struct dialogue_key *key,
		      const struct observation *observation, const struct http_message *http,
		      struct login *login)
{
	if (http->kind == HTTP_REQUEST && http->authorization == HTTP_AUTHORIZATION_BASIC) {
		struct dialogue *dialogue = cache_enter(&logins->dialogues, key, NULL);
		bool same = dialogue->login.secret == http->secret && dialogue->login.accepted;
		if (same)
			return false;
		take_name(dialogue, http->user, strlen(http->user));
		dialogue->login.anonymous = false;
		dialogue->login.readable = true;
		dialogue->login.secret = http->secret;
		dialogue->login.asked = sample_of(observation);
		dialogue->stream = http->stream;
		dialogue->open = true;
		return false;
	}
	if (http->kind != HTTP_RESPONSE || http->status < 200)
		return false;
	struct dialogue *dialogue = cache_find(&logins->dialogues, key);
	if (!dialogue || !dialogue->open || dialogue->stream != http->stream)
		return false;
	dialogue->open = false;
	/* What fails otherwise says nothing about the password. */
	bool refused = http->status == 401 || http->status == 407;
	if (!refused && http->status >= 400 && http->status != 404)
		return false;
	dialogue->login.accepted = !refused;
	*login = dialogue->login;
	login->answered = sample_of(observation);
	return true;
}

static bool hear_ftp(struct logins *logins, const struct dialogue_key *key,
		     const struct observation *observation, const struct ftp_message *ftp,
		     struct login *login)
{
	if (ftp->reply) {
		struct dialogue *dialogue = cache_find(&logins->dialogues, key);
		return dialogue && take_reply(dialogue, ftp, login, observation);
	}
	if (strcmp(ftp->verb, "USER") == 0 || strcmp(ftp->verb, "PASS") == 0)
		take_command(cache_enter(&logins->dialogues, key, NULL), ftp, observation);
	return false;
}

/* SSH hides everything, but all refusals of a conversation are alike (RFC 4252, 5.1): the method that every client
 * begins with, to learn of others, is refused, and what is then answered by as many bytes is refused, too. What is
 * shorter accepts. Keys are longer than passwords, and OpenSSH's own client makes its passwords as long. */
enum { SSH_METHOD = 2, SSH_REFUSAL_LEAST = 40, SSH_PASSWORD_MOST = 120, SSH_TYPED = 2 };

static bool hear_ssh(struct logins *logins, const struct dialogue_key *key, const struct observation *observation,
		     const struct ssh_message *message, struct login *login)
{
	if (message->kind != SSH_HIDDEN)
		return false;
	struct ssh_tries *tries = &((struct dialogue *)cache_enter(&logins->dialogues, key, NULL))->ssh;
	if (tries->over)
		return false;
	if (!message->from_client) {
		tries->heard_last = message->length;
		tries->heard = sample_of(observation);
		return false;
	}
	uint32_t answer = tries->heard_last, password = tries->said_last;
	bool first = tries->said == SSH_METHOD, later = tries->said > SSH_METHOD;
	tries->said++;
	tries->said_last = message->length;
	tries->heard_last = 0;
	if (first)
		tries->refusal = answer;
	tries->over = (first && answer < SSH_REFUSAL_LEAST) ||
		      (later && (answer != tries->refusal || password > SSH_PASSWORD_MOST));
	if (!later || !answer || answer > tries->refusal || password > SSH_PASSWORD_MOST)
		return false;
	bool accepted = answer < tries->refusal;
	/* A person mistypes as well, and a script tries an old password once. */
	if (!accepted && ++tries->refused <= SSH_TYPED)
		return false;
	*login = (struct login){ .accepted = accepted, .inferred = true, .answered = tries->heard };
	return true;
}

static bool hear_credentials(const struct credentials *credentials,
			     const struct observation *observation, struct login *login)
{
	if (credentials->outcome == LOGIN_NONE)
		return false;
	*login = (struct login){ .accepted = credentials->outcome == LOGIN_ACCEPTED,
				 .readable = credentials->readable,
				 .user = credentials->user,
				 .secret = credentials->secret,
				 .asked = { credentials->packet, credentials->time },
				 .answered = sample_of(observation) };
	size_t kept = credentials->name_length < LOGIN_NAME_SIZE - 1 ? credentials->name_length
								     : LOGIN_NAME_SIZE - 1;
	memcpy(login->name, credentials->name, kept);
	return true;
}

bool logins_take(struct logins *logins, const struct observation *observation,
		 const struct session_message *message, struct login *login)
{
	for (size_t i = 0; i < sizeof gathered / sizeof gathered[0]; i++)
		if (gathered[i].decoder == message->decoder)
			return hear_credentials(
				(const void *)((const char *)message->facts + gathered[i].offset),
				observation, login);
	struct dialogue_key key = { observation->session->number, observation->session->kind };
	if (message->decoder == &http_decoder || message->decoder == &http2_decoder)
		return hear_http(logins, &key, observation, message->facts, login);
	if (message->decoder == &telnet_decoder)
		return hear_telnet(logins, &key, observation, message, login);
	if (message->decoder == &ssh_decoder)
		return hear_ssh(logins, &key, observation, message->facts, login);
	return hear_ftp(logins, &key, observation, message->facts, login);
}

/* What is said about FTP transfers that fail, and who is blamed; ftp_data.c decides when. */
#include "analyze/ftp_data.h"
#include "analyze/tcp_words.h"
#include "core/clock.h"

const struct finding_kind ftp_data_missing = {
	.id = "ftp/data-connection-missing",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "The file channel of an FTP transfer was never opened",
	.say = "The file channel from {opener} to {target} for {what} was never opened ({count|time|times}).",
	.meaning = "FTP sends files over a second connection, whose end PORT, EPRT, or the answer to PASV or EPSV "
		   "announces. The transfer was asked for, and no SYN to that end is in the trace.",
	.false_alarms = "Nothing is said where no transfer was asked for, where the trace ends before the connection "
			"was due, or where the transfer succeeded all the same (then the trace was filtered).",
	.advice = { "Firewalls have to read the announcement: check their FTP inspection, for port {port}.",
		    "Use passive mode where the server cannot reach the client, and give the server a range of data "
		    "ports that firewalls know (z/OS: PASSIVEDATAPORTS in FTP.DATA)." },
	.reference = "RFC 959 3.2; RFC 2428",
	.parameters = {
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 10, .strict = 3,
		  .meaning = "within which the connection must come, unless the server says that it did not" },
	},
};

static const struct finding_kind data_refused = {
	.id = "ftp/data-connection-refused",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "The file channel of an FTP transfer was refused",
	.say = "{opener} tried to open the file channel to {target} for {what}, and it was not accepted "
	       "({count|time|times}).",
	.meaning = "The connection that the control connection announced was tried, and reset or left unanswered.",
	.false_alarms = "A later try that succeeds ends the matter.",
	.advice = { "Look at what stands before {target}: a host firewall, or a program that gave up listening.",
		    "Compare the port with what firewalls let through." },
	.reference = "RFC 959 3.2",
};

const struct finding_kind ftp_control_dies = {
	.id = "ftp/control-dies-after-port",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "An FTP session went silent right after its PORT command",
	.say = "Right after {announcement} the whole FTP session went silent: {sender} repeated its packet {repeats} "
	       "times without any answer. That is typical of a firewall's FTP inspection that drops the connection.",
	.meaning = "Up to the announcement of a data connection the control connection was healthy. Firewalls read "
		   "and rewrite just this message; when they stumble over it they drop what follows.",
	.false_alarms = "A connection that dies at another time is tcp/rto-backoff or tcp/connection-lost. A host "
			"that froze at that moment looks alike: the other point of view tells.",
	.advice = { "Disable or repair the FTP inspection (ALG) on the firewalls between {client} and {server}.",
		    "Use passive mode, EPSV, or FTP over TLS, which it cannot read.",
		    "Record at the other end too: are the repeats missing there, it is a device between." },
	.reference = "RFC 959 3.2; RFC 3027 (NAT and FTP)",
	.parameters = {
		{ .name = "repeats", .unit = UNIT_COUNT, .value = 3, .strict = 2, .meaning = "time-outs in a row" },
	},
};

static const struct finding_kind nat_address = {
	.id = "ftp/nat-address",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "FTP announces an address that the other side cannot reach",
	.say = "{announcer} told {opener} to connect to {target}, while its own address is {own}: behind an address "
	       "translation that does not read FTP.",
	.meaning = "The address in PORT or in the answer to PASV is not the one that the control connection comes "
		   "from; it is a private one where the other is public, or the other way round. The data connection "
		   "did not come about.",
	.false_alarms = "Most clients ignore such an address and connect to the server itself: then nothing is said. "
			"Transfers between two servers name a third host on purpose.",
	.advice = { "Tell the server its outside address (masquerade or external address), or use EPSV, which sends "
		    "none.", "Or let the address translation read FTP (ALG), where the session is not encrypted." },
	.reference = "RFC 3027 4.1; RFC 2428",
};

static const struct finding_kind transfer_aborted = {
	.id = "ftp/transfer-aborted",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.weakened_by = QUALITY_LOSS,
	.title = "An FTP transfer was broken off",
	.say = "{what} between {client} and {server} was broken off: {code} {text} ({count|time|times}).",
	.meaning = "The transfer had begun (125 or 150), and the server ended it with an error.",
	.false_alarms = "A user who sends ABOR wants it so.",
	.advice = { "452 and 552: space, quota or the data set's allocation on {server}. 451: the server's own log. "
		    "426: see what ended the data connection.",
		    "550 and 551 in mid-transfer: record format or authority." },
	.reference = "RFC 959 4.2",
};

const struct finding_kind ftp_control_idle_drop = {
	.id = "ftp/control-idle-drop",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "A firewall forgot the FTP control connection during a long transfer",
	.say = "While {what} ran, the command channel was idle for {idle}, and then it was dead: {sender} "
	       "repeated its packet {repeats} times without an answer.",
	.meaning = "During a transfer only the data connection is busy. State tables forget the idle one, and the "
		   "transfer looks failed although every byte arrived.",
	.false_alarms = "A server that closes idle sessions says 421 and FIN.",
	.advice = { "Send NOOP or TCP keep-alives on the control connection during transfers.",
		    "Raise the firewall's time-out for established connections above {idle}." },
	.reference = "RFC 5382 REQ-5",
	.parameters = {
		{ .name = "idle", .unit = UNIT_SECONDS, .value = 300, .strict = 60,
		  .meaning = "silence of the control connection before" },
	},
};

static const struct finding_kind tls_session_reuse = {
	.id = "ftp/tls-session-reuse",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "An FTP server insists that the file channel resumes the TLS session",
	.say = "{server} refused the file channel of {client} since its TLS session was not resumed from the command "
	       "channel: {code} {text} ({count|time|times}).",
	.meaning = "With PROT P the server answered the transfer with 522, or with words about resumption. It wants "
		   "proof that both connections belong to the same client.",
	.false_alarms = "A data connection that fails for its certificate has an alert.",
	.advice = { "Switch TLS session resumption on in the client, or take a client that has it.",
		    "Or let the server go without (vsftpd: require_ssl_reuse=NO)." },
	.reference = "RFC 4217 10",
};

const struct finding_kind *const ftp_data_kinds[] = { &ftp_data_missing, &data_refused, &ftp_control_dies,
	&nat_address, &transfer_aborted, &ftp_control_idle_drop, &tls_session_reuse, NULL };

void ftp_copy_words(char *to, size_t size, const char *text)
{
	size_t length = 0;
	for (; *text && length + 1 < size; text++)
		to[length++] = (unsigned char)*text < ' ' || *text == 0x7f ? '.' : *text;
	while (length && (to[length - 1] == ' ' || to[length - 1] == '.'))
		length--;
	to[length] = 0;
}

static const char *announcement_name(const struct ftp_transfer *transfer)
{
	static const char *const names[] = { [FTP_NO_ANNOUNCEMENT] = "the command", [FTP_PORT] = "the PORT command",
		[FTP_EPRT] = "the EPRT command", [FTP_PASV] = "the answer to PASV", [FTP_EPSV] = "the answer to EPSV" };
	return names[transfer->announcement];
}

static void begin(struct finding *finding, const struct finding_kind *kind, const struct session *session,
		  const struct ftp_transfer *transfer)
{
	char words[ENDPOINT_TEXT_SIZE];
	const struct endpoint *end = session->key.end;
	finding_begin(finding, kind, session);
	finding_address(finding, "announcer", &end[transfer->announcer].address);
	finding_address(finding, "opener", &end[transfer->announcer ^ 1].address);
	finding_words(finding, "target", "%s", endpoint_text(&transfer->target, words));
	finding_number(finding, "port", UNIT_NONE, transfer->target.port, FACT_FIRST);
	finding_words(finding, "announcement", "%s", announcement_name(transfer));
	finding_words(finding, "command", "%s", transfer->verb[0] ? transfer->verb : "the next transfer");
	finding_words(finding, "file", "%s", transfer->file);
	finding_words(finding, "what", "%s%s%s", transfer->verb[0] ? transfer->verb : "the next transfer",
		      transfer->file[0] ? " " : "", transfer->file);
	if (transfer->announced.packet)
		finding_evidence(finding, transfer->announced.packet, transfer->announced.time,
				 "%s: %s is to connect to %s", announcement_name(transfer),
				 transfer->announcer == session->client ? "the server" : "the client",
				 endpoint_text(&transfer->target, words));
	if (transfer->accepted.packet)
		finding_evidence(finding, transfer->accepted.packet, transfer->accepted.time, "the server accepts it");
	if (transfer->command.packet)
		finding_evidence(finding, transfer->command.packet, transfer->command.time, "%s %s", transfer->verb,
				 transfer->file);
}

static void cite_reply(struct finding *finding, const struct ftp_transfer *transfer)
{
	finding_number(finding, "code", UNIT_NONE, transfer->code, FACT_FIRST);
	finding_words(finding, "text", "%s", transfer->text);
	if (transfer->reply.packet)
		finding_evidence(finding, transfer->reply.packet, transfer->reply.time, "%u %s", transfer->code,
				 transfer->text);
}

void ftp_report_missing(struct analysis_context *context, const struct session *session,
			const struct ftp_transfer *transfer, bool failed, int64_t waited)
{
	uint8_t opener = transfer->announcer ^ 1;
	const char *reason;
	struct finding finding;
	begin(&finding, &ftp_data_missing, session, transfer);
	finding.sub_kind = transfer->announcer == session->client ? "active" : "passive";
	finding_duration(&finding, "waited", waited);
	if (transfer->code)
		cite_reply(&finding, transfer);
	enum vantage vantage = session_vantage(context->trace->sessions, session, opener, &reason);
	if (vantage == VANTAGE_AT) {
		blame_host(&finding, session, opener);
		finding_why(&finding, "The trace was taken at the host that had to connect, and it sent no SYN: its FTP "
				      "program did not try, or its own firewall stopped it.");
	} else {
		blame_middlebox(&finding, session, opener);
		finding_why(&finding, "No SYN from %s passed the trace point: the host did not try, or something "
				      "between it and the trace point stopped it.",
			    opener == session->client ? "the client" : "the server");
		finding_alternative(&finding, "the program that had to connect did not try", NULL);
	}
	finding.confidence = failed ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	finding.cost = waited;
	finding_submit(context->findings, &finding);
}

#define REFUSED_WITHIN (3 * NANOSECONDS)

void ftp_report_refused(struct analysis_context *context, const struct session *session,
			const struct ftp_transfer *transfer)
{
	struct finding finding;
	begin(&finding, &data_refused, session, transfer);
	finding_evidence(&finding, transfer->syn.packet, transfer->syn.time, "the file channel is tried");
	if (transfer->code)
		cite_reply(&finding, transfer);
	/* Servers report a refusal at once, and silence only when they have tried for long. */
	bool at_once = transfer->code && transfer->reply.time - transfer->syn.time < REFUSED_WITHIN;
	const char *reason;
	if (transfer->reset) {
		blame_host(&finding, session, transfer->announcer);
		finding_why(&finding, "It announced that end and answers with a reset: nothing listens there, or its own "
				      "firewall refuses.");
		finding_alternative(&finding, "a firewall on the way that says no in its name", NULL);
	} else if (at_once || session_vantage(context->trace->sessions, session, transfer->announcer,
						 &reason) == VANTAGE_AT) {
		blame_host(&finding, session, transfer->announcer);
		finding_why(&finding, "The SYN went to the end that this host had announced, and it did not open.");
		finding_alternative(&finding, "a firewall on the way to it", NULL);
	} else {
		blame_network_at(&finding, session, transfer->announcer);
		finding_why(&finding, "The SYN went to the end that was announced, and no connection came of it.");
		finding_alternative(&finding, "that host's own firewall", NULL);
	}
	finding.confidence = CONFIDENCE_LIKELY;
	finding_submit(context->findings, &finding);
}

void ftp_report_address(struct analysis_context *context, const struct session *session,
			const struct ftp_transfer *transfer)
{
	const struct address *own = &session->key.end[transfer->announcer].address;
	const struct address *named = &transfer->target.address;
	/* A third host of the same kind of address is a transfer between two servers, or a bounce; those are
	 * told with PORT. */
	if (named->family != own->family || address_equal(named, own) ||
	    (transfer->announcement != FTP_PASV && address_is_private(named) == address_is_private(own)))
		return;
	struct finding finding;
	begin(&finding, &nat_address, session, transfer);
	finding_address(&finding, "own", own);
	blame_config(&finding, session, transfer->announcer);
	finding_why(&finding, "It announced an address that nobody on the other side of the translation can reach.");
	finding.confidence = CONFIDENCE_LIKELY;
	finding_submit(context->findings, &finding);
}

void ftp_report_left(struct analysis_context *context, const struct session *session,
		     const struct ftp_transfer *transfer)
{
	const struct tcp_side *server = &session->tcp->side[session_server(session)];
	struct finding finding;
	begin(&finding, &transfer_aborted, session, transfer);
	finding.sub_kind = "left";
	finding.say = "{server} closed the command channel in the middle of {what} for {client}, without a "
		      "word ({count|time|times}).";
	finding_evidence(&finding, server->fin_first_packet, server->fin_first_time, "the server closes");
	blame_program(&finding, session, session_server(session));
	finding_why(&finding, "Servers end a transfer with a reply; one that closes first has died or was stopped.");
	finding.confidence = CONFIDENCE_LIKELY;
	finding_submit(context->findings, &finding);
}

/* Did the client end the data connection before its end? A sender's FIN says only that it has sent all. */
static bool client_broke_off(const struct session *session, const struct ftp_transfer *transfer)
{
	const struct session *data = transfer->data;
	if (!data || !data->tcp)
		return false;
	uint8_t own = !address_equal(&data->key.end[0].address, &session->key.end[session->client].address);
	const struct tcp_side *client = &data->tcp->side[own], *server = &data->tcp->side[!own];
	bool sends = strcmp(transfer->verb, "STOR") == 0 || strcmp(transfer->verb, "STOU") == 0 ||
		     strcmp(transfer->verb, "APPE") == 0;
	int64_t left = client->rst_seen && (sends || !client->fin_seen) ? client->rst_time
		       : client->fin_seen && !sends ? client->fin_first_time : INT64_MAX;
	return left != INT64_MAX && (!server->fin_seen || left < server->fin_first_time) &&
	       (!server->rst_seen || left < server->rst_time);
}

void ftp_report_aborted(struct analysis_context *context, const struct session *session,
			const struct ftp_transfer *transfer)
{
	const struct tcp_side *client = &session->tcp->side[session->client];
	bool hung_up = client->fin_seen || client->rst_seen;
	struct finding finding;
	begin(&finding, &transfer_aborted, session, transfer);
	cite_reply(&finding, transfer);
	if (transfer->code == 426 && (hung_up || client_broke_off(session, transfer))) {
		finding.severity = SEVERITY_NOTICE;
		finding.sub_kind = "client-left";
		blame_program(&finding, session, session->client);
		finding_why(&finding, "The client had closed the %s before: its user or program did not want the rest.",
			    hung_up ? "command channel" : "data connection");
		finding.confidence = CONFIDENCE_LIKELY;
	} else if (transfer->code == 426) {
		blame_unknown(&finding);
		finding_why(&finding, "426 says that the data connection was closed, not by whom.");
		finding.confidence = CONFIDENCE_POSSIBLE;
		/* The data connection would tell, and the recorder cut or missed what announced it. */
		if (!transfer->connection)
			finding_doubt(&finding, QUALITY_TRUNCATED | QUALITY_LOSS);
	} else if (transfer->code == 452 || transfer->code == 552) {
		blame_config(&finding, session, session_server(session));
		finding_why(&finding, "The server says that it has no room for the file.");
	} else {
		blame_program(&finding, session, session_server(session));
		finding_why(&finding, "The server says that it ended the transfer itself.");
		finding.confidence = CONFIDENCE_LIKELY;
	}
	finding_submit(context->findings, &finding);
}

void ftp_report_reuse(struct analysis_context *context, const struct session *session,
		      const struct ftp_transfer *transfer)
{
	struct finding finding;
	begin(&finding, &tls_session_reuse, session, transfer);
	cite_reply(&finding, transfer);
	blame_config(&finding, session, session_server(session));
	finding_why(&finding, "The server's own words: it wants the TLS session of the control connection again.");
	finding_submit(context->findings, &finding);
}

/* The side of the trace point on which the repeats vanish. */
static void blame_device(struct finding *finding, const struct session *session, const struct tcp_episode *episode)
{
	if (episode->location == LOSS_DOWNSTREAM)
		blame_middlebox(finding, session, episode->sender ^ 1);
	else if (episode->location == LOSS_UPSTREAM)
		blame_middlebox(finding, session, episode->sender);
	else
		blame_middlebox(finding, session, -1);
	finding->confidence = CONFIDENCE_LIKELY;
	finding_number(finding, "repeats", UNIT_COUNT, episode->timeouts, FACT_MAX);
	finding->cost = episode->last_repeat_time - episode->start_time;
}

void ftp_report_death(struct analysis_context *context, const struct session *session,
		      const struct ftp_transfer *transfer, const struct tcp_episode *episode)
{
	struct finding finding;
	begin(&finding, &ftp_control_dies, session, transfer);
	tcp_say_ends(&finding, session, episode->sender);
	tcp_cite_episode(&finding, episode);
	blame_device(&finding, session, episode);
	finding_why(&finding, "The session was healthy up to the announcement, and from then on nothing of it came "
			      "back: devices that read FTP act on just this message.");
	finding_alternative(&finding, "the host at the other end froze at that moment", NULL);
	finding_submit(context->findings, &finding);
}

void ftp_report_idle_drop(struct analysis_context *context, const struct session *session,
			  const struct ftp_transfer *transfer, const struct tcp_episode *episode, int64_t silence)
{
	struct finding finding;
	begin(&finding, &ftp_control_idle_drop, session, transfer);
	tcp_say_ends(&finding, session, episode->sender);
	finding_duration(&finding, "idle", silence);
	tcp_cite_episode(&finding, episode);
	blame_device(&finding, session, episode);
	finding_why(&finding, "The control connection was healthy before a long transfer left it idle, and nothing "
			      "came back afterwards.");
	finding_submit(context->findings, &finding);
}

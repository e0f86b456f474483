#include "decode/drda.h"

#include <string.h>

#include "core/ebcdic.h"
#include "decode/decoder.h"

#define PORT 446                 /* DB2 for z/OS; DB2 elsewhere is usually at 50000 */
#define HELD 8192                /* bytes of a DSS that are looked at; the rest is passed over */

enum {
	HEADER = 6, OBJECT_HEADER = 4, MAGIC = 0xd0,
	CHAINED = 0x40, SAME_CORRELATION = 0x10, TYPE = 0x0f,
	CONTINUED = 0x8000,          /* of a length: more segments follow, each with a length of its own */
};
/* Code points, C067. */
enum {
	EXCSAT = 0x1041, SECCHK = 0x106e, ACCSEC = 0x106d, SECMEC = 0x11a2, SECCHKCD = 0x11a4, USRID = 0x11a0,
	PASSWORD = 0x11a1, SECTKN = 0x11dc, NEWPASSWORD = 0x11de, SVRCOD = 0x1149, EXTNAM = 0x115e, SRVCLSNM = 0x1147,
	SRVNAM = 0x116d, SRVRLSLV = 0x115a, RDBNAM = 0x2110, ACCRDB = 0x2001, EXCSQLIMM = 0x200a, EXCSQLSET = 0x2014,
	PRPSQLSTT = 0x200d, OPNQRY = 0x200c, CNTQRY = 0x2006, SQLSTT = 0x2414, SQLCARD = 0x2408, SQLDARD = 0x2411,
	SQLATTR = 0x2450, QRYDTA = 0x241b, EXTDTA = 0x146c, SQLDTA = 0x2412, ENDQRYRM = 0x220b, SQLERRRM = 0x2213,
	SECCHKRM = 0x1219, ACCRDBRM = 0x2201,
};

struct drda_state {
	uint64_t rest[2];            /* of a long DSS: [from_client] */
	uint32_t segment[2];         /* the next bytes are the length of one more segment */
	bool in_chain[2];
	bool big_endian;             /* numbers of the answers: QTDSQL370, QTDSQL400 */
};

static const struct field_name types[] = { { DRDA_REQUEST, "RQSDSS" }, { DRDA_REPLY, "RPYDSS" },
	{ DRDA_OBJECT, "OBJDSS" }, { DRDA_ENCRYPTED, "CMNDSS" }, { DRDA_REQUEST_ALONE, "NORPYDSS" }, { 0, NULL } };

static const struct field_name code_points[] = {
	{ 0x000c, "CODPNT" }, { 0x002f, "TYPDEFNAM" }, { 0x0035, "TYPDEFOVR" }, { 0x1041, "EXCSAT" },
	{ 0x1055, "SYNCCTL" }, { 0x1069, "SYNCRSY" }, { ACCSEC, "ACCSEC" }, { SECCHK, "SECCHK" }, { 0x106f, "SYNCLOG" },
	{ 0x115e, "EXTNAM" }, { SRVCLSNM, "SRVCLSNM" }, { SVRCOD, "SVRCOD" }, { SRVRLSLV, "SRVRLSLV" },
	{ 0x112e, "PRDID" }, { 0x1153, "SRVDGN" }, { 0x119c, "CCSIDSBC" },
	{ 0x119d, "CCSIDDBC" }, { 0x119e, "CCSIDMBC" }, { USRID, "USRID" }, { PASSWORD, "PASSWORD" }, { SECMEC, "SECMEC" },
	{ SECCHKCD, "SECCHKCD" }, { SECTKN, "SECTKN" }, { NEWPASSWORD, "NEWPASSWORD" }, { 0x1218, "MGRDEPRM" },
	{ SECCHKRM, "SECCHKRM" }, { 0x121c, "CMDATHRM" }, { 0x1210, "MGRLVLRM" }, { 0x1232, "AGNPRMRM" },
	{ 0x1233, "RSCLMTRM" }, { 0x1245, "PRCCNVRM" }, { 0x124c, "SYNTAXRM" }, { 0x1250, "CMDNSPRM" },
	{ 0x1251, "PRMNSPRM" }, { 0x1252, "VALNSPRM" }, { 0x1253, "OBJNSPRM" }, { 0x1254, "CMDCHKRM" },
	{ 0x125f, "TRGNSPRM" }, { 0x1404, "MGRLVLLS" }, { 0x1443, "EXCSATRD" }, { EXTDTA, "EXTDTA" },
	{ 0x147a, "FDODTA" }, { 0x14ac, "ACCSECRD" }, { 0x2001, "ACCRDB" },
	{ 0x2002, "BGNBND" }, { 0x2004, "BNDSQLSTT" }, { 0x2005, "CLSQRY" }, { 0x2006, "CNTQRY" },
	{ 0x2007, "DRPPKG" }, { 0x2008, "DSCSQLSTT" }, { 0x2009, "ENDBND" }, { EXCSQLIMM, "EXCSQLIMM" },
	{ 0x200b, "EXCSQLSTT" }, { 0x200c, "OPNQRY" }, { PRPSQLSTT, "PRPSQLSTT" }, { 0x200e, "RDBCMM" },
	{ 0x200f, "RDBRLLBCK" }, { 0x2010, "REBIND" }, { 0x2012, "DSCRDBTBL" }, { EXCSQLSET, "EXCSQLSET" },
	{ RDBNAM, "RDBNAM" }, { 0x2112, "PKGNAMCT" }, { 0x2113, "PKGNAMCSN" },
	{ 0x2135, "CRRTKN" }, { 0x2201, "ACCRDBRM" }, { 0x2202, "QRYNOPRM" }, { 0x2203, "RDBATHRM" },
	{ 0x2204, "RDBNACRM" }, { 0x2205, "OPNQRYRM" }, { 0x2206, "PKGBNARM" }, { 0x2207, "RDBACCRM" },
	{ 0x2208, "BGNBNDRM" }, { 0x2209, "PKGBPARM" }, { 0x220a, "DSCINVRM" }, { ENDQRYRM, "ENDQRYRM" },
	{ 0x220c, "ENDUOWRM" }, { 0x220d, "ABNUOWRM" }, { 0x220e, "DTAMCHRM" }, { 0x220f, "QRYPOPRM" },
	{ 0x2211, "RDBNFNRM" }, { 0x2212, "OPNQFLRM" }, { SQLERRRM, "SQLERRRM" }, { 0x2218, "RDBUPDRM" },
	{ 0x2219, "RSLSETRM" }, { 0x221a, "RDBAFLRM" }, { 0x221d, "CMDVLTRM" }, { 0x2225, "CMMRQSRM" },
	{ 0x2408, "SQLCARD" }, { 0x240e, "SQLRSLRD" }, { 0x240b, "SQLCINRD" }, { 0x2411, "SQLDARD" },
	{ 0x2412, "SQLDTA" }, { 0x2413, "SQLDTARD" }, { SQLSTT, "SQLSTT" }, { 0x241a, "QRYDSC" },
	{ QRYDTA, "QRYDTA" }, { SQLATTR, "SQLATTR" }, { 0, NULL } };

/* Codes for which there is a common word, https://www.ibm.com/docs/en/db2-for-zos/13?topic=codes-sql. */
static const struct { int32_t code; const char *words; } sqlcodes[] = {
	{ 0, "OK" }, { 100, "row not found" }, { -104, "syntax error" }, { -117, "wrong number of values" },
	{ -203, "ambiguous column" }, { -204, "undefined name" }, { -206, "unknown column" }, { -302, "value too long" },
	{ -305, "null without indicator" }, { -407, "null not allowed" }, { -501, "cursor not open" },
	{ -530, "foreign key: no such parent" }, { -532, "foreign key: has children" }, { -551, "not authorized" },
	{ -552, "not authorized" }, { -601, "name exists" }, { -803, "duplicate key" }, { -805, "package not found" },
	{ -811, "more than one row" }, { -818, "timestamps differ" }, { -901, "system error" },
	{ -904, "resource unavailable" }, { -905, "resource limit exceeded" }, { -911, "deadlock or timeout, rolled back" },
	{ -913, "deadlock or timeout" }, { -922, "authorization failure" }, { -924, "connection error" },
	{ -952, "interrupted" }, { -1060, "no CONNECT privilege" }, { -30080, "communication error" },
	{ -30081, "communication error" }, { -30082, "login failed" } };

static const char *words_of(int32_t sqlcode)
{
	for (size_t i = 0; i < sizeof sqlcodes / sizeof *sqlcodes; i++)
		if (sqlcodes[i].code == sqlcode)
			return sqlcodes[i].words;
	return NULL;
}

/* Letters and digits of EBCDIC have the highest bit, blanks are 0x40. */
static bool is_ebcdic(struct cursor text)
{
	size_t high = 0, count = text.captured < 64 ? text.captured : 64;
	for (size_t i = 0; i < count; i++)
		high += text.next[i] >= 0x80 || text.next[i] == 0x40;
	return high > count / 2;
}

/* As ASCII; at most `size` bytes. */
static size_t read_text(struct cursor text, uint8_t *to, size_t size)
{
	bool ebcdic = is_ebcdic(text);
	size_t length = text.captured < size ? text.captured : size;
	for (size_t i = 0; i < length; i++)
		to[i] = ebcdic ? ebcdic_to_latin1(text.next[i]) : text.next[i];
	return length;
}

/* SQLSTT has its text as a nullable string of either kind: indicator, length, bytes; the other is null. The
 * lengths have two bytes before SQLAM 7 and four since. */
static struct cursor find_statement(struct cursor object)
{
	struct cursor none = cursor_make(NULL, 0, 0);
	for (int i = 0; i < 2 && cursor_more(&object); i++) {
		if (cursor_u8(&object) == 0xff)
			continue;
		if (object.captured < 4)
			return none;
		uint32_t length = load_be32(object.next);
		if (length <= object.declared - 4) {
			cursor_skip(&object, 4);
		} else {
			length = cursor_be16(&object);
			if (length > object.declared)
				length = (uint32_t)object.declared;
		}
		return cursor_split(&object, length);
	}
	return none;
}

/* Indicator, SQLCODE, SQLSTATE. The code is big- or little-endian as the machines have agreed; the end that gives
 * a small number is the right one. */
static void read_sqlcard(struct cursor object, struct drda_message *message)
{
	uint8_t state[5];
	if (cursor_u8(&object) == 0xff) {
		message->has_sqlcode = cursor_ok(&object);
		return;
	}
	if (object.captured < 9)
		return;
	int32_t big = (int32_t)load_be32(object.next), little = (int32_t)load_le32(object.next);
	bool is_big = (big < 0 ? -(int64_t)big : big) <= (little < 0 ? -(int64_t)little : little);
	message->sqlcode = is_big ? big : little;
	message->has_sqlcode = true;
	cursor_skip(&object, 4);
	read_text(cursor_split(&object, 5), state, sizeof state);
	for (size_t i = 0; i < 5; i++)
		message->state[i] = state[i] >= ' ' && state[i] < 0x7f ? (char)state[i] : '.';
}

/* The parameters of a reply, each with its length and code point. */
static void read_parameters(struct cursor object, struct drda_message *message)
{
	while (object.captured >= OBJECT_HEADER) {
		uint16_t length = cursor_be16(&object), code_point = cursor_be16(&object);
		if (length < OBJECT_HEADER || length - OBJECT_HEADER > (int)object.captured)
			return;
		struct cursor value = cursor_split(&object, length - (size_t)OBJECT_HEADER);
		if (code_point == SVRCOD)
			message->severity = (uint8_t)cursor_be16(&value);
	}
}

static void read_object(struct cursor in, struct drda_message *message)
{
	uint16_t length = cursor_be16(&in);
	message->code_point = cursor_be16(&in);
	/* A length of its own for what does not fit into 32 767 bytes. */
	if (length & CONTINUED)
		cursor_skip(&in, length & 0xff);
	if (!cursor_ok(&in))
		return;
	switch (message->code_point) {
	case SQLSTT: {
		uint8_t text[512];
		size_t count = read_text(find_statement(in), text, sizeof text);
		sql_shape(text, count, SQL_STANDARD, message->text);
		break;
	}
	case SQLCARD:
	case SQLDARD:
		read_sqlcard(in, message);
		break;
	default:
		if (message->type == DRDA_REPLY)
			read_parameters(in, message);
	}
}

static struct next decode_drda(struct cursor *in, struct packet *packet, void *facts)
{
	struct drda_message *message = facts;
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	struct drda_state *state = stream->state;
	bool *in_chain = &state->in_chain[stream->from_client];
	cursor_skip(in, 3);
	uint8_t format = cursor_u8(in);
	message->from_client = stream->from_client;
	message->type = format & TYPE;
	message->chained = format & CHAINED;
	message->correlation = cursor_be16(in);
	message->begins = !*in_chain;
	*in_chain = message->chained;
	if (message->type != DRDA_ENCRYPTED)
		read_object(*in, message);
	if (cursor_ok(in))
		cursor_rest(in);
	return next_none();
}

static bool is_dss(struct cursor in)
{
	uint8_t format = in.next[3];
	return in.next[2] == MAGIC && (load_be16(in.next) & ~CONTINUED) >= HEADER && (format & TYPE) >= DRDA_REQUEST &&
	       (format & TYPE) <= DRDA_REQUEST_ALONE && !(format & 0x80);
}

static struct frame frame_drda(struct stream *stream, struct cursor in)
{
	struct drda_state *state = stream->state;
	uint64_t *rest = &state->rest[stream->from_client];
	uint32_t *segment = &state->segment[stream->from_client];
	if (!in.captured)
		return frame_more();
	if (*rest) {
		uint64_t length = *rest;
		*rest = 0;
		return frame_skip(length);
	}
	if (*segment) {
		/* Two bytes say how long this segment is, and whether it is the last one. */
		if (in.captured < 2)
			return frame_more();
		uint16_t length = load_be16(in.next);
		*segment = length & CONTINUED;
		return (length & ~CONTINUED) >= 2 ? frame_skip(length & ~CONTINUED) : frame_lost();
	}
	if (in.captured < HEADER)
		return frame_more();
	if (!is_dss(in))
		return frame_lost();
	uint16_t length = load_be16(in.next) & 0x7fff;
	size_t held = length < HELD ? length : HELD;
	/* Nothing may be remembered before all that is looked at has come: until then the same is asked again. */
	if (in.captured < held)
		return frame_more();
	*segment = load_be16(in.next) & CONTINUED;
	*rest = length - held;
	return frame_message(held);
}

static void lose_drda(struct stream *stream)
{
	struct drda_state *state = stream->state;
	state->rest[stream->from_client] = state->segment[stream->from_client] = 0;
	state->in_chain[stream->from_client] = false;
}

/* A conversation begins with EXCSAT, which is found nowhere else. */
static enum certainty probe_drda(const struct stream *stream, struct cursor in)
{
	(void)stream;
	if (in.captured < HEADER + OBJECT_HEADER)
		return in.captured < 3 || in.next[2] == MAGIC ? CERTAINTY_MORE : CERTAINTY_NO;
	if (!is_dss(in))
		return CERTAINTY_NO;
	uint16_t code_point = load_be16(in.next + HEADER + 2), length = load_be16(in.next + HEADER);
	if (!field_words(code_points, code_point) || (!(length & CONTINUED) && length + HEADER > load_be16(in.next)))
		return CERTAINTY_PERHAPS;
	return code_point == EXCSAT ? CERTAINTY_CERTAIN : CERTAINTY_LIKELY;
}

static void say_drda(struct text *to, const void *facts)
{
	const struct drda_message *message = facts;
	const char *name = field_words(code_points, message->code_point), *words = words_of(message->sqlcode);
	text_add(to, "drda : ");
	if (message->type == DRDA_ENCRYPTED)
		text_add(to, "encrypted");
	else if (name)
		text_add(to, name);
	else
		text_addf(to, "code point 0x%04x", message->code_point);
	if (message->has_sqlcode)
		text_addf(to, " SQLCODE %d", message->sqlcode);
	if (message->has_sqlcode && words)
		text_addf(to, " (%s)", words);
	else if (message->severity)
		text_addf(to, " severity %u", message->severity);
	if (message->text[0])
		text_addf(to, " %s", message->text);
}

/* A chain of requests is answered by a chain of replies; correlation numbers count within it. */
static void mark_drda(const void *facts, struct exchange_mark *mark)
{
	const struct drda_message *message = facts;
	if (message->from_client) {
		if (message->type != DRDA_REQUEST_ALONE)
			mark->role = message->begins ? EXCHANGE_REQUEST : EXCHANGE_REQUEST_MORE;
		return;
	}
	mark->role = message->chained ? EXCHANGE_RESPONSE_BEGIN
		   : message->begins ? EXCHANGE_RESPONSE : EXCHANGE_RESPONSE_END;
	mark->failed = message->sqlcode < 0 || message->severity >= 8;
	mark->code = message->sqlcode;
	mark->status = mark->failed ? message->sqlcode ? words_of(message->sqlcode)
						       : field_words(code_points, message->code_point) : NULL;
}

enum { LENGTH, MAGIC_FIELD, FORMAT, FLAG_CHAINED, FLAG_CONTINUE, FLAG_SAME, DSS_TYPE, CORRELATION, OBJECT_LENGTH,
	CODE_POINT, PARAMETER_LENGTH, PARAMETER_CODE, PARAMETER_DATA, PARAMETER_EBCDIC, STATEMENT, STATEMENT_EBCDIC,
	SQLCODE_FIELD, SQLSTATE_FIELD, FIELDS };

static const struct field fields[FIELDS + 1] = {
	[LENGTH] = { "drda.ddm.length", "Length", FIELD_UINT },
	[MAGIC_FIELD] = { "drda.ddm.ddmid", "Magic", FIELD_UINT, FORM_HEX, 1 },
	[FORMAT] = { "drda.ddm.format", "Format", FIELD_UINT, FORM_HEX, 1 },
	[FLAG_CHAINED] = { "drda.ddm.fmt.bit1", "Chained", FIELD_FLAG, .mask = 0x40, .names = field_set },
	[FLAG_CONTINUE] = { "drda.ddm.fmt.bit2", "Continue", FIELD_FLAG, .mask = 0x20, .names = field_set },
	[FLAG_SAME] = { "drda.ddm.fmt.bit3", "Same correlation", FIELD_FLAG, .mask = 0x10, .names = field_set },
	[DSS_TYPE] = { "drda.ddm.fmt.dsstyp", "DSS type", FIELD_UINT, .names = types },
	[CORRELATION] = { "drda.ddm.rqscrr", "CorrelId", FIELD_UINT },
	[OBJECT_LENGTH] = { "drda.ddm.length2", "Length2", FIELD_UINT },
	[CODE_POINT] = { "drda.ddm.codepoint", "Code point", FIELD_UINT, FORM_HEX, 2, .names = code_points },
	[PARAMETER_LENGTH] = { "drda.param.length", "Length", FIELD_UINT },
	[PARAMETER_CODE] = { "drda.param.codepoint", "Code point", FIELD_UINT, FORM_HEX, 2, .names = code_points },
	[PARAMETER_DATA] = { "drda.param.data", "Data (ASCII)", FIELD_TEXT },
	[PARAMETER_EBCDIC] = { "drda.param.data.ebcdic", "Data (EBCDIC)", FIELD_TEXT },
	[STATEMENT] = { "drda.sqlstatement", "SQL statement (ASCII)", FIELD_TEXT },
	[STATEMENT_EBCDIC] = { "drda.sqlstatement.ebcdic", "SQL statement (EBCDIC)", FIELD_TEXT },
	[SQLCODE_FIELD] = { "drda.sqlcode", "SQLCODE", FIELD_INT },
	[SQLSTATE_FIELD] = { "drda.sqlstate", "SQLSTATE", FIELD_TEXT },
};

static bool is_secret(uint16_t code_point)
{
	return code_point == PASSWORD || code_point == NEWPASSWORD || code_point == SECTKN;
}

static bool is_name(uint16_t code_point)
{
	return code_point == EXTNAM || code_point == SRVCLSNM || code_point == SRVNAM || code_point == SRVRLSLV ||
	       code_point == RDBNAM || code_point == USRID;
}

static void tell_words(struct teller *teller, int index, struct cursor text)
{
	uint8_t words[2048];
	/* ASCII and EBCDIC have fields of their own, one behind the other. */
	size_t length = read_text(text, words, sizeof words);
	tell_text(teller, &fields[index + is_ebcdic(text)], text.next, text.captured, (const char *)words, length);
}

static void tell_parameters(struct teller *teller, struct cursor in)
{
	while (in.captured >= OBJECT_HEADER) {
		uint16_t length = tell_be16(teller, &fields[PARAMETER_LENGTH], &in);
		uint16_t code_point = tell_be16(teller, &fields[PARAMETER_CODE], &in);
		if (length < OBJECT_HEADER || length - OBJECT_HEADER > (int)in.declared)
			return;
		struct cursor value = cursor_split(&in, length - (size_t)OBJECT_HEADER);
		if (is_secret(code_point) && value.captured)
			tell_secret(teller, &fields[PARAMETER_DATA], value.next, value.captured);
		else if (is_name(code_point) && value.captured)
			tell_words(teller, PARAMETER_DATA, value);
	}
}

static void tell_object(struct teller *teller, struct cursor in, const struct drda_message *message)
{
	uint16_t length = tell_be16(teller, &fields[OBJECT_LENGTH], &in);
	tell_be16(teller, &fields[CODE_POINT], &in);
	if (length & CONTINUED)
		cursor_skip(&in, length & 0xff);
	if (!cursor_ok(&in))
		return;
	if (message->code_point == SQLSTT) {
		struct cursor text = find_statement(in);
		if (text.captured && sql_is_secret(text.next, text.captured))
			tell_secret(teller, &fields[STATEMENT], text.next, text.captured);
		else if (text.captured)
			tell_words(teller, STATEMENT, text);
	} else if (message->has_sqlcode) {
		tell_number(teller, &fields[SQLCODE_FIELD], in.next, in.captured < 5 ? in.captured : 5,
			    message->sqlcode);
		if (message->state[0])
			tell_text(teller, &fields[SQLSTATE_FIELD], NULL, 0, message->state, 5);
	} else if (message->type != DRDA_OBJECT) {
		tell_parameters(teller, in);
	}
}

static void tell_drda(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct drda_message *message = facts;
	(void)packet;
	tell_be16(teller, &fields[LENGTH], &in);
	tell_u8(teller, &fields[MAGIC_FIELD], &in);
	const uint8_t *at = in.next;
	uint8_t format = cursor_u8(&in);
	if (!cursor_ok(&in))
		return;
	tell_open(teller, &fields[FORMAT], at, 1, format, NULL);
	for (int i = FLAG_CHAINED; i <= FLAG_SAME; i++)
		tell_number(teller, &fields[i], at, 1, (format & fields[i].mask) != 0);
	tell_number(teller, &fields[DSS_TYPE], at, 1, format & TYPE);
	tell_close(teller);
	tell_be16(teller, &fields[CORRELATION], &in);
	if (message->type != DRDA_ENCRYPTED)
		tell_object(teller, in, message);
}

static const struct streaming streaming = {
	.state_size = sizeof(struct drda_state),
	.anywhere = true,
	.probe = probe_drda,
	.frame = frame_drda,
	.lost = lose_drda,
};

const struct decoder drda_decoder = {
	.name = "drda",
	.protocol = "DRDA",
	.title = "Distributed Relational Database Architecture",
	.bindings = { { BY_TCP_PORT, PORT } },
	.facts_size = sizeof(struct drda_message),
	.decode = decode_drda,
	.stream = &streaming,
	.words = say_drda,
	.exchange = mark_drda,
	.fields = fields,
	.tell = tell_drda,
};

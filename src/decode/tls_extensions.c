/* Fields of TLS extensions. One that differs between messages is read as its message has it. */
#include "decode/tls_fields.h"

#include "decode/tls_names.h"

static void tell_server_name(struct teller *teller, struct cursor in)
{
	struct cursor list = cursor_split(&in, tell_be16(teller, &tls_fields[TLS_F_SERVER_NAME_LIST_LEN], &in));
	while (cursor_more(&list)) {
		tell_u8(teller, &tls_fields[TLS_F_SERVER_NAME_TYPE], &list);
		tls_tell_vector(teller, &list, TLS_F_SERVER_NAME_LEN, 2, TLS_F_SERVER_NAME);
	}
}

static void tell_alpn(struct teller *teller, struct cursor in)
{
	struct cursor list = cursor_split(&in, tell_be16(teller, &tls_fields[TLS_F_ALPN_LEN], &in));
	if (!cursor_more(&list))
		return;
	tell_open(teller, &tls_fields[TLS_F_ALPN_LIST], list.next, list.captured, 0, NULL);
	while (cursor_more(&list))
		tls_tell_vector(teller, &list, TLS_F_ALPN_STR_LEN, 1, TLS_F_ALPN_STR);
	tell_close(teller);
}

void tls_tell_signatures(struct teller *teller, struct cursor *in)
{
	struct cursor list = cursor_split(in, tell_be16(teller, &tls_fields[TLS_F_SIG_ALG_LEN], in));
	if (!cursor_ok(&list))
		return;
	tell_open(teller, &tls_fields[TLS_F_SIG_ALGS], list.next, list.captured, 0, NULL);
	while (cursor_more(&list)) {
		const uint8_t *at = list.next;
		tell_be16(teller, &tls_fields[TLS_F_SIG_ALG], &list);
		if (!cursor_ok(&list))
			break;
		tell_number(teller, &tls_fields[TLS_F_SIG_HASH], at, 1, at[0]);
		tell_number(teller, &tls_fields[TLS_F_SIG_SIG], at + 1, 1, at[1]);
	}
	tell_close(teller);
}

static void tell_status_request(struct teller *teller, struct cursor in, uint8_t message)
{
	tell_u8(teller, &tls_fields[TLS_F_STATUS_TYPE], &in);
	if (message != TLS_CLIENT_HELLO) {
		tell_be24(teller, &tls_fields[TLS_F_OCSP_LENGTH], &in);
		return;
	}
	cursor_skip(&in, tell_be16(teller, &tls_fields[TLS_F_STATUS_RESPONDERS_LEN], &in));
	tell_be16(teller, &tls_fields[TLS_F_STATUS_EXTENSIONS_LEN], &in);
}

static void tell_psk(struct teller *teller, struct cursor in, uint8_t message)
{
	if (message != TLS_CLIENT_HELLO) {
		tell_be16(teller, &tls_fields[TLS_F_PSK_SELECTED], &in);
		return;
	}
	struct cursor list = cursor_split(&in, tell_be16(teller, &tls_fields[TLS_F_PSK_IDENTITIES_LENGTH], &in));
	while (cursor_more(&list)) {
		tls_tell_vector(teller, &list, TLS_F_PSK_IDENTITY_LENGTH, 2, TLS_F_PSK_IDENTITY);
		tell_be32(teller, &tls_fields[TLS_F_PSK_AGE], &list);
	}
	size_t binders = tell_be16(teller, &tls_fields[TLS_F_PSK_BINDERS_LEN], &in);
	tell_open(teller, &tls_fields[TLS_F_PSK_BINDERS], in.next, binders < in.captured ? binders : in.captured,
		  0, NULL);
	tell_close(teller);
}

static void tell_share(struct teller *teller, struct cursor *in)
{
	tell_be16(teller, &tls_fields[TLS_F_SHARE_GROUP], in);
	tls_tell_vector(teller, in, TLS_F_SHARE_KEY_LENGTH, 2, TLS_F_SHARE_KEY);
}

static void tell_key_share(struct teller *teller, struct cursor in, uint8_t message)
{
	if (message != TLS_CLIENT_HELLO) {
		if (in.declared == 2)        /* a HelloRetryRequest asks for it */
			tell_be16(teller, &tls_fields[TLS_F_SHARE_SELECTED], &in);
		else
			tell_share(teller, &in);
		return;
	}
	struct cursor list = cursor_split(&in, tell_be16(teller, &tls_fields[TLS_F_SHARE_LENGTH], &in));
	while (cursor_more(&list))
		tell_share(teller, &list);
}

static void tell_versions(struct teller *teller, struct cursor in, uint8_t message)
{
	struct cursor list = in;
	if (message == TLS_CLIENT_HELLO)
		list = cursor_split(&in, tell_u8(teller, &tls_fields[TLS_F_VERSIONS_LEN], &in));
	while (cursor_more(&list))
		tell_be16(teller, &tls_fields[TLS_F_SUPPORTED_VERSION], &list);
}

static void tell_compress(struct teller *teller, struct cursor in)
{
	struct cursor list = cursor_split(&in, tell_u8(teller, &tls_fields[TLS_F_COMPRESS_LENGTH], &in));
	while (cursor_more(&list))
		tell_be16(teller, &tls_fields[TLS_F_COMPRESS_ALGORITHM], &list);
}

static void tell_modes(struct teller *teller, struct cursor in)
{
	struct cursor list = cursor_split(&in, tell_u8(teller, &tls_fields[TLS_F_PSK_MODES_LENGTH], &in));
	while (cursor_more(&list))
		tell_u8(teller, &tls_fields[TLS_F_PSK_MODE], &list);
}

static void tell_one(struct teller *teller, struct cursor in, uint16_t type, uint8_t message)
{
	size_t length = in.declared;
	if (!length)
		return;
	switch (type) {
	case TLS_EXTENSION_SERVER_NAME:
		tell_server_name(teller, in);
		break;
	case TLS_EXTENSION_STATUS_REQUEST:
		tell_status_request(teller, in, message);
		break;
	case TLS_EXTENSION_GROUPS:
		tls_tell_list(teller, &in, TLS_F_GROUPS_LENGTH, true, TLS_F_GROUPS, TLS_F_GROUP);
		break;
	case TLS_EXTENSION_POINT_FORMATS:
		tls_tell_list(teller, &in, TLS_F_POINT_FORMATS_LENGTH, false, TLS_F_POINT_FORMATS,
			      TLS_F_POINT_FORMAT);
		break;
	case TLS_EXTENSION_SIGNATURES:
	case TLS_EXTENSION_SIGNATURES_CERT:
		tls_tell_signatures(teller, &in);
		break;
	case TLS_EXTENSION_HEARTBEAT:
		tell_u8(teller, &tls_fields[TLS_F_HEARTBEAT_MODE], &in);
		break;
	case TLS_EXTENSION_ALPN:
		tell_alpn(teller, in);
		break;
	case TLS_EXTENSION_PADDING:
		tell_bytes(teller, &tls_fields[TLS_F_PADDING], &in, length);
		break;
	case TLS_EXTENSION_COMPRESS_CERTIFICATE:
		tell_compress(teller, in);
		break;
	case TLS_EXTENSION_RECORD_SIZE:
		tell_be16(teller, &tls_fields[TLS_F_RECORD_SIZE_LIMIT], &in);
		break;
	case TLS_EXTENSION_TICKET:
		tell_bytes(teller, &tls_fields[TLS_F_SESSION_TICKET], &in, length);
		break;
	case TLS_EXTENSION_PSK:
		tell_psk(teller, in, message);
		break;
	case TLS_EXTENSION_EARLY_DATA:
		tell_be32(teller, &tls_fields[TLS_F_EARLY_DATA_SIZE], &in);
		break;
	case TLS_EXTENSION_VERSIONS:
		tell_versions(teller, in, message);
		break;
	case TLS_EXTENSION_COOKIE:
		tls_tell_vector(teller, &in, TLS_F_COOKIE_LEN, 2, TLS_F_COOKIE);
		break;
	case TLS_EXTENSION_PSK_MODES:
		tell_modes(teller, in);
		break;
	case TLS_EXTENSION_KEY_SHARE:
	case TLS_EXTENSION_KEY_SHARE_DRAFT:
		tell_key_share(teller, in, message);
		break;
	case TLS_EXTENSION_RENEGOTIATION:
		tls_tell_vector(teller, &in, TLS_F_RENEG_LEN, 1, TLS_F_RENEG);
		break;
	default:
		tell_bytes(teller, &tls_fields[TLS_F_EXTENSION_DATA], &in, length);
		break;
	}
}

void tls_tell_extensions(struct teller *teller, struct cursor *in, uint8_t message)
{
	struct cursor list = cursor_split(in, tell_be16(teller, &tls_fields[TLS_F_EXTENSIONS_LENGTH], in));
	while (cursor_more(&list)) {
		struct cursor look = list;
		uint16_t type = cursor_be16(&look), length = cursor_be16(&look);
		if (!cursor_ok(&look))
			break;
		const char *name = field_words(tls_extensions, type);
		size_t whole = length + 4u;
		tell_open(teller, &tls_fields[TLS_F_EXTENSION], list.next, whole < list.captured ? whole : list.captured, 0,
			  "Extension: %s (len=%u)", name ? name : tls_is_grease(type) ? "GREASE"
			  : "unknown", length);
		tell_be16(teller, &tls_fields[TLS_F_EXTENSION_TYPE], &list);
		tell_be16(teller, &tls_fields[TLS_F_EXTENSION_LEN], &list);
		tell_one(teller, cursor_split(&list, length), type, message);
		tell_close(teller);
	}
}

/* TLS, RFC 8446, 5246, 4346, 2246, SSL 3.0 (RFC 6101), and the hello of SSL 2.0: one message is one record.
 *
 * What the handshake agreed on is remembered with the stream and told with every record (`connection`). All
 * that the facts point to holds until the next packet of the session; whoever needs more copies it. */
#ifndef DECODE_TLS_H
#define DECODE_TLS_H

#include "decode/decoder.h"

extern const struct decoder tls_decoder;

enum { SSL_2_0 = 0x0002, SSL_3_0 = 0x0300, TLS_1_0 = 0x0301, TLS_1_1 = 0x0302, TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304 };
enum { DTLS_BEFORE_1_0 = 0x0100, DTLS_1_0 = 0xfeff, DTLS_1_2 = 0xfefd, DTLS_1_3 = 0xfefc };
enum { TLS_CHANGE_CIPHER_SPEC = 20, TLS_ALERT = 21, TLS_HANDSHAKE = 22, TLS_APPLICATION_DATA = 23,
	TLS_HEARTBEAT = 24 };
enum {
	TLS_HELLO_REQUEST = 0, TLS_CLIENT_HELLO = 1, TLS_SERVER_HELLO = 2, TLS_HELLO_VERIFY_REQUEST = 3, TLS_NEW_SESSION_TICKET = 4,
	TLS_END_OF_EARLY_DATA = 5, TLS_HELLO_RETRY_REQUEST = 6, TLS_ENCRYPTED_EXTENSIONS = 8,
	TLS_CERTIFICATE = 11, TLS_SERVER_KEY_EXCHANGE = 12, TLS_CERTIFICATE_REQUEST = 13,
	TLS_SERVER_HELLO_DONE = 14, TLS_CERTIFICATE_VERIFY = 15, TLS_CLIENT_KEY_EXCHANGE = 16,
	TLS_FINISHED = 20, TLS_CERTIFICATE_STATUS = 22, TLS_KEY_UPDATE = 24,
	TLS_COMPRESSED_CERTIFICATE = 25, TLS_NEXT_PROTOCOL = 67,
};
enum {
	TLS_EXTENSION_SERVER_NAME = 0, TLS_EXTENSION_STATUS_REQUEST = 5, TLS_EXTENSION_GROUPS = 10,
	TLS_EXTENSION_POINT_FORMATS = 11, TLS_EXTENSION_SIGNATURES = 13, TLS_EXTENSION_HEARTBEAT = 15,
	TLS_EXTENSION_ALPN = 16, TLS_EXTENSION_SCT = 18, TLS_EXTENSION_PADDING = 21,
	TLS_EXTENSION_ENCRYPT_THEN_MAC = 22, TLS_EXTENSION_MASTER_SECRET = 23,
	TLS_EXTENSION_COMPRESS_CERTIFICATE = 27, TLS_EXTENSION_RECORD_SIZE = 28, TLS_EXTENSION_TICKET = 35,
	TLS_EXTENSION_KEY_SHARE_DRAFT = 40, TLS_EXTENSION_PSK = 41, TLS_EXTENSION_EARLY_DATA = 42, TLS_EXTENSION_VERSIONS = 43,
	TLS_EXTENSION_COOKIE = 44, TLS_EXTENSION_PSK_MODES = 45, TLS_EXTENSION_SIGNATURES_CERT = 50,
	TLS_EXTENSION_KEY_SHARE = 51, TLS_EXTENSION_CONNECTION_ID = 54,
	TLS_EXTENSION_QUIC = 57, TLS_EXTENSION_ALPS = 17513,
	TLS_EXTENSION_ALPS_NEW = 17613, TLS_EXTENSION_ECH = 65037, TLS_EXTENSION_QUIC_DRAFT = 65445,
	TLS_EXTENSION_RENEGOTIATION = 65281,
};

/* Longer lists than any client sends; what is beyond is only counted. */
enum { TLS_MAX_CIPHERS = 128, TLS_MAX_GROUPS = 32, TLS_MAX_SIGNATURES = 40, TLS_MAX_SHARES = 8,
	TLS_MAX_VERSIONS = 8, TLS_MAX_CERTIFICATES = 6 };

/* What a client offers. GREASE values are left out. */
struct tls_client_hello {
	uint16_t version;            /* legacy_version */
	uint16_t minimum, maximum;   /* of what it offers; minimum 0: not said (before TLS 1.3) */
	uint16_t cipher_count, group_count, signature_count, share_count, version_count;     /* kept */
	uint16_t ciphers[TLS_MAX_CIPHERS], groups[TLS_MAX_GROUPS], signatures[TLS_MAX_SIGNATURES],
		shares[TLS_MAX_SHARES], versions[TLS_MAX_VERSIONS];
	uint8_t session_id_length, session_id[32], random[32];
	uint32_t length;             /* bytes of the message */
	uint16_t extensions;         /* how many */
	bool ticket;                 /* a session ticket is offered, not only asked for */
	bool psk;                    /* a pre-shared key or ticket of TLS 1.3 is offered */
	bool connection_id;          /* DTLS: RFC 9146 */
	uint8_t connection_id_length;        /* in records that it gets */
	bool early_data, encrypted_hello, fallback, encrypt_then_mac, extended_master_secret;
	uint8_t ticket_id[16];       /* stands for the ticket; meaningless without one */
	bool complete;               /* the lists are whole */
	bool retried;                /* the second one, after a HelloRetryRequest */
	char server_name[256];       /* empty: none */
	char protocols[96];          /* ALPN: "h2,http/1.1" */
};

/* What the server chose. */
struct tls_server_hello {
	uint16_t version, cipher, group;
	bool connection_id;          /* as in the client's hello: DTLS */
	uint8_t connection_id_length;
	uint8_t random[32], session_id_length, session_id[32];
	uint8_t compression;
	bool resumed;                /* the client's session, ticket or pre-shared key holds */
	bool ticket;                 /* it will send a new one (before TLS 1.3) */
	bool encrypt_then_mac, extended_master_secret;
	char protocol[32];           /* ALPN before TLS 1.3; later it is encrypted */
};

enum tls_key_type { TLS_KEY_OTHER, TLS_KEY_RSA, TLS_KEY_DSA, TLS_KEY_EC, TLS_KEY_EDWARDS };
struct tls_certificate {
	bool readable;
	int64_t not_before, not_after;       /* ns since 1970; far dates are the largest there is */
	uint16_t key_bits;
	uint8_t key_type;            /* enum tls_key_type */
	bool weak_signature;         /* MD5 or SHA-1 */
	bool self_issued;            /* subject and issuer are the same */
	bool authority;              /* may issue others */
	const char *signature;       /* constant text: "sha256WithRSAEncryption" */
	char subject[96], issuer[96];        /* the common name, else the whole name */
};

/* The chain that a server showed, the leaf first. */
struct tls_certificates {
	uint32_t count;              /* that were sent */
	uint32_t kept;               /* in `list` */
	bool supported;              /* this build can read them (libcrypto) */
	bool in_order;               /* each one is issued by the next */
	bool names_cut;              /* there are more names than `names` has room for */
	bool name_asked, name_matches;       /* the client's server name is among the leaf's (RFC 9525) */
	struct tls_certificate list[TLS_MAX_CERTIFICATES];
	char names[512];             /* of the leaf: "a.example, *.b.example" */
};

enum tls_secrets { TLS_SECRETS_NONE,  /* nobody gave any */
	TLS_SECRETS_MISSING,         /* none for this connection */
	TLS_SECRETS_WRONG,           /* they do not fit: what they open is garbage */
	TLS_SECRETS_UNSUPPORTED,     /* this build, or nobody, can decrypt this cipher suite */
	TLS_SECRETS_LOST,            /* the trace lacks records, so that the rest cannot be decrypted */
	TLS_SECRETS_USED };

/* What both ends agreed on so far. NULL parts were not seen, or are over since long. */
struct tls_connection {
	const struct tls_client_hello *client;
	const struct tls_server_hello *server, *retry;       /* retry: a HelloRetryRequest */
	const struct tls_certificates *certificates;         /* of the server */
	bool datagram;               /* DTLS; its versions stand here as those of TLS that they go with */
	uint16_t version;            /* negotiated; 0: not known */
	uint16_t cipher;
	uint8_t secrets;             /* enum tls_secrets */
	uint8_t finished;            /* bits: 1 the client, 2 the server began to encrypt */
};

#define TLS_MAX_MESSAGES 10      /* of one record; more are not named */
#define TLS_PLAIN_SIZE 32

struct tls_facts {
	uint8_t content_type;        /* of a decrypted record: what is inside */
	uint8_t outer_type;
	uint16_t version, length;    /* of the record */
	bool by_client;              /* by who said the Client Hello */
	bool encrypted;              /* it cannot be read */
	bool decrypted;              /* it was encrypted, and there are secrets for it */
	bool first;                  /* of the packet */
	bool repeated;               /* says the same as the record before it in the packet */
	bool cut;                    /* the connection ended within a record, there is no record here */
	bool reset;                  /* … by a reset */
	bool part;                   /* the trace holds only the first part of this record, a Client Hello */
	bool plain;                  /* no TLS at all: `plain_text` */
	bool quic;                   /* a handshake that QUIC carries, without records */
	bool ssl2;                   /* a record of SSL 2.0 */
	bool unfinished;             /* a handshake message begins that ends in a later record */
	bool after_gap;              /* the trace lacks records before it that the same end sent */
	bool has_alert;
	uint8_t alert_level, alert;
	uint8_t message_count;
	uint8_t messages[TLS_MAX_MESSAGES];  /* handshake messages that end here, by type */
	bool empty_certificate;      /* among them: a Certificate without one */
	uint32_t certificate_request_types;
	uint16_t key_bits;           /* of the server's Diffie-Hellman key; 0: none here */
	char plain_text[TLS_PLAIN_SIZE];     /* printable, NUL-terminated */
	const struct tls_connection *connection;
	/* The bytes that `messages` stand in where it is not the record: decrypted, or begun in an earlier
	 * record. NULL else. */
	const uint8_t *inside;
	size_t inside_length;
};

/* Who carries TLS: records on a stream, and QUIC; NULL-terminated. Their facts begin with a struct tls_facts. */
extern const struct decoder *const tls_carriers[];
/* The facts of a message of one of them, else NULL. */
const struct tls_facts *tls_facts_in(const struct decoder *decoder, const void *facts);

/* What a record says. */
void tls_say(struct text *to, const struct tls_facts *tls);

/* True if a handshake message of that type ends in the record. */
static inline bool tls_says(const struct tls_facts *tls, uint8_t type)
{
	for (unsigned i = 0; i < tls->message_count; i++)
		if (tls->messages[i] == type)
			return true;
	return false;
}

/* DTLS counts its versions down from 254.255: the version of TLS that one goes with. */
static inline uint16_t tls_version_of(uint16_t version)
{
	return version == DTLS_1_0 || version == DTLS_BEFORE_1_0 ? TLS_1_1 : version == DTLS_1_2 ? TLS_1_2
		: version == DTLS_1_3 ? TLS_1_3 : version;
}

/* Does the server of this port speak TLS from the first byte? */
bool tls_is_port(uint16_t port);

/* The drafts of TLS 1.3 before the 22nd: their Server Hello has no session identifier and no compression. */
static inline bool tls_is_early_draft(uint16_t version)
{
	return version >> 8 == 0x7f && (version & 0xff) < 22;
}

#endif

#include "decode/dhcp.h"

#include "core/hash.h"
#include "decode/decoder.h"

#define COOKIE 0x63825363        /* "options follow", RFC 2131, 3 */
#define CLIENT_ID_SEED 0x64686370
#define NAME_SERVER_SEED 0x6e73

enum { SERVER_NAME_LENGTH = 64, FILE_LENGTH = 128 };

enum { PAD = 0, MASK = 1, ROUTER = 3, NAME_SERVER = 6, HOST_NAME = 12, REQUESTED = 50, LEASE = 51, OVERLOAD = 52,
	MESSAGE_TYPE = 53, SERVER = 54, MESSAGE = 56, CLIENT_IDENTIFIER = 61, END = 255 };

static struct address take_address(struct cursor *in)
{
	const uint8_t *bytes = cursor_take(in, 4);
	return bytes ? address_ipv4(bytes) : (struct address){ .family = ADDRESS_NONE };
}

static void read_option(uint8_t code, struct cursor value, struct dhcp_message *dhcp, uint8_t *overload)
{
	switch (code) {
	case MASK:
		dhcp->mask = take_address(&value);
		break;
	case ROUTER:
		dhcp->router = take_address(&value);
		break;
	case NAME_SERVER:
		for (size_t at = 0; at + 4 <= value.captured; at += 4)
			dhcp->name_servers += hash_bytes(value.next + at, 4, NAME_SERVER_SEED) | 1;
		dhcp->name_server = take_address(&value);
		break;
	case HOST_NAME:
		cursor_words(cursor_string(&value), dhcp->host_name, sizeof dhcp->host_name);
		break;
	case REQUESTED:
		dhcp->requested = take_address(&value);
		break;
	case LEASE:
		dhcp->lease = cursor_be32(&value);
		dhcp->has_lease = cursor_ok(&value);
		break;
	case OVERLOAD:
		*overload = cursor_u8(&value);
		break;
	case MESSAGE_TYPE:
		dhcp->type = cursor_u8(&value);
		break;
	case SERVER:
		dhcp->server = take_address(&value);
		break;
	case MESSAGE:
		cursor_words(cursor_string(&value), dhcp->message, sizeof dhcp->message);
		break;
	case CLIENT_IDENTIFIER:
		dhcp->client_identifier = hash_bytes(value.next, value.captured, CLIENT_ID_SEED) | 1;
		break;
	default:
		break;
	}
}

/* One field of options. An option that lies about its length ends them; that is told, not refused, since all
 * before it is good. */
static void read_options(struct cursor in, struct dhcp_message *dhcp, uint8_t *overload)
{
	while (cursor_more(&in)) {
		uint8_t code = cursor_u8(&in);
		if (code == PAD)
			continue;
		if (code == END)
			return;
		uint8_t length = cursor_u8(&in);
		struct cursor value = cursor_split(&in, length);
		if (in.status == CURSOR_MALFORMED)
			dhcp->bad_option = true;
		if (!cursor_ok(&in) || value.captured < value.declared)
			return;
		read_option(code, value, dhcp, overload);
	}
	dhcp->end_missing |= cursor_ok(&in);
}

static void read_header(struct cursor *in, struct dhcp_message *dhcp)
{
	dhcp->reply = cursor_u8(in) == 2;
	dhcp->hardware_type = cursor_u8(in);
	dhcp->hardware_length = cursor_u8(in);
	dhcp->hops = cursor_u8(in);
	dhcp->transaction = cursor_be32(in);
	dhcp->seconds = cursor_be16(in);
	dhcp->broadcast = cursor_be16(in) >> 15;
	dhcp->client = take_address(in);
	dhcp->yours = take_address(in);
	dhcp->next_server = take_address(in);
	dhcp->relay = take_address(in);
	cursor_bytes(in, dhcp->hardware, sizeof dhcp->hardware);
	if (dhcp->hardware_length > sizeof dhcp->hardware)
		dhcp->hardware_length = sizeof dhcp->hardware;
}

static struct next decode_dhcp(struct cursor *in, struct packet *packet, void *facts)
{
	struct dhcp_message *dhcp = facts;
	struct cursor message = *in;
	uint8_t overload = 0;
	(void)packet;
	read_header(in, dhcp);
	struct cursor name = cursor_split(in, SERVER_NAME_LENGTH);
	struct cursor file = cursor_split(in, FILE_LENGTH);
	uint32_t cookie = cursor_be32(in);
	if (!cursor_ok(in))
		return next_none();
	if (cookie == COOKIE)
		read_options(*in, dhcp, &overload);
	if (overload & 1)
		read_options(file, dhcp, &overload);
	if (overload & 2)
		read_options(name, dhcp, &overload);
	cursor_skip(in, in->declared);
	return next_payload(message);
}

static void add_address(struct text *to, const char *before, const struct address *address, const char *after)
{
	char words[ADDRESS_TEXT_SIZE];
	text_addf(to, "%s%s%s", before, address_text(address, words), after);
}

static const struct address *wanted(const struct dhcp_message *dhcp)
{
	return dhcp->requested.family ? &dhcp->requested : &dhcp->client;
}

static void add_client_words(struct text *to, const struct dhcp_message *dhcp)
{
	text_add(to, "dhcp : client request: ");
	switch (dhcp->type) {
	case DHCP_DISCOVER:
		text_add(to, "discover find DHCP servers");
		break;
	case DHCP_REQUEST:
		if (address_is_unspecified(&dhcp->client))
			text_add(to, "request new ip address");
		else
			add_address(to, "request to keep ip address ", &dhcp->client, "");
		break;
	case DHCP_DECLINE:
		add_address(to, "decline use of ", wanted(dhcp), " (already in use)");
		break;
	case DHCP_RELEASE:
		add_address(to, "release ip address ", &dhcp->client, "");
		break;
	case DHCP_INFORM:
		add_address(to, "inform: parameters wanted for ", &dhcp->client, "");
		break;
	default:
		text_addf(to, "message type %u", dhcp->type);
	}
}

static void add_server_words(struct text *to, const struct dhcp_message *dhcp)
{
	text_add(to, "dhcp : server reply: ");
	switch (dhcp->type) {
	case DHCP_OFFER:
		add_address(to, "offering ip address ", &dhcp->yours, "");
		break;
	case DHCP_ACK:
		if (address_is_unspecified(&dhcp->yours))
			text_add(to, "ACK of parameters");
		else
			add_address(to, "ACK use of ", &dhcp->yours, " (ok to use)");
		break;
	case DHCP_NAK:
		text_add(to, "NAK");
		if (*dhcp->message)
			text_addf(to, " (%s)", dhcp->message);
		break;
	default:
		text_addf(to, "message type %u", dhcp->type);
	}
}

/* As CleverView words it. */
static void add_words(struct text *to, const void *facts)
{
	const struct dhcp_message *dhcp = facts;
	if (dhcp->type == DHCP_BOOTP && dhcp->reply)
		add_address(to, "bootp : server reply: ip address ", &dhcp->yours, "");
	else if (dhcp->type == DHCP_BOOTP)
		text_add(to, "bootp : client request");
	else if (dhcp->reply)
		add_server_words(to, dhcp);
	else
		add_client_words(to, dhcp);
}

const struct decoder dhcp_decoder = {
	.name = "dhcp",
	.protocol = "DHCP",
	.title = "Dynamic Host Configuration Protocol",
	.bindings = { { BY_UDP_PORT, DHCP_SERVER_PORT }, { BY_UDP_PORT, DHCP_CLIENT_PORT } },
	.facts_size = sizeof(struct dhcp_message),
	.decode = decode_dhcp,
	.words = add_words,
	.fields = dhcp_fields,
	.tell = tell_dhcp,
};

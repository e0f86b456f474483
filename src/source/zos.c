#include "source/zos.h"

#include "core/clock.h"
#include "source/zos_discard.h"

/* 1900-01-01 to 1970-01-01 in microseconds; the TOD clock counts from 1900. */
#define EPOCH 2208988800000000LL
/* Bit 51 of the clock is a microsecond: the lower 12 bits are its fraction. */
#define TOD_MICROSECOND 4096

int64_t zos_time_from_tod(uint64_t tod, int leap_seconds)
{
	int64_t microseconds = (int64_t)(tod >> 12) - EPOCH;
	if (tod >> 62 == 0)
		microseconds += (int64_t)1 << 52;
	int64_t fraction = (int64_t)(tod & (TOD_MICROSECOND - 1)) * 1000 / TOD_MICROSECOND;
	return microseconds * MICROSECOND + fraction - leap_seconds * NANOSECONDS;
}

uint64_t zos_tod_from_time(int64_t nanoseconds, int leap_seconds)
{
	int64_t time = nanoseconds + leap_seconds * NANOSECONDS;
	int64_t microseconds = time / MICROSECOND, rest = time % MICROSECOND;
	if (rest < 0) {
		microseconds--;
		rest += MICROSECOND;
	}
	/* Rounded up, so that reading it again gives the same nanosecond. */
	uint64_t fraction = ((uint64_t)rest * TOD_MICROSECOND + 999) / 1000;
	return (uint64_t)(microseconds + EPOCH) << 12 | fraction;
}

/* What stands for a byte that is no letter of a name. */
#define UNKNOWN '.'

/* What names consist of, by its EBCDIC code; 0 for all else. */
static const char letters[256] = {
	[0x00] = ' ', [0x40] = ' ', [0x4b] = '.', [0x5b] = '$', [0x60] = '-', [0x6d] = '_',
	[0x7b] = '#', '@',
	[0x81] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i',
	[0x91] = 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r',
	[0xa2] = 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
	[0xc1] = 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I',
	[0xd1] = 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R',
	[0xe2] = 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
	[0xf0] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
};

void zos_ebcdic_to_text(const uint8_t *ebcdic, size_t length, char *to)
{
	size_t end = 0;
	for (size_t i = 0; i < length; i++) {
		char letter = letters[ebcdic[i]];
		to[i] = letter ? letter : UNKNOWN;
		if (to[i] != ' ')
			end = i + 1;
	}
	to[end] = '\0';
}

static uint8_t code_of(char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	for (unsigned code = 0x40; code < sizeof letters; code++)
		if (letters[code] == c)
			return (uint8_t)code;
	return code_of('_');
}

void zos_text_to_ebcdic(const char *text, uint8_t *ebcdic, size_t length)
{
	for (size_t i = 0; i < length; i++)
		ebcdic[i] = *text ? code_of(*text++) : 0x40;
}

bool zos_is_name(const uint8_t *ebcdic, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!letters[ebcdic[i]])
			return false;
	return true;
}

const char *zos_device_name(uint8_t device_type)
{
	switch (device_type) {
	case 34:
		return "Loopback";
	case 39:
		return "QDIO Ethernet";
	case 53:
		return "QDIO Ethernet 6";
	default:
		return NULL;
	}
}

const char *zos_family_name(uint8_t family)
{
	return family == 2 ? "IPv4" : family == 19 ? "IPv6" : NULL;
}

const char *zos_socket_type_name(uint8_t socket_type)
{
	static const char *const names[] = { NULL, "stream", "datagram", "raw" };
	return socket_type < sizeof names / sizeof *names ? names[socket_type] : NULL;
}

const char *zos_discard_name(const struct zos_record *zos)
{
	const struct zos_discard *known = zos_discard_find(zos->discard);
	return zos->discard_name ? zos->discard_name : known ? known->name : NULL;
}

const char *zos_format_name(uint32_t format)
{
	static const char *const names[ZOS_FORMATS] = {
		[ZOS_OLD_PACKET] = "packet trace (old)", [ZOS_OLD_X25] = "X.25 trace (old)",
		[ZOS_OLD_DATA] = "data trace (old)", [ZOS_PACKET] = "packet trace",
		[ZOS_DATA] = "data trace", [ZOS_EE] = "Enterprise Extender trace",
		[ZOS_FRAME] = "OSAENTA trace", [ZOS_SMC] = "SMC trace",
	};
	if (format >= ZOS_LOST_RECORDS)
		return "lost records";
	return format < ZOS_FORMATS && names[format] ? names[format] : "unknown record";
}

#include "capture/bpf.h"

#include <ctype.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>

#include "capture/ring.h"
#include "config.h"
#include "core/memory.h"
#include "source/linktype.h"

#ifdef HAVE_PCAP
/* Its names for the same structure are taken by the kernel's header and by ours. */
#define bpf_program pcap_program
#define bpf_insn pcap_insn
#include <pcap/pcap.h>
#undef bpf_program
#undef bpf_insn
#endif

#define WORD_LONGEST 64

enum { ON_ETHERNET, ON_IP, LINKS };

struct bpf {
	struct bpf_program programs[LINKS];      /* without codes: it makes no sense on that link */
	char why_not[LINKS][128];
};

void bpf_program_finish(struct bpf_program *program)
{
	free(program->codes);
	*program = (struct bpf_program){ .codes = NULL };
}

static void add(struct bpf_program *program, uint16_t code, uint8_t if_true, uint8_t if_false, uint32_t k)
{
	size_t capacity = program->count;
	program->codes = memory_resize(program->codes, capacity + 1, sizeof *program->codes);
	program->codes[program->count++] = (struct bpf_code){ code, if_true, if_false, k };
}

/* Cuts the next word of an expression out of it. False at its end. */
static bool next_word(const char **at, char word[static WORD_LONGEST])
{
	*at += strspn(*at, " \t\n()!&|\\");
	size_t length = strcspn(*at, " \t\n()!&|\\");
	size_t kept = length < WORD_LONGEST ? length : WORD_LONGEST - 1;
	memcpy(word, *at, kept);
	word[kept] = '\0';
	*at += length;
	return length > 0;
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static bool is_numeric(const char *word)
{
	/* Colons: IPv6 and hardware addresses. Digits, dots and slashes: IPv4. */
	return strchr(word, ':') || word[strspn(word, "0123456789./")] == '\0' ||
	       (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'));
}

bool bpf_names_host(const char *expression)
{
	static const char *const take_host[] = { "host", "net", "gateway", NULL };
	static const char *const take_any[] = { "src", "dst", NULL };
	static const char *const qualifiers[] = { "host", "net", "port", "portrange", "and", "or", "src", "dst",
		"proto", "ip", "ip6", "arp", "rarp", "ether", "tcp", "udp", "mask", NULL };
	char word[WORD_LONGEST], before[WORD_LONGEST] = "";
	while (next_word(&expression, word)) {
		bool host = is_one_of(before, take_host) ||
			    (is_one_of(before, take_any) && !is_one_of(word, qualifiers));
		/* Names of domains have dots, and nothing else with letters has. */
		bool domain = strchr(word, '.') && isalpha((unsigned char)word[0]) && !strchr(word, '[');
		if ((host || domain) && !is_numeric(word))
			return true;
		strcpy(before, word);
	}
	return false;
}

bool bpf_needs_record(const char *expression)
{
	char word[WORD_LONGEST];
	while (next_word(&expression, word))
		if (strcmp(word, "vlan") == 0)
			return true;
	return false;
}

#ifdef HAVE_PCAP

static bool compile(struct bpf *bpf, unsigned link, const char *expression)
{
	struct bpf_program *program = &bpf->programs[link];
	struct pcap_program compiled;
	pcap_t *pcap = pcap_open_dead(link == ON_IP ? DLT_RAW : DLT_EN10MB, 262144);
	if (!pcap)
		return false;
	bool good = pcap_compile(pcap, &compiled, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (good) {
		for (unsigned i = 0; i < compiled.bf_len; i++)
			add(program, compiled.bf_insns[i].code, compiled.bf_insns[i].jt, compiled.bf_insns[i].jf,
			    compiled.bf_insns[i].k);
		pcap_freecode(&compiled);
	} else {
		snprintf(bpf->why_not[link], sizeof bpf->why_not[link], "%s", pcap_geterr(pcap));
	}
	pcap_close(pcap);
	return good;
}

struct bpf *bpf_create(const char *expression, bool names, struct error *error)
{
	if (!names && bpf_names_host(expression)) {
		error_set(error, ERROR_USAGE, "write the address, or allow it with --resolve",
			  "the filter names a host, for which the DNS would be asked");
		return NULL;
	}
	struct bpf *bpf = memory_zeroed(1, sizeof *bpf);
	bool ethernet = compile(bpf, ON_ETHERNET, expression), raw = compile(bpf, ON_IP, expression);
	if (ethernet || raw)
		return bpf;
	error_set(error, ERROR_USAGE, "see pcap-filter(7)", "the capture filter \"%s\" is wrong: %s", expression,
		  bpf->why_not[ON_ETHERNET]);
	bpf_destroy(bpf);
	return NULL;
}

bool bpf_wants(const struct bpf *bpf, const struct record *record)
{
	const struct bpf_program *own = &bpf->programs[record->link_type == LINKTYPE_ETHERNET ? ON_ETHERNET : ON_IP];
	struct pcap_program program = { (unsigned)own->count, (struct pcap_insn *)(void *)own->codes };
	struct pcap_pkthdr header = { .caplen = record->captured_length, .len = record->original_length };
	_Static_assert(sizeof(struct pcap_insn) == sizeof(struct bpf_code), "libpcap's layout");
	return own->count && pcap_offline_filter(&program, &header, record->bytes) != 0;
}

#else

struct bpf *bpf_create(const char *expression, bool names, struct error *error)
{
	(void)expression;
	(void)names;
	error_set(error, ERROR_UNSUPPORTED, "install libpcap-dev, build again, or capture without a filter",
		  "filters need libpcap, which this build does not have");
	return NULL;
}

bool bpf_wants(const struct bpf *bpf, const struct record *record)
{
	(void)bpf;
	(void)record;
	return true;
}

#endif

void bpf_destroy(struct bpf *bpf)
{
	if (!bpf)
		return;
	for (unsigned i = 0; i < LINKS; i++)
		bpf_program_finish(&bpf->programs[i]);
	free(bpf);
}

static uint32_t verdict(uint32_t snap_length)
{
	return snap_length ? snap_length : UINT32_MAX;
}

/* The compiled form, or all or nothing of it, with what it accepts cut to the snap length. */
static void add_form(const struct bpf *bpf, unsigned link, uint32_t snap_length, struct bpf_program *to)
{
	const struct bpf_program *form = bpf ? &bpf->programs[link] : NULL;
	if (!form || !form->count)
		add(to, BPF_RET | BPF_K, 0, 0, form ? 0 : verdict(snap_length));
	for (size_t i = 0; form && i < form->count; i++) {
		struct bpf_code code = form->codes[i];
		if (code.code == (BPF_RET | BPF_K) && code.k)
			code.k = verdict(snap_length);
		add(to, code.code, code.if_true, code.if_false, code.k);
	}
}

static void add_direction(enum bpf_direction direction, struct bpf_program *to)
{
	bool out = direction == BPF_OUTBOUND;
	if (direction == BPF_BOTH)
		return;
	add(to, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE));
	add(to, BPF_JMP | BPF_JEQ | BPF_K, out ? 1 : 0, out ? 0 : 1, PACKET_OUTGOING);
	add(to, BPF_RET | BPF_K, 0, 0, 0);
}

static void add_choice(const struct bpf *bpf, uint32_t snap_length, struct bpf_program *to)
{
	const struct bpf_program *ethernet = bpf ? &bpf->programs[ON_ETHERNET] : NULL;
	size_t length = ethernet && ethernet->count ? ethernet->count : 1;
	add(to, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)(SKF_AD_OFF + SKF_AD_HATYPE));
	add(to, BPF_JMP | BPF_JEQ | BPF_K, 2, 0, ARPHRD_ETHER);
	add(to, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ARPHRD_LOOPBACK);
	add(to, BPF_JMP | BPF_JA, 0, 0, (uint32_t)length);
	add_form(bpf, ON_ETHERNET, snap_length, to);
	add_form(bpf, ON_IP, snap_length, to);
}

bool bpf_for_kernel(const struct bpf *bpf, uint32_t link_type, uint32_t snap_length, enum bpf_direction direction,
		    struct bpf_program *program, struct error *error)
{
	*program = (struct bpf_program){ .codes = NULL };
	unsigned link = link_type == LINKTYPE_ETHERNET ? ON_ETHERNET : ON_IP;
	if (bpf && link_type != UINT32_MAX && !bpf->programs[link].count)
		return error_set(error, ERROR_USAGE, "leave that part of the filter out",
				 "the capture filter makes no sense on this interface: %s", bpf->why_not[link]);
	add_direction(direction, program);
	if (link_type == UINT32_MAX)
		add_choice(bpf, snap_length, program);
	else
		add_form(bpf, link, snap_length, program);
	if (program->count <= BPF_MOST_CODES)
		return true;
	bpf_program_finish(program);
	return error_set(error, ERROR_USAGE, "make it shorter", "the capture filter is too long for the kernel");
}

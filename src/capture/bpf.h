/* Capture filters in libpcap's language (pcap-filter(7)), compiled for the kernel and for records at hand.
 *
 * Sockets on all interfaces see packets of several kinds of link; each kind gets its own compiled form, and a few
 * instructions in front choose among them. */
#ifndef CAPTURE_BPF_H
#define CAPTURE_BPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "source/source.h"

struct bpf_code { uint16_t code; uint8_t if_true, if_false; uint32_t k; };       /* as struct sock_filter */

#define BPF_MOST_CODES 4096          /* BPF_MAXINSNS of the kernel */

struct bpf_program {
	struct bpf_code *codes;
	size_t count;
};

struct bpf;

/* NULL with `error` filled when the expression is wrong (ERROR_USAGE), names a host although `names` is false (it
 * would be asked of the DNS), or this build has no libpcap (ERROR_UNSUPPORTED). */
struct bpf *bpf_create(const char *expression, bool names, struct error *error);
void bpf_destroy(struct bpf *bpf);     /* NULL is fine */

/* VLAN tags are taken off before the kernel's filters run, and put back by us: what speaks of them has to be asked
 * of the record. */
bool bpf_needs_record(const char *expression);
bool bpf_wants(const struct bpf *bpf, const struct record *record);

enum bpf_direction { BPF_BOTH, BPF_INBOUND, BPF_OUTBOUND };

/* What the kernel is to run: `bpf` (NULL: everything) cut to `snap_length` bytes, for one link type, or for all
 * (`link_type` UINT32_MAX). False with `error` when the expression makes no sense there. Free with
 * bpf_program_finish. */
bool bpf_for_kernel(const struct bpf *bpf, uint32_t link_type, uint32_t snap_length, enum bpf_direction direction,
		    struct bpf_program *program, struct error *error);
void bpf_program_finish(struct bpf_program *program);

/* Does an expression look names up? "host www.example.org" does, "host 10.0.0.1 and port http" does not. */
bool bpf_names_host(const char *expression);

#endif

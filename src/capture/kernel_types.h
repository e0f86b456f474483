/* What programs for the kernel need before <bpf/bpf_helpers.h>, instead of a vmlinux.h of megabytes. */
#ifndef CAPTURE_KERNEL_TYPES_H
#define CAPTURE_KERNEL_TYPES_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u32 __wsum;

/* Of structures of the kernel: where their fields are its BTF says when the program is loaded. */
#define KERNEL __attribute__((preserve_access_index))

#endif

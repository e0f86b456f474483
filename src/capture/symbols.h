/* The functions of the running kernel, by address. */
#ifndef CAPTURE_SYMBOLS_H
#define CAPTURE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct symbols;

/* Reads /proc/kallsyms. Without rights the kernel gives no addresses, and nothing will be found. */
struct symbols *symbols_read(void);
void symbols_destroy(struct symbols *symbols);         /* NULL is fine */
/* "tcp_v4_rcv+0x2a0"; empty when not known. */
void symbols_name(const struct symbols *symbols, uint64_t address, char *to, size_t room);

#endif

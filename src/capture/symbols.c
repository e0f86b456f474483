#include "capture/symbols.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#define LARGEST 0x100000             /* a function: what is farther away is in none that is known */

struct symbol { uint64_t address; char name[48]; };

struct symbols {
	struct symbol *all;          /* by address */
	size_t count, capacity;
};

static int by_address(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;
	return a->address < b->address ? -1 : a->address > b->address;
}

struct symbols *symbols_read(void)
{
	struct symbols *symbols = memory_zeroed(1, sizeof *symbols);
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[512], kind, name[128];
	uint64_t address;
	while (file && fgets(line, sizeof line, file)) {
		if (sscanf(line, "%" SCNx64 " %c %127s", &address, &kind, name) != 3 || !address ||
		    !strchr("tTwW", kind))
			continue;
		symbols->all = memory_grow(symbols->all, &symbols->capacity, symbols->count + 1, sizeof *symbols->all);
		struct symbol *symbol = &symbols->all[symbols->count++];
		symbol->address = address;
		snprintf(symbol->name, sizeof symbol->name, "%.47s", name);
	}
	if (file)
		fclose(file);
	if (symbols->count)
		qsort(symbols->all, symbols->count, sizeof *symbols->all, by_address);
	return symbols;
}

void symbols_destroy(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->all);
	free(symbols);
}

void symbols_name(const struct symbols *symbols, uint64_t address, char *to, size_t room)
{
	size_t low = 0, high = symbols->count;
	*to = '\0';
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (symbols->all[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low && address - symbols->all[low - 1].address < LARGEST)
		snprintf(to, room, "%s+0x%" PRIx64, symbols->all[low - 1].name,
			 address - symbols->all[low - 1].address);
}

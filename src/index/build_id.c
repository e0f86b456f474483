#include "index/build_id.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "config.h"

static bool holds(const struct dl_phdr_info *object, uintptr_t address)
{
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		if (part->p_type == PT_LOAD && address - object->dlpi_addr - part->p_vaddr < part->p_memsz)
			return true;
	}
	return false;
}

/* Names and contents of notes are padded to four bytes. */
static size_t padded(size_t length)
{
	return (length + 3) & ~(size_t)3;
}

static void add_note(struct text *to, const uint8_t *bytes, size_t length)
{
	ElfW(Nhdr) note;
	while (length >= sizeof note) {
		memcpy(&note, bytes, sizeof note);
		size_t name = padded(note.n_namesz), size = sizeof note + name + padded(note.n_descsz);
		if (size > length)
			return;
		if (note.n_type == NT_GNU_BUILD_ID)
			for (size_t i = 0; i < note.n_descsz; i++)
				text_addf(to, "%02x", bytes[sizeof note + name + i]);
		bytes += size;
		length -= size;
	}
}

static int look_at(struct dl_phdr_info *object, size_t size, void *user)
{
	(void)size;
	if (!holds(object, (uintptr_t)look_at))
		return 0;
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		if (part->p_type == PT_NOTE)
			add_note(user, (const uint8_t *)(object->dlpi_addr + part->p_vaddr), part->p_memsz);
	}
	return 1;
}

void build_id_add(struct text *to)
{
	text_add(to, CULPRIT_VERSION " ");
	dl_iterate_phdr(look_at, to);
}

/* Allocation that ends the program in one place when there is no memory left. */
#ifndef CORE_MEMORY_H
#define CORE_MEMORY_H

#include <stddef.h>

void *memory_allocate(size_t size);                               /* not cleared */
void *memory_zeroed(size_t count, size_t size);                   /* cleared */
void *memory_resize(void *block, size_t count, size_t size);      /* like reallocarray */
char *memory_copy_text(const char *text);                         /* NULL stays NULL */

/* Grows *array (of elements of `size` bytes) so that `needed` fit; *capacity doubles. */
void *memory_grow(void *array, size_t *capacity, size_t needed, size_t size);

#endif

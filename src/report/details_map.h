/* What the writers of Packet Details share: which bytes of the record a layer or a secret takes. */
#ifndef REPORT_DETAILS_MAP_H
#define REPORT_DETAILS_MAP_H

#include "report/details.h"

/* False when the bytes are not in the record: reassembled, decrypted, or copied from a stream. */
bool map_place(const struct byte_map *map, const uint8_t *at, size_t length, size_t *offset);
void map_layer(struct byte_map *map, const struct told *told, unsigned layer);
void map_secret(struct byte_map *map, const struct told *told);
/* The value is a secret or holds a part of one. */
bool map_hides(const struct byte_map *map, const struct told *told);
/* What a layer that was opened is about. */
struct layer_seen layer_seen(const struct observation *observation, const struct told *told);

#endif

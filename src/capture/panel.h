/* The seed's trace panels as a capture filter: which packets, in the words of PKTTRACE and OSAENTA. */
#ifndef CAPTURE_PANEL_H
#define CAPTURE_PANEL_H

#include <stdbool.h>
#include <stddef.h>

#include <culprit.h>

#include "core/error.h"
#include "core/text.h"

/* Adds the expression of pcap-filter(7) for `terms` to `to`; nothing when they select everything. Terms of one name
 * stand for either of them, terms of different names for all. False with `error` filled when a value makes no sense. */
bool panel_expression(const struct culprit_capture_term *terms, size_t count, struct text *to, struct error *error);

#endif

/* What this host captures without loss, measured: see culprit_capture_self_test. */
#ifndef CAPTURE_SELF_TEST_H
#define CAPTURE_SELF_TEST_H

#include <culprit.h>

#include "core/error.h"

bool capture_self_test(const struct culprit_capture_options *options,
		       void (*seen)(void *user, const struct culprit_capture_budget *budget), void *user,
		       struct error *error);

#endif

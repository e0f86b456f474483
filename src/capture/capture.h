/* A capture as a whole: the functions of culprit.h with our errors. */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include <culprit.h>

#include "core/error.h"

bool capture_interfaces(const char *netns, void (*seen)(void *user, const struct culprit_interface *interface),
			void *user, struct error *error);
struct culprit_capture *capture_create(const struct culprit_capture_options *options, struct error *error);
bool capture_confine(struct culprit_capture *capture, struct culprit_confinement *confinement, struct error *error);
bool capture_run(struct culprit_capture *capture, struct error *error);

#endif

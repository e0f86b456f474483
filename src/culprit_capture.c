/* The public face of captures. */
#include "capture/capture.h"
#include "capture/self_test.h"
#include "report/tell.h"

bool culprit_interfaces(const char *netns, void (*seen)(void *user, const struct culprit_interface *interface),
			void *user, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return capture_interfaces(netns, seen, user, &inner) || tell(error, &inner);
}

struct culprit_capture *culprit_capture_create(const struct culprit_capture_options *options,
					       struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	struct culprit_capture *capture = capture_create(options, &inner);
	if (!capture)
		tell(error, &inner);
	return capture;
}

bool culprit_capture_confine(struct culprit_capture *capture, struct culprit_confinement *confinement,
			     struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return capture_confine(capture, confinement, &inner) || tell(error, &inner);
}

bool culprit_capture_run(struct culprit_capture *capture, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return capture_run(capture, &inner) || tell(error, &inner);
}

bool culprit_capture_self_test(const struct culprit_capture_options *options,
			       void (*seen)(void *user, const struct culprit_capture_budget *budget), void *user,
			       struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return capture_self_test(options, seen, user, &inner) || tell(error, &inner);
}

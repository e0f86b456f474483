#include "report/kinds.h"

#include <string.h>

/* A profile's column in struct parameter; 0 there means "as in profile wan". */
static double in_profile(const struct parameter *parameter, double column)
{
	double value = column != 0 ? column : parameter->value;
	return value == PARAMETER_ZERO ? 0 : value;
}

static const char *unit_words(enum unit unit)
{
	switch (unit) {
	case UNIT_SECONDS:
		return "s";
	case UNIT_BYTES:
		return "bytes";
	case UNIT_RATIO:
		return "ratio";
	case UNIT_RATE_PER_SECOND:
		return "1/s";
	case UNIT_BITS_PER_SECOND:
		return "bit/s";
	case UNIT_NONE:
	case UNIT_COUNT:
	case UNIT_TEXT:
		break;
	}
	return "";
}

void kind_describe(const struct finding_kind *kind, struct culprit_kind *to)
{
	*to = (struct culprit_kind){
		.id = kind->id,
		.title = kind->title,
		.meaning = kind->meaning,
		.false_alarms = kind->false_alarms,
		.reference = kind->reference,
		.severity = (enum culprit_severity)kind->severity,
	};
	for (size_t i = 0; i < sizeof kind->advice / sizeof kind->advice[0] && kind->advice[i]; i++)
		to->advice[to->advice_count++] = kind->advice[i];
	for (size_t i = 0; i < FINDING_MAX_PARAMETERS && kind->parameters[i].name; i++) {
		const struct parameter *from = &kind->parameters[i];
		to->parameters[to->parameter_count++] = (struct culprit_parameter){
			.name = from->name,
			.meaning = from->meaning,
			.unit = unit_words(from->unit),
			.value = { in_profile(from, from->value), in_profile(from, from->lan),
				in_profile(from, from->satellite), in_profile(from, from->mainframe),
				in_profile(from, from->strict) },
		};
	}
}

bool culprit_kind(size_t index, struct culprit_kind *to)
{
	const struct finding_kind *const *kinds = analyzer_kinds();
	for (size_t i = 0; kinds[i]; i++) {
		if (i == index) {
			kind_describe(kinds[i], to);
			return true;
		}
	}
	return false;
}

bool culprit_kind_find(const char *id, struct culprit_kind *to)
{
	const struct finding_kind *const *kinds = analyzer_kinds();
	for (size_t i = 0; kinds[i]; i++) {
		if (strcmp(kinds[i]->id, id) == 0) {
			kind_describe(kinds[i], to);
			return true;
		}
	}
	return false;
}

#include "report/why.h"

#include <string.h>

#include "finding/gate.h"
#include "finding/wanted.h"
#include "report/words.h"

const char *why_outcome(enum weighing outcome)
{
	static const char *const words[] = {
		[WEIGHING_EXPLAINS] = "it explains this one",
		[WEIGHING_OUTWEIGHED] = "it would explain this one, but another finding explains more",
		[WEIGHING_APART] = "it has nothing to do with this one: the two would have to share",
		[WEIGHING_TIME] =
			"it was at another time: a cause lasts until two minutes before its effect, and begins before that ends",
		[WEIGHING_PARTY] = "it is somebody else's doing",
		[WEIGHING_LIGHTER] = "it is less severe, and a flaw of the trace must not hide a fault",
		[WEIGHING_EFFECT] = "it is a consequence of this one",
	};
	return words[outcome];
}

const char *why_outcome_name(enum weighing outcome)
{
	static const char *const names[] = {
		[WEIGHING_EXPLAINS] = "explains", [WEIGHING_OUTWEIGHED] = "outweighed",
		[WEIGHING_APART] = "apart", [WEIGHING_TIME] = "time", [WEIGHING_PARTY] = "party",
		[WEIGHING_LIGHTER] = "lighter", [WEIGHING_EFFECT] = "effect",
	};
	return names[outcome];
}

static void fill_thresholds(struct why *why, const struct settings *settings)
{
	const struct finding_kind *kind = why->finding->kind;
	for (size_t i = 0; i < FINDING_MAX_PARAMETERS && kind->parameters[i].name; i++) {
		const struct parameter *parameter = &kind->parameters[i];
		double standard = parameter->value == PARAMETER_ZERO ? 0 : parameter->value;
		why->thresholds[why->threshold_count++] = (struct why_threshold){
			parameter, setting(settings, kind, parameter->name), standard,
			setting_source(settings, kind, parameter->name) };
	}
	why->profile = settings_profile_in_force(settings);
}

static void add_absent(void *user, const char *pattern)
{
	struct text *to = user;
	text_addf(to, "%s%s", to->length ? ", " : "", pattern);
}

static void tell_severity(struct why *why)
{
	const struct finding *finding = why->finding;
	enum severity of_kind = finding->kind->severity;
	text_add(&why->severity, severity_name(finding->severity));
	if (finding->severity == of_kind)
		text_add(&why->severity, ", as usual for this kind");
	else if (finding->severity < of_kind && finding->weakened_for)
		text_addf(&why->severity, " instead of %s, because of how the trace was recorded",
			  severity_name(of_kind));
	else if (finding->severity < of_kind)
		text_addf(&why->severity, " instead of %s: the mild case of the rule", severity_name(of_kind));
	else
		text_addf(&why->severity, " instead of %s: the grave case of the rule, or it explains one that is "
			  "as severe", severity_name(of_kind));
}

static bool has_open_alternative(const struct finding *finding)
{
	for (unsigned i = 0; i < finding->alternative_count; i++)
		if (!finding->alternatives[i].rejected[0])
			return true;
	return false;
}

static void tell_confidence(struct why *why)
{
	const struct finding *finding = why->finding;
	text_add(&why->confidence, confidence_name(finding->confidence));
	const char *before = ": ";
	for (size_t i = 0; i < gate_flag_count; i++) {
		if (!(finding->weakened_for & gate_flags[i].flag))
			continue;
		text_addf(&why->confidence, "%s%s", before, gate_flags[i].impairment);
		before = "; ";
	}
	if (finding->role_guessed) {
		text_addf(&why->confidence, "%sthe trace does not hold the start of the conversation, so that who is "
			  "client and who is server is inferred", before);
		before = "; ";
	}
	if (*before != ':')
		return;
	if (finding->confidence == CONFIDENCE_CERTAIN)
		text_add(&why->confidence, ": facts alone, nothing is inferred");
	else if (finding->confidence == CONFIDENCE_LIKELY)
		text_add(&why->confidence, ": one step of it is inferred");
	else if (has_open_alternative(finding))
		text_add(&why->confidence, ": the explanations below could be it as well");
	else
		text_add(&why->confidence, ": a guess among several explanations");
}

void why_fill(struct why *why, const struct trace_analysis *analysis, const struct diagnosis *diagnosis,
	      size_t index)
{
	const struct finding_store *store = analysis->findings;
	*why = (struct why){ .diagnosis = diagnosis, .told = &diagnosis->findings[index],
		.finding = finding_store_get(store, index) };
	fill_thresholds(why, analysis->settings);
	why->quality = why->finding->quality | finding_store_quality(store);
	why->rival_total = finding_store_weigh(store, index, why->rivals, WHY_MAX_RIVALS);
	why->rival_count = why->rival_total < WHY_MAX_RIVALS ? why->rival_total : WHY_MAX_RIVALS;
	finding_store_absent_causes(store, why->finding->kind->id, add_absent, &why->absent);
	tell_severity(why);
	tell_confidence(why);
	if (why->finding->confidence != CONFIDENCE_CERTAIN)
		wanted_add(why->finding, why->finding->weakened_for, &why->wanted);
}

void why_finish(struct why *why)
{
	text_finish(&why->absent);
	text_finish(&why->wanted);
	text_finish(&why->severity);
	text_finish(&why->confidence);
}

/* The smallest program with libculprit: who is to blame for what is in a trace?
 *
 *	cc -o example example.c $(pkg-config --cflags --libs culprit) */
#include <culprit.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct culprit_analysis *analysis = culprit_create();
	struct culprit_error error;
	const struct culprit_finding *finding;

	if (argc < 2) {
		fprintf(stderr, "usage: example TRACE...\n");
		return 2;
	}
	if (!culprit_read_files(analysis, (const char *const *)argv + 1, (size_t)argc - 1, &error)) {
		fprintf(stderr, "%s: %s\n", error.file, error.message);
		culprit_destroy(analysis);
		return 3;
	}
	puts(culprit_verdict(analysis)->text);
	for (size_t i = 0; (finding = culprit_finding(analysis, i)) != NULL; i++) {
		printf("%s: %s: %s\n", finding->id, finding->blame, finding->text);
		for (size_t j = 0; j < finding->evidence_count; j++)
			printf("\tpacket %llu: %s\n", (unsigned long long)finding->evidence[j].packet,
			       finding->evidence[j].note);
	}
	culprit_destroy(analysis);
	return 0;
}

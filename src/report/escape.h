/* Words from a trace inside of marked-up text: nothing of them may act as markup, and no control character
 * comes through. */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include "core/text.h"

/* For elements and quoted attributes of HTML and XML 1.0. NULL adds nothing. */
void escape_html(struct text *to, const char *words);
/* For paragraphs, lists and table cells of Markdown (CommonMark, and tables as GitHub writes them). */
void escape_markdown(struct text *to, const char *words);
/* A path as the relative or absolute reference of RFC 3986, for SARIF. */
void escape_uri(struct text *to, const char *path);
/* A JSON string that can stand inside of an HTML script element: without "<" and the line separators. */
void escape_json_in_html(struct text *to, const char *words);

#endif

#include "report/escape.h"

#include <stdio.h>
#include <string.h>

void escape_html(struct text *to, const char *words)
{
	struct text plain = { 0 };
	if (!words)
		return;
	text_add_printable(&plain, words, strlen(words));
	for (const char *c = plain.bytes; c && *c; c++) {
		switch (*c) {
		case '&':
			text_add(to, "&amp;");
			break;
		case '<':
			text_add(to, "&lt;");
			break;
		case '>':
			text_add(to, "&gt;");
			break;
		case '"':
			text_add(to, "&quot;");
			break;
		case '\'':
			text_add(to, "&#39;");
			break;
		case '\xef':     /* U+FFFE and U+FFFF are no characters of XML */
			if (c[1] == '\xbf' && (c[2] == '\xbe' || c[2] == '\xbf')) {
				text_add(to, "\xef\xbf\xbd");
				c += 2;
				break;
			}
			text_add_char(to, *c);
			break;
		default:
			text_add_char(to, *c);
		}
	}
	text_finish(&plain);
}

/* A line that begins so would be a heading, a list, a quotation or a rule. */
static bool starts_block(const char *words)
{
	size_t digits = strspn(words, "0123456789");
	return strchr("-+=", *words) || (digits && strchr(".)", words[digits]) && words[digits + 1] == ' ');
}

void escape_markdown(struct text *to, const char *words)
{
	struct text plain = { 0 };
	if (!words || !*words)
		return;
	text_add_printable(&plain, words, strlen(words));
	if (starts_block(plain.bytes))
		text_add(to, "\xe2\x80\x8b");    /* a space without width */
	for (const char *c = plain.bytes; *c; c++) {
		if (strchr("\\`*_[]<>|~#!$@&", *c))
			text_addf(to, "&#%d;", *c);
		else
			text_add_char(to, *c);
	}
	text_finish(&plain);
}

void escape_uri(struct text *to, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
	if (*path == '/')
		text_add(to, "file://");
	for (const char *c = path; *c; c++) {
		if (strchr(plain, *c))
			text_add_char(to, *c);
		else
			text_addf(to, "%%%02X", (unsigned)(unsigned char)*c);
	}
}

void escape_json_in_html(struct text *to, const char *words)
{
	struct text json = { 0 };
	text_add_json(&json, words);
	for (const char *c = json.bytes; *c; c++) {
		if (*c == '<' || *c == '>' || *c == '&')
			text_addf(to, "\\u%04x", (unsigned)*c);
		else
			text_add_char(to, *c);
	}
	text_finish(&json);
}

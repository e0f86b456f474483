/* Ports as CleverView calls them. */
#ifndef REPORT_SERVICE_WORDS_H
#define REPORT_SERVICE_WORDS_H

/* "ftp control" for "ftp", "dns" for "domain"; other names as they are. NULL for NULL, and for those that are
 * better known by their number. */
const char *service_words(const char *service);

#endif

#!/bin/sh
# The library shows nothing but culprit_*.
set -eu
others=$(nm -D --defined-only "$1" | awk '{ print $NF }' |
	grep -Ev '^(culprit_|_init$|_fini$|__asan_|__ubsan_|__lsan_|__sancov_|_edata$|_end$|__bss_start$|\.)' || true)
[ -z "$others" ] || { echo "exported without the culprit_ prefix:"; echo "$others"; exit 1; }

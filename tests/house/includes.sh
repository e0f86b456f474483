#!/bin/sh
# Data moves one way, and so do includes: a file may include headers of its own folder and of those
# before it, never of those behind it.
set -eu
cd "$1/src"
order='core source zos decode session finding analyze field filter index analysis.h trial report convert capture culprit.c tui web cli'
rank() { r=0; for f in $order; do r=$((r + 1)); [ "$f" = "$1" ] && { echo $r; return; }; done; echo 0; }
bad=0
for file in $(find . -name '*.[ch]' | sed 's,^\./,,' | sort); do
	own=${file%%/*}
	[ "$own" = analysis.c ] && own=analysis.h
	case $own in culprit_*.c) own=culprit.c ;; esac
	for header in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
		theirs=${header%%/*}
		case $theirs in config.h|culprit.h|*.skel.h) continue ;; esac
		if [ "$(rank "$theirs")" -eq 0 ] || [ "$(rank "$theirs")" -gt "$(rank "$own")" ]; then
			echo "src/$file must not include \"$header\""
			bad=1
		fi
		if [ "$own" = cli ] && [ "$theirs" != cli ]; then
			echo "src/$file: the program uses only <culprit.h> and its own headers, not \"$header\""
			bad=1
		fi
	done
done
exit $bad

#!/bin/sh
# Every header compiles alone.
set -eu
root=$1; shift
bad=0
for header in "$root"/include/*.h $(find "$root/src" -name '*.h' | sort); do
	echo "#include \"$header\"" |
		"$@" -x c -std=c11 -D_GNU_SOURCE -fsyntax-only -I"$root/include" -I"$root/src" - || bad=1
done
exit $bad

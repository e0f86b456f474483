# Lines of a file as C strings, so that it is compiled in.
s/\\/\\\\/g
s/"/\\"/g
s/^[ 	]*//
/^$/d
s/.*/"&\\n",/

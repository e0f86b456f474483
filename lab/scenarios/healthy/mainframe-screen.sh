only=healthy
story="A 3270 terminal opens a screen of a mainframe (Hercules) and leaves"
needs="hercules s3270"
limit=60
scene() {
	printf '%s\n' 'CPUSERIAL 000001' 'CPUMODEL 3090' 'MAINSIZE 16' 'NUMCPU 1' 'CNSLPORT 3270' 'ARCHMODE S/370' \
		'0009 3215-C /' '00C0.4 3270' >$D_/h.cnf
	(sleep 25; echo quit) | on s hercules -d -f $D_/h.cnf >/dev/null 2>&1 &
	listens s 3270
	(sleep 1; echo 'String("hello")'; echo Enter; sleep 1; echo Quit) | on c timeout 15 s3270 $S:3270 >/dev/null 2>&1
}

story="A program repeats the same datagram twelve times, though nobody answers"
cause=udp/retry-storm party="client|server|network|none" place=client-side
must="udp/retry-storm|udp/no-answer"
allow="udp/no-answer udp/retry-storm"
scene() {
	serve s /usr/bin/python3 "$lab/chat.py" sink 9900
	listens s 9900 udp
	faulty && fault_begins
	chat repeat $S 9900 $(faulty && echo 12 || echo 2)
	faulty && goes_on
}

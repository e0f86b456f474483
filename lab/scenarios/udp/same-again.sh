story="A log-in client (RADIUS) repeats the same datagram twelve times, though nobody answers"
cause=udp/retry-storm party="client|server|network|none" place=client-side
must="udp/retry-storm|udp/no-answer"
allow="udp/no-answer udp/retry-storm"
scene() {
	serve s /usr/bin/python3 "$lab/chat.py" sink 1812
	listens s 1812 udp
	faulty && fault_begins
	chat repeat $S 1812 $(faulty && echo 12 || echo 2)
	faulty && goes_on
}

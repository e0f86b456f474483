story="A program asks 90 small questions one after the other, over a long way"
cause=perf/chatty party="client|none" place=client-side
path_delay=15ms
scene() {
	redis_server
	faulty && fault_begins
	chat_server 7000
	chat ask $S 7000 $(faulty && echo 90 || echo 5) 120
}

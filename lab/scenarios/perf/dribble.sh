story="A program sends a file in pieces of twenty bytes"
cause=perf/small-packets party="client|none" place=client-side
snap=80 limit=70
scene() {
	chat_server 7000
	faulty && fault_begins
	chat ask $S 7000 1 $(faulty && echo 20400 || echo 300) dribble
}

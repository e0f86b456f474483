story="The server's program takes no connections for six seconds; its queue is full and requests are dropped"
cause=tcp/backlog-drop party=server place=server-side
must="tcp/backlog-drop|tcp/syn-retransmitted|tcp/syn-no-answer|tcp/synack-retransmitted"
must_server="tcp/backlog-drop"
party_client="server|network" party_middle="server|network"
allow="tcp/syn-retransmitted tcp/slow-connect tcp/syn-no-answer perf/response-time perf/server-think tcp/rto tcp/rto-backoff tcp/loss-downstream tcp/loss-upstream tcp/synack-retransmitted"
limit=80
scene() {
	if faulty; then chat_server 7000 deaf 6; else chat_server 7000; fi
	faulty && fault_begins
	local i clients=
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do chat ask $S 7000 2 100 & clients="$clients $!"; sleep 0.2; done
	wait $clients
	fault_over
	for i in 1 2 3 4 5 6; do chat ask $S 7000 2 100; done
}

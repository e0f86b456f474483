story="The server restarts while its line is down; the client goes on with a connection that nobody knows"
cause=tcp/half-open party=server place=server-side
allow="tcp/reset-by-peer tcp/connection-lost $end_effects perf/client-think"
scene() {
	chat_server 7000
	chat ask $S 7000 2 200 every 6 &
	local client=$!
	sleep 2
	if faulty; then
		fault_begins
		rule_on s "output: tcp sport 7000 drop"
		kill -9 $last; sleep 1
		pkill -9 -f "chat.py serve" || true
		sleep 1
		on s ss -K sport = :7000 >/dev/null 2>&1 || true
		on s nft delete table inet lab
	fi
	wait $client
}

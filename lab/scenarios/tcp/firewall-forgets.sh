story="A firewall in the middle forgets connections after a minute without traffic, without telling anybody"
cause=tcp/idle-drop party=network place=server-side
must_server="" party_server="network|none|client"
limit=150
allow="icmp/unreachable tcp/rto-backoff tcp/rto tcp/connection-lost $end_effects perf/response-time perf/client-think"
scene() {
	chat_server 7000
	chat ask $S 7000 2 200 every $(faulty && echo 64 || echo 12) &
	fault r2m both idle 60s drop
	if faulty; then sleep 72; chat ask $S 7000 2 200; sleep 4; pkill -f "chat.py ask"; else sleep 14; fi
}

story="The server's line is cut while a session idles; only keep-alives notice"
cause=tcp/keepalive-unanswered party="network|server" place=server-side
must_server="" party_server="network|none|client|server"
allow="tcp/connection-lost $end_effects arp/no-reply tcp/idle-drop icmp/unreachable"
limit=70
scene() {
	chat_server 7000
	chat ask $S 7000 2 100 every $(faulty && echo 20 || echo 8) keepalive 2 &
	sleep 3
	pull_out r2m
	wait $!
}

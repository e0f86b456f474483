story="A firewall is restarted and resets five terminal sessions at once"
cause=telnet/session-drop party="network|server|unknown" place=network
needs="telnetd inetutils-telnet"
must_server="telnet/session-drop" party_server="network|client|unknown|server"
allow="tcp/reset-by-peer tcp/reset-forged"
limit=60
scene() {
	telnet_server
	local i clients=
	for i in 1 2 3 4 5; do typing=1 types c ls ls ls ls ls ls & clients="$clients $!"; sleep 0.2; done
	sleep 2
	fault r1m in tcp dport 23 reset both drop
	wait $clients
}

story="A host tells everybody that the gateway's and the server's addresses are its own"
cause=arp/spoof-suspect party="attacker|client|unknown|server|network" place=network
topology=flat
must="arp/spoof-suspect" must_server=""
needs="arping"
allow="arp/duplicate-address tcp/syn-refused tcp/reset-by-peer arp/spoof-suspect"
scene() {
	web_server s
	get http://$S/1k
	on c ping -c 1 -q $D >/dev/null
	if faulty; then
		fault_begins
		ip -n c2 addr add $S/32 dev lo; ip -n c2 addr add $D/32 dev lo
		on c2 sysctl -qw net.ipv4.ip_nonlocal_bind=1
		local i
		for i in 1 2 3 4 5 6; do
			says 2 $S to 1 $C; says 2 $D to 1 $C; sleep 0.5
		done
	fi
	on c ping -c 2 -i 0.3 -W 1 -q $D >/dev/null
}

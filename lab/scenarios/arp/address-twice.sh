story="Somebody gave a second machine the server's address"
cause=arp/duplicate-address party="server|client|unknown|network|none" place=network
topology=flat
must_server=""
allow="arp/spoof-suspect tcp/syn-refused tcp/reset-by-peer tcp/connection-lost tcp/half-open icmp/port-unreachable"
needs="arping"
scene() {
	web_server s
	get http://$S/1k
	if faulty; then fault_begins; ip -n c2 addr add $S/24 dev eth0; on c2 arping -q -c 3 -A -I eth0 $S; fi
	local i
	for i in 1 2 3; do
		get http://$S/4k
		ip -n c neigh flush dev eth0
		sleep 0.5
		faulty && on c2 arping -q -c 1 -A -I eth0 $S
		faulty && on s arping -q -c 1 -A -I eth0 $S
	done
}

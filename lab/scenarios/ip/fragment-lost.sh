story="One link loses fragments: large datagrams never become complete"
must_client="ip/fragment-lost icmp/echo-loss"
cause=ip/fragment-lost party="network" place=client-side
must_server="" must_middle=""
allow="icmp/echo-loss ip/fragments icmp/ttl-exceeded"
limit=70
scene() {
	on c ping -c 3 -i 0.3 -W 1 -q $S >/dev/null
	fault r1m out fragments every 3 drop
	on c ping -c 9 -i 0.3 -W 1 -s 1700 -q $S >/dev/null
	sleep 32
	on c ping -c 2 -i 0.3 -W 1 -q $S >/dev/null
}

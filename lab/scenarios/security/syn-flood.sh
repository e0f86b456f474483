story="Connection requests with invented addresses pour in, 400 a second"
cause=security/syn-flood party=attacker place=client-side
needs="hping3"
allow="tcp/synack-retransmitted tcp/syn-no-answer tcp/backlog-drop icmp/ttl-exceeded icmp/unreachable ip/routing-loop tcp/syn-retransmitted"
client_point=c2
never_server="tcp/backlog-drop"
scene() {
	web_server
	ip -n r1 route add blackhole 192.0.0.0/3
	ip -n r1 route add blackhole 0.0.0.0/1
	ip -n r1 route add blackhole 128.0.0.0/2
	on c2 curl -s -o /dev/null http://$S/1k
	faulty && fault_begins && on c2 hping3 -q -c 220 -i u2500 -S -p 80 --rand-source $S >/dev/null 2>&1
	on c2 curl -s -o /dev/null --max-time 5 http://$S/4k
}

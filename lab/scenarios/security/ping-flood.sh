story="A host floods the server with pings"
cause=security/icmp-flood party=attacker place=client-side
needs="hping3"
allow="icmp/echo-loss"
client_point=c2 snap=60
scene() {
	on c2 ping -c 2 -i 0.2 -q $S >/dev/null
	faulty && fault_begins && on c2 hping3 -q --icmp -i u900 -c 580 $S >/dev/null 2>&1
	sleep 0.5
	on c2 ping -c 2 -i 0.2 -q $S >/dev/null
}

story="A firewall beside the client drops questions to name servers"
cause=dns/no-answer party="network|service|server" place=client-side
needs="named dig"
allow="udp/no-answer dns/retry-storm udp/retry-storm"
must_middle="" must_server=""
server_point=d
scene() {
	name_server
	firewall r1 "forward: udp dport 53 drop"
	ask www.lab; ask host1.lab; ask host2.lab
	on c ping -c 2 -i 0.3 -q $D >/dev/null
}

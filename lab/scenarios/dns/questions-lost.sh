story="The line to the name server loses a third of all packets: questions have to be repeated"
cause=dns/no-answer party="network|service|server" place=server-side
must="dns/slow|dns/no-answer" must_server=""
needs="named dig"
allow="dns/retry-storm dns/slow"
seed=5
server_point=d
scene() {
	name_server
	fault r2m both udp chance 35 drop
	local i; for i in 1 2 3 4; do ask www.lab; ask host1.lab; ask host2.lab; done
}

story="The name server's program is not running: its host says that nobody listens on port 53"
cause=icmp/port-unreachable party="server|service" place=server-side
needs="named dig"
allow="dns/no-answer udp/no-answer dns/retry-storm"
server_point=d
scene() {
	name_server
	ask www.lab
	if faulty; then fault_begins; kill "$last"; pkill named; sleep 0.5; fi
	ask www.lab; ask host1.lab; ask host2.lab
}

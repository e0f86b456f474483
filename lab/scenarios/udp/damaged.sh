story="A device on the client's side damages answers of the name server"
cause=udp/checksum party="network|server|unknown" place=client-side
must_middle="" must_server="" must_client="udp/checksum"
needs="named dig"
allow="dns/no-answer dns/slow dns/retry-storm udp/no-answer"
server_point=d dig_time=1
scene() {
	name_server
	ask www.lab
	fault r1m out udp sport 53 every 6 corrupt
	local i; for i in $(seq 13); do ask www.lab; ask host1.lab; done
}

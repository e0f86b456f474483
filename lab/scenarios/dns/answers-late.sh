story="Answers of the name server need a second and a half on its side of the network"
cause=dns/slow party="network|service" place=server-side
needs="named dig"
allow="dns/retry-storm"
must_server="" party_server="network|service|none"
server_point=d
scene() {
	name_server
	ask www.lab
	fault r2m in udp sport 53 delay 1500ms
	ask www.lab; ask host1.lab; ask host2.lab; ask ns.lab
}

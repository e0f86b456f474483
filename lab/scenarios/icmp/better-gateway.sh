story="The client's gateway sends it to a better one"
cause=icmp/redirect party="network|client|none|server" place=client-side
topology=flat
must_server="" must_middle="icmp/redirect"
allow="ip/routing-loop capture/duplicate-packets" party_middle="network|client|none|server|capture"
scene() {
	ip -n s2 addr add 10.5.0.1/24 dev lo
	on d sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=1 net.ipv4.conf.eth0.send_redirects=1
	ip -n d route add 10.5.0.0/24 via $S2
	on c sysctl -qw net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.eth0.accept_redirects=0
	if faulty; then fault_begins; ip -n c route add 10.5.0.0/24 via $D; else ip -n c route add 10.5.0.0/24 via $S2; fi
	on c ping -c 5 -i 0.3 -W 1 -q 10.5.0.1 >/dev/null
}

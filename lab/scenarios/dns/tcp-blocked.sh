story="An answer does not fit into a datagram, and the firewall lets no name lookups over TCP through"
cause=tcp/syn-no-answer party="network|server" place=server-side
needs="named dig"
allow="dns/truncated dns/no-answer dns/slow"
must_server="" dig_time=5
server_point=d
scene() {
	name_server
	ask www.lab
	firewall r2 "forward: tcp dport 53 drop"
	ask big.lab TXT +noedns +tries=1
	ask host1.lab
}

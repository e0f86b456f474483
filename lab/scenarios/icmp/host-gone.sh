story="The server's host is off: its router finds nobody there and says so"
cause=icmp/unreachable party="network|server" place=server-side
must_server="arp/no-reply" party_server="network|server|client"
must="icmp/unreachable"
allow="tcp/syn-no-answer icmp/echo-loss arp/no-reply tcp/syn-retransmitted"
server_point=r2b
scene() {
	web_server s
	web_server s2
	get http://$S2/1k
	if faulty; then fault_begins; ip -n s2 link set eth0 down; ip -n r2 neigh flush dev eth1; fi
	patience=8 get http://$S2/1k; patience=8 get http://$S2/1k
	get http://$S/4k
}

story="The host that a client looks for is switched off: nobody answers its ARP"
topology=flat
cause=arp/no-reply party="server|network|client" place=server-side
allow="icmp/unreachable tcp/syn-no-answer icmp/echo-loss tcp/syn-retransmitted"
must_server="arp/no-reply"
scene() {
	web_server s
	get http://$S/1k
	local target=$S2
	faulty && fault_begins && ip -n s2 link set eth0 down
	faulty || web_server s2
	patience=4 get http://$S2/1k; sleep 0.5
	patience=4 get http://$S2/1k
}

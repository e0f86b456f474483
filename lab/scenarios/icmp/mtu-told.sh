story="A tunnel takes 1400 bytes, says so, and the server adapts"
cause=icmp/frag-needed party="network|none|server|client" place=client-side
must="icmp/frag-needed" must_client=""
allow="tcp/rto tcp/loss-downstream tcp/loss-upstream"
scene() {
	web_server
	if faulty; then fault_begins; ip -n r2 link set eth0 mtu 1400; ip -n r1 link set eth1 mtu 1400; must_middle=; fi
	get http://$S/20k
	must_client="" must_middle=""
}

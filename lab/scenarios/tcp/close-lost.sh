story="The packets with which connections close are lost on the client's side, again and again"
cause=tcp/fin-lost party="network" place=client-side
must="tcp/fin-lost"
must_server="" must_middle=""
allow="$end_effects tcp/loss-upstream tcp/loss-downstream"
twin=refused
scene() {
	web_server
	get http://$S/1k
	fault r1m in fin dport 80 count 5 drop
	get http://$S/4k
	sleep 6
}

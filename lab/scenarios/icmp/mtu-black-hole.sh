story="A link near the client takes 1400 bytes only, and the message that says so is filtered"
cause=icmp/pmtu-black-hole party=network place=client-side
allow="$loss_effects $end_effects perf/receiver-window"
party_client=network must_client="icmp/pmtu-black-hole|tcp/loss-upstream|http/no-response|http/aborted|tcp/connection-lost"
patience=14
scene() {
	web_server
	get http://$S/1k
	fault r1m out mtu 1400
	get http://$S/3k
}

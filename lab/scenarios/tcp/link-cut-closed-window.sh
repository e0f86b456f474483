story="The client reads slowly, its window is closed; then its line dies, and no probe is answered any more"
cause=tcp/zero-window-stuck party="network|unknown|client" place=client-side
party_middle="network|unknown|client" party_server="network|unknown"
must_client="" party_client="network|none|client|unknown"
allow="tcp/zero-window tcp/rto-backoff tcp/connection-lost tcp/window-full arp/no-reply perf/receiver-window $end_effects icmp/unreachable"
limit=90 patience=20 snap=96
twin=link-cut
scene() {
	web_server
	get http://$S/1k
	get http://$S/200k --limit-rate 40k &
	sleep 1.5
	pull_out r1m
	wait $!
}

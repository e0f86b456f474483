story="A slow line to the client has a very long queue: round trips grow to most of a second under load"
cause=tcp/rtt-inflation party=network place=client-side
must_client="" snap=80 limit=90
must_server="tcp/rtt-inflation"
allow="perf/bandwidth-limited perf/response-time perf/low-throughput tcp/spurious-retransmission $loss_effects"
twin=no-window-scaling
scene() {
	web_server
	text_file $D_/web-s/root/1m 500000
	fault r1m out rate 2mbit queue 2s
	get http://$S/1m
}

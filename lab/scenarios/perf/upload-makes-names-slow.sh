story="An upload fills the long queue of a slow line; everything behind it is late, names as well"
cause=tcp/rtt-inflation party=network place=client-side
needs="named" snap=96 limit=90
must_client="tcp/rtt-inflation" must_middle="" must_server=""
allow="dns/slow tcp/rtt-inflation perf/bandwidth-limited perf/response-time perf/low-throughput tcp/spurious-retransmission dns/no-answer dns/retry-storm tcp/slow-connect $loss_effects"
scene() {
	name_server
	app_server s 8080
	text_file $D_/up 240000
	ask www.lab
	fault r1m in rate 1mbit queue 3s
	get http://$S:8080/a --data-binary @$D_/up -H Expect: &
	local upload=$!
	sleep 1
	dig_time=5 ask host1.lab; dig_time=5 ask host2.lab
	wait $upload
}

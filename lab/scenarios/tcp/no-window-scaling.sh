story="The client offers no window scaling, and the way is long: 64 KB a round trip is all it gets"
cause=tcp/no-window-scaling party=client place=client-side
path_delay=60ms snap=80 limit=90
allow="perf/receiver-window perf/low-throughput perf/response-time tcp/window-full"
scene() {
	web_server
	text_file $D_/web-s/root/700k 700000
	on c sysctl -qw net.ipv4.tcp_rmem="4096 131072 6291456"
	if faulty; then fault_begins; on c sysctl -qw net.ipv4.tcp_window_scaling=0; fi
	get http://$S/700k
}

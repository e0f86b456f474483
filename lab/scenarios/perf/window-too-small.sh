story="The client's receive buffer is 16 kB on a way of 80 ms: the download crawls"
must="perf/receiver-window tcp/window-full"
cause=perf/receiver-window party=client place=client-side
path_delay=20ms snap=80 limit=90 twin=chatty
allow="tcp/window-full tcp/no-window-scaling perf/low-throughput perf/response-time tcp/silly-window tcp/zero-window"
scene() {
	web_server
	text_file $D_/web-s/root/1m 1020000
	on c sysctl -qw net.ipv4.tcp_rmem="4096 32768 32768"
	faulty && fault_begins
	get http://$S/1m
}

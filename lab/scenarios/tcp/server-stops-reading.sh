story="The server's program is busy for three seconds while a client sends it a file"
cause=tcp/zero-window party=server place=server-side
snap=160
allow="perf/response-time perf/receiver-window tcp/window-full perf/server-pause tcp/silly-window http/slow-first-byte perf/server-think"
scene() {
	on s sysctl -qw net.ipv4.tcp_rmem="4096 16384 32768"
	app_server s 8080
	text_file $D_/up 150000
	get http://$S:8080/a
	local wait=0
	faulty && fault_begins && wait=3
	get http://$S:8080/stall/$wait --data-binary @$D_/up -H Expect:
}

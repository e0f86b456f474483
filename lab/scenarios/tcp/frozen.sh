story="The server's program never reads again: the upload is frozen by a closed window until the user gives up"
cause=tcp/zero-window-stuck party=server place=server-side
snap=160 patience=36 limit=80
allow="tcp/zero-window perf/response-time perf/receiver-window tcp/window-full http/no-response $end_effects"
twin=server-stops-reading
scene() {
	on s sysctl -qw net.ipv4.tcp_rmem="4096 16384 32768"
	app_server s 8080
	text_file $D_/up 150000
	get http://$S:8080/a
	faulty && fault_begins
	get http://$S:8080/stall/60 --data-binary @$D_/up -H Expect:
}

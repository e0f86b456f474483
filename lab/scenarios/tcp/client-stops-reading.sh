story="The client's program stops reading in the middle of a download for three seconds"
cause=tcp/zero-window party=client place=client-side
snap=160
allow="perf/response-time perf/receiver-window tcp/window-full perf/server-pause tcp/silly-window http/slow-first-byte perf/server-think"
scene() {
	web_server
	on c sysctl -qw net.ipv4.tcp_rmem="4096 16384 32768"
	on s sysctl -qw net.ipv4.tcp_wmem="4096 16384 65536"
	get http://$S/1k
	fault_begins
	if faulty; then
		on c curl -s --max-time 30 http://$S/200k | { head -c 1000; sleep 3.2; cat; } >/dev/null
	else
		get http://$S/200k
	fi
}

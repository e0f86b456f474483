story="A client uses the same port again at once, while the server still remembers the old connection"
cause=tcp/port-reused party="client|none" place=client-side
must="" 
allow="tcp/port-reused tcp/half-open tcp/syn-retransmitted"
twin=refused
scene() {
	web_server
	on c sysctl -qw net.ipv4.tcp_timestamps=0
	on s sysctl -qw net.ipv4.tcp_timestamps=0
	faulty && fault_begins
	local i
	for i in 1 2 3; do
		on c curl -s -o /dev/null --local-port 40000 --max-time 8 -H "Connection: close" http://$S/1k || true
		sleep 0.5
	done
}

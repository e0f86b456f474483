story="A program sends each question in two pieces, and waits for the delayed acknowledgment of the first"
cause=tcp/nagle-stall party=client place=client-side
must="tcp/nagle-stall|tcp/delayed-ack-stall"
allow="tcp/delayed-ack-stall"
limit=80 path_delay=1ms
scene() {
	on s sysctl -qw net.ipv4.tcp_congestion_control=reno
	chat_server 7000
	faulty && fault_begins
	chat ask $S 7000 30 300 $(faulty && echo pieces)
}

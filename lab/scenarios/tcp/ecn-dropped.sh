story="An old firewall drops connection requests that offer ECN"
cause=tcp/ecn-blocked party=network place=server-side
must_server=""
allow="tcp/syn-retransmitted tcp/slow-connect"
twin=refused
scene() {
	web_server
	get http://$S/1k
	faulty && on c sysctl -qw net.ipv4.tcp_ecn=1
	fault r2m out ecn-syn drop
	local i; for i in 1 2 3 4; do get http://$S/4k; done
}

story="A router on the client's side marks packets instead of dropping them: congestion without loss"
cause=ip/ecn-congestion party="network|none" place=client-side
must_middle="ip/ecn-congestion" must_server="ip/ecn-congestion" must_client="ip/ecn-congestion"
snap=96
allow="perf/bandwidth-limited"
scene() {
	web_server
	on c sysctl -qw net.ipv4.tcp_ecn=1
	on s sysctl -qw net.ipv4.tcp_ecn=1
	fault r1m out data sport 80 every 15 ce
	get http://$S/200k
}

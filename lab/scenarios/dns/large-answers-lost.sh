story="A firewall drops fragments: large answers never arrive, small ones do"
cause=dns/large-answer-lost party="network" place=client-side
must_middle="" must_server="" must_client="dns/large-answer-lost|dns/no-answer" party_client="network|service"
needs="named dig"
allow="ip/fragment-lost dns/no-answer ip/fragments dns/retry-storm dns/slow icmp/ttl-exceeded udp/retry-storm"
server_point=d
scene() {
	named_options='edns-udp-size 4096; max-udp-size 4096;' name_server
	ask www.lab
	fault r1m out fragments drop
	ask big.lab TXT +bufsize=4096 +notcp; ask big.lab TXT +bufsize=4096 +notcp
	ask host1.lab
	sleep $(faulty && echo 3 || echo 0)
}

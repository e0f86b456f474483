story="The SSH server wants its client's name, the name server is silent: the log-in waits"
cause=dns/no-answer party="service|server|network" place=server-side
must="dns/no-answer|dns/reverse-delay" must_client="" party_client="server|service|none"
must_middle="" party_middle="server|service|none"
needs="named sshpass"
limit=70
allow="dns/reverse-delay dns/retry-storm perf/server-think perf/response-time udp/no-answer dns/slow dns/no-answer"
scene() {
	printf 'nameserver %s\noptions timeout:3 attempts:2\n' $D >$D_/resolv.conf
	user lab secret42
	name_server
	ssh_server UseDNS=yes
	ssh_do true
	faulty && fault_begins && pkill -STOP named
	ssh_do true
	pkill -CONT named
}

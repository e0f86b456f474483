story="Answers come six seconds late: nobody waits for them any more"
cause=dns/no-answer party="service|network|server" place=server-side
must="dns/no-answer|dns/late-answer|dns/slow" must_server=""
needs="named dig"
allow="dns/retry-storm icmp/port-unreachable dns/slow dns/late-answer"
limit=90 dig_time=2
server_point=d
scene() {
	name_server
	ask www.lab
	fault r2m in udp sport 53 delay 6s
	ask www.lab; ask host1.lab
	sleep $(faulty && echo 7 || echo 1)
}

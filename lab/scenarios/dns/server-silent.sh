story="The name server's program hangs: its host answers pings, names are asked for in vain"
cause=dns/no-answer party="service|server|network" place=server-side
needs="named dig"
allow="dns/retry-storm udp/no-answer dns/slow udp/retry-storm"
server_point=d
scene() {
	name_server
	ask www.lab
	ask host1.lab
	faulty && fault_begins && kill -STOP "$last" && pkill -STOP -P "$last"
	ask www.lab; ask host2.lab; ask ns.lab
	on c ping -c 2 -i 0.3 -q $D >/dev/null
	faulty && kill -CONT "$last"
	fault_over
}

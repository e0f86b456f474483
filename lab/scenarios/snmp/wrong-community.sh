story="The manager asks with a community that the agent does not know: it gets no answer"
cause=snmp/no-response party="server|client" place=server-side
allow="udp/no-answer"
needs="snmpd snmpget"
scene() {
	snmp_agent
	other() { on c2 snmpget -v2c -t 1 -r 1 -c monitor7 $S 1.3.6.1.2.1.1.3.0 >/dev/null; }
	other
	faulty && fault_begins
	poll $(faulty && echo monitor8 || echo monitor7)
	other
	poll $(faulty && echo monitor8 || echo monitor7)
	faulty && goes_on
	other
}

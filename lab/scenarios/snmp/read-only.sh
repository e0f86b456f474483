story="The manager wants to set what it may only read"
cause=snmp/error-status party="server|client|none" place=client-side
needs="snmpd snmpget"
scene() {
	snmp_agent
	poll
	if faulty; then
		fault_begins
		on c snmpset -v2c -t 1 -r 1 -c monitor7 $S 1.3.6.1.2.1.1.4.0 s me >/dev/null 2>&1
		on c snmpset -v2c -t 1 -r 1 -c monitor7 $S 1.3.6.1.2.1.1.4.0 s me >/dev/null 2>&1
	fi
	poll
}

story="No SNMP agent runs on the host that the manager polls"
cause=snmp/agent-down party=server place=server-side
needs="snmpd snmpget"
allow="icmp/port-unreachable snmp/no-response"
scene() {
	faulty || snmp_agent
	web_server
	get http://$S/1k
	faulty && fault_begins
	poll; sleep 1; poll; sleep 1; poll
}

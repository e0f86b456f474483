story="The agent's community is public"
cause=snmp/default-community party="server|client|none|unknown" place=server-side
needs="snmpd snmpget" 
scene() {
	local name=monitor7
	faulty && fault_begins && name=public
	community=$name snmp_agent
	poll $name; poll $name
}

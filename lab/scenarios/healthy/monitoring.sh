only=healthy
story="A manager polls an agent: gets, a walk"
needs="snmpd snmpget"
scene() { snmp_agent; local i; for i in 1 2 3 4; do poll; sleep 0.5; done; on c snmpwalk -v2c -c monitor7 $S 1.3.6.1.2.1.1 >/dev/null; }

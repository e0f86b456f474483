story="A host looks for file servers in the whole network"
cause=security/host-sweep party=attacker place=client-side
needs="nmap"
allow="icmp/unreachable arp/no-reply tcp/syn-no-answer arp/storm tcp/syn-refused"
client_point=c2 must_server="" limit=70
party_server="attacker|server|client|none"
scene() {
	web_server
	on c2 curl -s -o /dev/null http://$S/1k
	faulty && fault_begins && on c2 nmap -n -Pn -sS -p 445 --max-retries 1 -T4 10.2.0.1-60 >/dev/null 2>&1
	on c2 curl -s -o /dev/null http://$S/4k
}

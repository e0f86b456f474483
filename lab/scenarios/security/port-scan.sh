story="A host in the client's network tries a hundred ports of the server"
cause=security/port-scan party=attacker place=client-side
needs="nmap"
allow="tcp/syn-refused tcp/reset-by-peer security/bad-flags"
client_point=c2
scene() {
	web_server
	on c2 curl -s -o /dev/null http://$S/1k
	faulty && fault_begins && on c2 nmap -n -Pn -sS -T4 -p 1-100 $S >/dev/null 2>&1
	on c2 curl -s -o /dev/null http://$S/4k
}

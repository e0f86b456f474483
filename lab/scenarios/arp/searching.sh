story="A host asks for every address of the network within a second"
cause=arp/storm party="client|attacker|unknown" place=client-side
topology=flat
needs="nmap"
client_point=c2
must="arp/storm|security/host-sweep"
allow="arp/no-reply security/host-sweep"
scene() {
	web_server
	on c2 curl -s -o /dev/null http://$S/1k
	faulty && fault_begins && on c2 nmap -n -sn -T5 --min-rate 400 --max-retries 0 10.1.0.0/24 >/dev/null 2>&1
	on c2 curl -s -o /dev/null http://$S/4k
}

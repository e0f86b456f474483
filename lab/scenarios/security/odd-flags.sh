story="Somebody sends segments with SYN and FIN at once"
cause=security/bad-flags party="attacker|client|none|unknown" place=client-side
needs="hping3"
client_point=c2
allow="tcp/syn-no-answer"
scene() {
	web_server
	on c2 curl -s -o /dev/null http://$S/1k
	faulty && fault_begins && on c2 hping3 -q -c 6 -i u200000 -S -F -p 80 $S >/dev/null 2>&1
	on c2 curl -s -o /dev/null http://$S/4k
}

story="A host sends packets with the source address 127.0.0.1"
cause=ip/martian-source party="client|none|attacker|unknown" place=client-side
must_middle="" must_server=""
needs="hping3"
allow="tcp/syn-no-answer tcp/synack-retransmitted security/syn-flood"
scene() {
	web_server
	get http://$S/1k
	if faulty; then fault_begins; on c hping3 -q -c 5 -i u200000 -S -p 80 -a 127.0.0.1 $S >/dev/null 2>&1; fi
	get http://$S/4k
}

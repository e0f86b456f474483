story="A router has lost its route to the server's network and says so"
cause=icmp/unreachable party=network place=client-side
must_middle="" must_server=""
allow="tcp/syn-no-answer icmp/echo-loss"
scene() {
	web_server
	get http://$S/1k
	if faulty; then fault_begins; ip -n r1 route del 10.2.0.0/24; fi
	on c ping -c 3 -i 0.3 -W 1 -q $S >/dev/null
	get http://$S/4k; get http://$S/4k
}

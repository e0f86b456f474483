story="The gateway answers ARP after six tenths of a second: each fresh conversation waits"
cause=arp/gateway-slow party="network|server|unknown|none" place=client-side
must_middle="" must_server=""
allow="tcp/slow-connect perf/response-time"
scene() {
	web_server
	fault c out arp delay 600ms
	get http://$S/1k
	ip -n c neigh flush dev eth0
	get http://$S/4k
}

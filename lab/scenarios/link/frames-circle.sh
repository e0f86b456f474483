story="A loop between two switches: a broadcast comes back again and again"
cause=link/loop party="network" place=network
topology=flat
must="link/loop|link/broadcast-storm" must_middle="" must_client="link/loop|link/broadcast-storm"
allow="link/broadcast-storm arp/storm ip/duplicate-in-network"
scene() {
	web_server
	get http://$S/1k
	if faulty; then
		fault_begins
		relay rule c out arp dup 30 gap 20ms
		relay rule s out arp dup 30 gap 20ms
	fi
	on c2 ping -c 1 -W 1 -q 10.1.0.77 >/dev/null
	sleep 0.5
	get http://$S/4k
}

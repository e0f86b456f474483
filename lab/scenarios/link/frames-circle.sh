story="A loop between two switches: broadcasts come back again and again"
cause=link/loop party="network" place=network
topology=flat
must_middle=""
allow="link/broadcast-storm arp/storm ip/duplicate-in-network"
scene() {
	web_server
	get http://$S/1k
	if faulty; then
		fault_begins
		relay rule c out udp dup 30 gap 20ms
		relay rule s out udp dup 30 gap 20ms
	fi
	chatter=c2 chat shout 10.1.0.255 9999 3
	sleep 0.7
	get http://$S/4k
}

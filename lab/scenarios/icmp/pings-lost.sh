story="The line near the client loses a quarter of all packets: pings show it"
cause=icmp/echo-loss party=network place=client-side
must_client="icmp/echo-loss" party_server="network|client|none" must_server="" must_middle=""
allow="icmp/echo-loss"
scene() {
	fault r1m both icmp chance 15 drop
	on c ping -c 40 -i 0.15 -W 1 -q $S >/dev/null
	sleep 3; on c ping -c 1 -W 1 -q $S >/dev/null
}

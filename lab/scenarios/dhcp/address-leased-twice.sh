story="Two servers with the same pool do not know of each other: two hosts get one address"
topology=flat client_address=-
cause=dhcp/double-lease party="service|server|network|unknown" place=server-side
needs="udhcpc dhcpd"
server_point=d
allow="arp/duplicate-address dhcp/rogue-server dhcp/slow"
must_client="" must_server=""
must="dhcp/double-lease|arp/duplicate-address"
scene() {
	ip -n c2 addr flush dev eth0
	dhcp_server d 10.1.0.100 10.1.0.110
	dhcp_client c
	if faulty; then
		fault_begins
		pkill -STOP dhcpd
		dhcp_server s2 10.1.0.100 10.1.0.110 10.1.0.53
	fi
	dhcp_client c2
	on c ping -c 1 -W 1 -q $S >/dev/null; on c2 ping -c 1 -W 1 -q $S >/dev/null
}

story="Somebody plugged in a router that gives out addresses, too, with itself as the gateway"
topology=flat client_address=-
cause=dhcp/rogue-server party="server|attacker|service|network|client" place=network
needs="udhcpc dhcpd"
server_point=d must_server=""
allow="arp/duplicate-address dhcp/nak"
scene() {
	dhcp_server
	faulty && fault_begins && dhcp_server s2 10.1.0.150 10.1.0.160 10.1.0.21
	dhcp_client c
	ip -n c2 addr flush dev eth0
	dhcp_client c2
}

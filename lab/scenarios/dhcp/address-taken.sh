story="The address that the server leases is in use by a host with a fixed address: the client declines it"
topology=flat client_address=-
must="arp/duplicate-address dhcp/decline" must_server=dhcp/decline
cause=dhcp/decline party="service|server|client|network|unknown" place=network
needs="udhcpc dhcpd"
server_point=d
allow="arp/duplicate-address dhcp/slow arp/no-reply"
limit=70
scene() {
	dhcp_server d 10.1.0.100 10.1.0.110
	faulty && fault_begins && ip -n s2 addr add 10.1.0.100/24 dev eth0
	dhcp_client c -a
}

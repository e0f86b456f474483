story="The DHCP server has one address, and another host has it"
topology=flat client_address=-
cause=dhcp/pool-exhausted party="service|server" place=server-side
must="dhcp/pool-exhausted|dhcp/no-offer"
needs="udhcpc dhcpd"
server_point=d dhcp_tries=6 dhcp_wait=3
allow="dhcp/no-offer arp/no-reply"
scene() {
	if faulty; then dhcp_server d 10.1.0.100 10.1.0.100; else dhcp_server; fi
	ip -n c2 addr flush dev eth0
	dhcp_client c2
	faulty && fault_begins
	dhcp_client c
	faulty && goes_on
}

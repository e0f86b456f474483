story="The DHCP server is not running: a client asks in vain"
topology=flat client_address=-
cause=dhcp/no-offer party="service|network|server" place=server-side
needs="udhcpc dhcpd"
server_point=d dhcp_tries=6 dhcp_wait=3
scene() {
	faulty || dhcp_server
	faulty && fault_begins
	dhcp_client c
	faulty && goes_on
}

story="The DHCP server needs four seconds for each answer: the client asks again and again"
topology=flat client_address=-
cause=dhcp/slow party="service|network|server" place=server-side
needs="udhcpc dhcpd"
server_point=d dhcp_tries=8 dhcp_wait=5
must_server=""
scene() {
	dhcp_server
	fault d in udp sport 67 delay 2200ms
	dhcp_client c
}

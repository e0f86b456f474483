story="The server's offers arrive, its confirmations do not: the client starts over and over"
topology=flat client_address=-
cause=dhcp/no-ack party="service|network|server" place=server-side
needs="udhcpc dhcpd"
server_point=d dhcp_tries=6 dhcp_wait=2
must_server=""
allow="dhcp/slow"
limit=80
scene() {
	dhcp_server
	fault d in udp sport 67 bytes 350105 drop
	dhcp_client c
	faulty && goes_on
}

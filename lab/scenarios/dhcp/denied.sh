story="A laptop comes from another office and asks for its old address: the server denies it, a new one follows"
topology=flat client_address=-
cause=dhcp/nak party="client|service|server" place=client-side
needs="udhcpc dhcpd"
server_point=d
allow="dhcp/slow"
scene() {
	dhcp_server
	dhcp_client c
	if faulty; then
		fault_begins
		/usr/bin/python3 "$lab/dhcp_request.py" c 10.77.3.9 || true
		sleep 0.5
	fi
	ip -n c addr flush dev eth0
	dhcp_client c
}

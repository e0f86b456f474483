only=healthy
story="Two hosts get their addresses and use them"
topology=flat client_address=-
needs="udhcpc dhcpd"
server_point=d
scene() {
	dhcp_server; web_server s
	dhcp_client c; ip -n c2 addr flush dev eth0; dhcp_client c2
	get http://$S/4k
	on c2 ping -c 2 -i 0.2 -q $S >/dev/null
}

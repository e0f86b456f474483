story="The DHCP server dies while a lease runs: it cannot be renewed"
topology=flat client_address=-
must="dhcp/renewal-unanswered dhcp/no-offer"
cause=dhcp/renewal-unanswered party="service|network|server" place=server-side
needs="udhcpc dhcpd"
server_point=d dhcp_lease=40
limit=70
allow="icmp/port-unreachable dhcp/no-offer arp/no-reply"
scene() {
	dhcp_server
	dhcp_client_stays c
	sleep 2
	faulty && fault_begins && pkill -STOP dhcpd
	sleep 41
	kill $client_pid; pkill udhcpc
	faulty && goes_on
}

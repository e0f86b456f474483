story="The name server is off: nobody on the LAN answers for it, so the browser cannot even begin"
cause=arp/no-reply party="server|network|service|client" place=server-side
topology=flat
needs="named"
must="arp/no-reply|dns/no-answer"
allow="dns/no-answer udp/no-answer dns/retry-storm icmp/unreachable dns/slow"
scene() {
	printf 'nameserver %s\noptions timeout:2 attempts:2\n' $D >$D_/resolv.conf
	name_server
	web_server
	sed -i "s/10.2.0/10.1.0/" $D_/named-d/lab.zone
	if faulty; then fault_begins; ip -n d link set eth0 down; fi
	get http://www.lab/1k
	get http://www.lab/1k
}

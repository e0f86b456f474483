story="The name server's zone file has a mistake in it: it cannot answer for its zone"
cause=dns/servfail party="service|server" place=server-side
needs="named dig"
allow="dns/retry-storm"
server_point=d
scene() {
	named_zones='zone "shop" { type master; file "shop.zone"; };' name_server
	faulty && fault_begins
	ask www.lab
	if faulty; then ask www.shop; ask mail.shop; ask www.shop; else ask host1.lab; ask host2.lab; fi
	ask host1.lab
}

story="The name server refuses questions of this client's network"
cause=dns/refused party="service|server" place=server-side
needs="named dig"
allow="dns/name-error"
server_point=d
scene() {
	named_options=$(faulty && echo 'allow-query { 10.2.0.0/24; };') name_server
	faulty && fault_begins
	ask www.lab; ask host1.lab; ask host2.lab
}

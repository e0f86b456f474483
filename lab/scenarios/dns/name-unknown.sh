story="A program asks for a name with a typing mistake in it, again and again"
cause=dns/name-error party="client|none|service|server" place=client-side
needs="named dig"
server_point=d
scene() {
	name_server
	ask www.lab
	local name=www.lab i
	faulty && fault_begins && name=wwww.lab
	for i in 1 2 3 4 5 6; do ask $name; sleep 0.2; done
	ask host1.lab
}

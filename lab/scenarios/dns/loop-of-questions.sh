story="A program asks for the same name forty times in a few seconds, though the answer came each time"
cause=dns/retry-storm party=client place=client-side
needs="named dig"
server_point=d
scene() {
	name_server
	local i n=3
	faulty && fault_begins && n=40
	for i in $(seq $n); do ask host1.lab; done
	ask www.lab
}

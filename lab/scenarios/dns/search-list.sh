story="The client's search list makes three questions out of each one, two of them in vain"
cause=dns/search-suffix party="client|none" place=client-side
needs="named dig"
allow="dns/name-error"
server_point=d
scene() {
	name_server
	faulty && fault_begins
	local i
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		faulty && { ask www.lab.old.lab; ask www.lab.new.lab; }
		ask www.lab
		sleep 0.1
	done
}

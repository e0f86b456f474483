story="A program asks for the same name a hundred times within seconds, though the answer came each time"
cause=dns/retry-storm party=client place=client-side
needs="named dig"
server_point=d
scene() {
	name_server
	ask www.lab
	faulty && fault_begins
	yes host1.lab | head -n $(faulty && echo 90 || echo 5) >$D_/names
	on c dig +time=2 +tries=1 @$D -f $D_/names >/dev/null 2>&1
	ask www.lab
}

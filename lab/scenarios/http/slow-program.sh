story="One request of six needs two and a half seconds inside the program"
cause=perf/server-think party=server place=server-side
allow="perf/response-time http/slow-first-byte"
scene() {
	app_server s 8080
	local i
	for i in 1 2 3; do get http://$S:8080/a; done
	faulty && fault_begins && get http://$S:8080/think/2.5
	fault_over
	for i in 1 2; do get http://$S:8080/a; done
}

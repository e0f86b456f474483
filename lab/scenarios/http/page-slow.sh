story="One page of the program needs two seconds each time, the others are quick"
cause=http/slow-first-byte party=server place=server-side
must="http/slow-first-byte|perf/server-think"
twin=server-fails limit=60
allow="perf/server-think perf/response-time http/slow-first-byte"
scene() {
	app_server s 8080
	faulty && fault_begins
	local i; for i in 1 2 3 4 5 6; do get http://$S:8080/a; get http://$S:8080/think/2; done
}

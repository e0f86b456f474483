story="The program stops for two seconds in the middle of an answer"
cause=perf/server-pause party=server place=server-side
twin=server-fails
allow="perf/response-time perf/server-think"
scene() {
	app_server s 8080
	get http://$S:8080/a
	faulty && fault_begins
	get http://$S:8080/pause/2/8000; get http://$S:8080/a
}

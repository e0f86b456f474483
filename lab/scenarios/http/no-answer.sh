story="The program takes a request and never answers"
cause=http/no-response party=server place=server-side
limit=80 patience=35 twin=server-fails
allow="perf/server-think perf/response-time"
scene() {
	app_server s 8080
	get http://$S:8080/a
	faulty && fault_begins
	get http://$S:8080/silent
}

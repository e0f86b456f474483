story="A program opens a new connection for each of its twenty-five questions"
cause=perf/connection-churn party="client|none|server" place=client-side
path_delay=10ms
scene() {
	web_server
	faulty && fault_begins
	local i; for i in $(seq $(faulty && echo 25 || echo 4)); do get http://$S/1k; done
}

story="The program on the server breaks off its answers with a reset"
must="tcp/reset-by-peer http/aborted"
cause=tcp/reset-by-peer party=server place=server-side
allow="http/aborted"
twin=refused
scene() {
	app_server s 8080
	get http://$S:8080/a
	faulty && fault_begins
	local i; for i in 1 2 3; do get http://$S:8080/reset; sleep 0.3; done
	get http://$S:8080/a
}

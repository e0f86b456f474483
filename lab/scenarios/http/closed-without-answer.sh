story="The program closes the connection instead of answering"
cause=http/no-response party=server place=server-side
must="http/no-response|http/aborted"
twin=server-fails
scene() {
	app_server s 8080
	get http://$S:8080/a
	faulty && fault_begins
	get http://$S:8080/drop; get http://$S:8080/drop
}

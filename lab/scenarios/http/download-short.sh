story="The program promises 30000 bytes and closes after 12000"
cause=http/aborted party=server place=server-side
twin=server-fails
scene() {
	app_server s 8080
	get http://$S:8080/a
	faulty && fault_begins
	get http://$S:8080/short/12000/30000; get http://$S:8080/short/12000/30000
}

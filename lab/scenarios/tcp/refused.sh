story="The application is not running: its port answers with a reset, the web server beside it works"
cause=tcp/syn-refused party=server place=server-side
scene() {
	web_server
	faulty || app_server s 8080
	get http://$S/1k
	faulty && fault_begins
	get http://$S:8080/a; sleep 0.5; get http://$S:8080/b; sleep 0.5; get http://$S:8080/c
	get http://$S/4k
}

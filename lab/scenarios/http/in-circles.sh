story="Two pages send the browser to each other"
cause=http/redirect-loop party="server" place=server-side
twin=server-fails
scene() {
	app_server s 8080
	get http://$S:8080/a
	faulty && fault_begins
	get http://$S:8080/loop/1 -L --max-redirs 12
}

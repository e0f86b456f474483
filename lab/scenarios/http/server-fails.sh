story="The program answers every third request with status 500"
cause=http/server-error party=server place=server-side
scene() {
	app_server s 8080
	faulty && fault_begins
	local i
	for i in 1 2 3 4; do
		get http://$S:8080/a; get http://$S:8080/b
		get http://$S:8080/$(faulty && echo status/500 || echo c)
	done
}

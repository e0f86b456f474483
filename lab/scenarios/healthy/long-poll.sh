only=healthy
story="A client waits for news with long requests: each is answered after seconds, as meant"
limit=60
scene() {
	app_server
	get http://$S:8080/a
	on c curl -s -N --max-time 20 -H "Accept: text/event-stream" http://$S:8080/a >/dev/null
}

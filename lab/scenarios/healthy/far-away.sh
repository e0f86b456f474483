only=healthy
story="The same over a satellite: 600 ms a round trip and nothing wrong"
path_delay=150ms
snap=300
scene() {
	web_server
	get http://$S/4k; get http://$S/40k
}

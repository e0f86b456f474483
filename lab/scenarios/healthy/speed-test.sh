only=healthy
story="A speed test fills the line for a second: queues grow a little, nothing else"
snap=80
scene() {
	web_server
	relay rule r1m out rate 4mbit
	get http://$S/200k; get http://$S/200k
}

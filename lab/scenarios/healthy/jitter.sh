only=healthy
story="A mobile network: the delay goes up and down, nothing is lost"
snap=96
scene() {
	web_server
	relay rule r1m both jitter 30ms
	get http://$S/40k; get http://$S/200k; get http://$S/4k
}

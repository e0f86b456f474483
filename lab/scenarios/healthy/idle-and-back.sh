only=healthy
story="A session idles for half a minute with keep-alives and goes on"
limit=80
scene() {
	chat_server 7000
	chat ask $S 7000 3 200 every 14 keepalive 4
}

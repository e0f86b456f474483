only=healthy
story="Six downloads share a line of 8 Mbit/s without a loss"
snap=90
scene() {
	web_server
	relay rule r1m out rate 8mbit
	local i clients=; for i in 1 2 3 4 5 6; do get http://$S/40k & clients="$clients $!"; done
	wait $clients
}

story="A program calls the same host every five seconds, always the same way"
cause=security/beacon party="client|attacker|none" place=client-side
limit=160
scene() {
	chat_server 4443
	faulty && fault_begins
	local i
	for i in $(seq $(faulty && echo 22 || echo 3)); do chat ask $S 4443 1 80; sleep 5.05; done
}

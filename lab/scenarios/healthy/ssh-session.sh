only=healthy
story="A user works over SSH: short commands, a longer listing"
needs="sshpass"
scene() {
	user lab secret42
	ssh_server
	ssh_do "ls -l /etc; sleep 1; uname -a"
	ssh_do "head -c 30000 /etc/services; true"
}

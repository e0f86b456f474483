story="A firewall before the server drops what goes to port 8080, without a word"
cause=tcp/syn-no-answer party="network" place=server-side
party_server="server|network"
patience=8
scene() {
	web_server
	app_server s 8080
	get http://$S/1k
	firewall r2 "forward: tcp dport 8080 drop"
	must_server=
	get http://$S:8080/a
	get http://$S/4k
}

story="A firewall before the server answers with a reset in the server's name"
cause=tcp/syn-refused party="network|server" place=server-side
never_server="tcp/syn-no-answer"
must_server=""
allow="tcp/reset-forged"
twin=refused
scene() {
	web_server
	app_server s 8080
	get http://$S/1k
	firewall r2 "forward: tcp dport 8080 reject with tcp reset"
	get http://$S:8080/a; sleep 0.5; get http://$S:8080/b; sleep 0.5; get http://$S:8080/c
	get http://$S/4k
}

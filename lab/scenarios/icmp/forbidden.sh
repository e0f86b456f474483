story="A firewall rejects the port and says that it is forbidden"
cause=icmp/prohibited party=network place=server-side
must_server=""
allow="tcp/syn-refused tcp/syn-no-answer"
scene() {
	web_server
	app_server s 8080
	get http://$S/1k
	firewall r2 "forward: tcp dport 8080 reject with icmpx type admin-prohibited"
	get http://$S:8080/a; get http://$S:8080/b; get http://$S:8080/c
	get http://$S/4k
}

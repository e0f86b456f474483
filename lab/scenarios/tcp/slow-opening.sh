story="Connection requests wait seven tenths of a second on the server's side; data does not"
cause=tcp/slow-connect party="network|server" place=server-side
must_server="tcp/slow-connect"
allow="tcp/syn-retransmitted"
twin=refused
scene() {
	web_server
	get http://$S/1k
	fault r2m in synack sport 80 delay 700ms
	get http://$S/4k; get http://$S/4k; get http://$S/20k
}

story="A device on the client's side removes window scaling from connection requests"
cause=tcp/options-stripped party=network place=client-side
must_client="" must_server="tcp/options-stripped"
twin=refused
scene() {
	web_server
	fault r1m in syn dport 80 strip wscale
	local i; for i in 1 2 3 4; do get http://$S/4k; done
}

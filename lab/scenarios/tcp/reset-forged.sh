story="A device in the middle cuts connections that ask for a certain page, with resets in the names of both ends"
cause=tcp/reset-forged party=network place=server-side
allow="tcp/reset-by-peer http/no-response http/aborted"
must_server="tcp/reset-forged|tcp/reset-by-peer"
twin=refused
scene() {
	web_server
	get http://$S/1k
	fault r2m out text secret reset both reset-ttl 250 drop
	get http://$S/secret; sleep 0.5; get http://$S/secret; sleep 0.5; get http://$S/secret
	get http://$S/4k
}

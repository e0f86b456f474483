story="The first connection request is lost on its way to the server; the second one, a second later, opens"
cause=tcp/syn-retransmitted party=network place=server-side
must_server="" party_server="network|none"
allow="tcp/slow-connect perf/response-time tcp/loss-downstream"
twin=refused
scene() {
	web_server
	get http://$S/1k
	fault r2m out syn dport 80 nth 1,3 drop
	get http://$S/4k
	get http://$S/4k
}

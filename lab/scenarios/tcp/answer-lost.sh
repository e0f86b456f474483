story="The server's answer to a connection request is lost between the middle and the client"
cause=tcp/syn-retransmitted party=network place=client-side
must="tcp/syn-retransmitted|tcp/synack-retransmitted"
allow="tcp/slow-connect tcp/synack-retransmitted perf/response-time tcp/loss-downstream"
twin=refused
scene() {
	web_server
	get http://$S/1k
	fault r1m out synack sport 80 nth 1,3,5 drop
	get http://$S/4k
	get http://$S/4k
}

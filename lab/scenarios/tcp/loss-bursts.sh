story="A wireless link near the client loses packets in bursts"
must="tcp/loss-downstream tcp/loss-bursty" must_client="tcp/loss-upstream tcp/loss-bursty"
cause=tcp/loss-bursty party=network place=client-side
snap=96 limit=90
allow="$loss_effects perf/outage"
scene() {
	web_server
	fault r1m out data sport 80 chance 3 in-a-row 8 drop
	text_file $D_/web-s/root/400k 400000
	get http://$S/400k
}

story="The provider polices the line to 2 Mbit/s: what is more is thrown away"
cause=tcp/loss-downstream party=network place=client-side
must_client=tcp/loss-upstream
snap=100 limit=90
allow="$loss_effects perf/bandwidth-limited"
twin=no-window-scaling
scene() {
	web_server
	text_file $D_/web-s/root/1m 400000
	fault r1m out police 2mbit burst 20000
	get http://$S/1m
}

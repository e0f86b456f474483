story="A load-sharing device on the server's side brings every ninth packet four milliseconds late"
cause=ip/reordering party=network place=server-side
must_server=""
snap=96
allow="tcp/spurious-retransmission tcp/loss-upstream perf/loss-limited"
twin=loss-bursts
scene() {
	web_server
	fault r2m in data sport 80 every 9 late 4ms
	get http://$S/200k
}

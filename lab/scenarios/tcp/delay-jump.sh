story="The way suddenly takes a second longer for a moment: a sender repeats what had arrived"
cause=tcp/spurious-retransmission party="network|none|server|client" place=client-side
must="" snap=96
allow="$loss_effects tcp/spurious-retransmission tcp/rtt-inflation"
twin=loss-bursts
scene() {
	web="location /limited/ { alias $D_/web-s/root/; limit_rate 60k; }" web_server
	get http://$S/limited/200k &
	sleep 1
	fault r1m in ack delay 700ms count 30
	wait $!
}

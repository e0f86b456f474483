story="The client's line dies in the middle of a transfer and does not come back"
cause="tcp/rto-backoff" party="network|client" place=client-side
must="tcp/rto-backoff|tcp/connection-lost" must_client="" party_client="network|none|client"
allow="$loss_effects $end_effects perf/outage arp/no-reply perf/receiver-window"
limit=90 patience=20
scene() {
	web="location /limited/ { alias $D_/web-s/root/; limit_rate 40k; }" web_server
	get http://$S/1k
	get http://$S/limited/200k &
	sleep 1.5
	pull_out r1m
	wait $!
}
snap=200

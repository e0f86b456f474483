story="The link between the routers is down for three seconds: eight conversations stop together and go on"
cause=perf/outage party=network place=network
must_client="perf/outage" must_server=""
snap=96 limit=70
allow="$loss_effects perf/response-time tcp/rto tcp/rto-backoff"
scene() {
	chat_server 7000
	local i clients=
	for i in 1 2 3 4 5 6 7 8; do chat ask $S 7000 12 300 every 0.6 & clients="$clients $!"; done
	sleep 3
	pull_out r2m
	sleep 3
	faulty && relay clear r2m && relay rule r2m both delay 3ms
	faulty && to=$(since_start)
	wait $clients
}

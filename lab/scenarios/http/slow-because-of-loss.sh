story="The pages seem slow; the program answers at once, the line to the client loses packets"
cause=tcp/loss-downstream party=network place=client-side
must_client=tcp/loss-upstream
never="perf/server-think"
snap=160
allow="tcp/rto tcp/rto-backoff tcp/tail-loss tcp/double-loss tcp/loss-bursty tcp/loss-random-small-rate tcp/small-flight-loss tcp/spurious-retransmission perf/loss-limited perf/response-time perf/low-throughput tcp/loss-upstream tcp/syn-retransmitted tcp/slow-connect perf/server-pause tcp/synack-retransmitted http/slow-first-byte"
twin=server-fails seed=3
scene() {
	web_server
	fault r1m out chance 9 drop
	local i; for i in 1 2 3 4; do get http://$S/40k; done
}

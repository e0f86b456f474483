story="The route from the server changes in the middle of a session: two more routers"
cause=ip/path-change party="network|none" place=server-side
must_server=""
allow="tcp/rtt-inflation"
scene() {
	chat_server 7000
	chat ask $S 7000 32 300 every 0.08 &
	sleep 1.5
	fault r2m in from $S ttl 59
	wait $!
}

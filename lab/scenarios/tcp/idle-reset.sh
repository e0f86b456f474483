story="The server's program resets connections that were idle for 32 seconds, and the next request fails"
cause=tcp/reset-after-idle party=server place=server-side
limit=90
allow="tcp/reset-by-peer tcp/keepalive perf/client-think"
scene() {
	chat_server 7000 resets 32
	chat ask $S 7000 2 200 every $(faulty && echo 35 || echo 3)
}

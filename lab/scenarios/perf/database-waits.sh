story="One command of the database blocks for three seconds, and those behind it wait as well"
cause=perf/server-think party=server place=server-side
must="perf/server-think"
needs="redis-server redis-cli"
allow="perf/response-time"
scene() {
	redis_server --enable-debug-command yes
	on c redis-cli -h $S SET a 1 >/dev/null; on c redis-cli -h $S GET a >/dev/null
	if faulty; then fault_begins; on c redis-cli -h $S DEBUG SLEEP 3 >/dev/null & sleep 0.3; fi
	on c redis-cli -h $S GET a >/dev/null
	faulty && wait $!
	on c redis-cli -h $S GET a >/dev/null
}

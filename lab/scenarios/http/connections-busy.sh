story="A browser may open six connections, all of them are busy: the next requests wait"
cause=http/head-of-line party="client|server|none|unknown" place=client-side
allow="perf/server-think perf/response-time http/slow-first-byte"
scene() {
	app_server s 8080
	faulty && fault_begins
	local urls= i
	for i in $(seq $(faulty && echo 18 || echo 4)); do urls="$urls -o /dev/null http://$S:8080/$(faulty && echo think/0.9 || echo a)"; done
	on c curl -s -Z --parallel-max 6 --max-time 30 $urls || true
}

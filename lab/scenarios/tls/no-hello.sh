story="The server's program takes TLS connections and says nothing"
cause=tls/no-server-hello party="server" place=server-side
allow="perf/server-think perf/response-time"
patience=12 limit=60
web_tls=1 twin=wrong-name
scene() {
	web_server
	faulty && fault_begins && pkill -STOP nginx
	tls_get www.lab
	sleep 1
}

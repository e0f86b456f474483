story="The server's key hardware is overloaded: each handshake waits one and a half seconds"
must="tls/handshake-slow perf/server-think"
cause=tls/handshake-slow party=server place=server-side
allow="perf/server-think perf/response-time"
web_tls=1 twin=wrong-name web_protocols=TLSv1.2
scene() {
	web_server
	faulty && fault_begins
	local i
	for i in 1 2; do
		faulty && { pkill -STOP nginx; (sleep 1.6; pkill -CONT nginx) & }
		tls_get www.lab
	done
}

story="The server gives out session tickets, and the client makes full handshakes all the same, two dozen in a row"
cause=tls/no-resumption party="client|server|none|unknown" place=client-side
limit=80
web_tls=1 web_protocols=TLSv1.2
allow="perf/connection-churn"
scene() {
	web_server
	faulty && fault_begins
	local i; for i in $(seq $(faulty && echo 22 || echo 5)); do
		echo | on c timeout 5 openssl s_client -connect $S:443 -tls1_2 >/dev/null 2>&1; sleep 0.05
	done
}

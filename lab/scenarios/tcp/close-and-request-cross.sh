story="The web server closes idle connections just when the client asks again"
cause=tcp/reset-race party="server|client" place=server-side
path_delay=40ms
allow="tcp/reset-by-peer http/no-response http/aborted"
scene() {
	web_keepalive=$(faulty && echo 2s || echo 65s) web_server
	local i
	faulty && fault_begins
	for i in 1 2 3 4; do
		on c /usr/bin/python3 "$lab/again.py" $S 80 ${pause:-1.96}
	done
}

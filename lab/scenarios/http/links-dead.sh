story="A script asks for pages that are not there, twenty times in a few seconds"
cause=http/client-error party="client|server|none" place=client-side
twin=server-fails
scene() {
	web_server
	get http://$S/1k
	faulty && fault_begins
	local i; for i in $(seq 20); do get http://$S/old/page$((i % 4)); sleep 0.1; done
}

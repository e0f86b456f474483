story="The web server is told to send 300 kB a second, and does"
cause=perf/app-limited party="server|none" place=server-side
must="perf/app-limited|perf/server-pause"
snap=80 limit=70 twin=new-connection-each-time
allow="perf/response-time perf/server-pause"
scene() {
	web="limit_rate 300k;" web_server
	text_file $D_/web-s/root/1m 1030000
	faulty && fault_begins
	get http://$S/1m
}

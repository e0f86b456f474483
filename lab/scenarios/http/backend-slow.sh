story="The web server waits three seconds for the program behind it, then answers with status 504"
cause=http/server-error party="server|service" place=server-side
twin=server-fails
allow="perf/server-think perf/response-time http/slow-first-byte"
scene() {
	web="location /app/ { proxy_pass http://127.0.0.1:8080/; proxy_read_timeout 3s; }" web_server
	app_server s 8080
	get http://$S/app/a
	faulty && fault_begins
	get http://$S/app/think/8; get http://$S/app/think/8
}

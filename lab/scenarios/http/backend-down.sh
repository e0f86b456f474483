story="The web server works, the program behind it is down: status 502"
cause=http/server-error party="server|service" place=server-side
twin=server-fails
scene() {
	web="location /app/ { proxy_pass http://127.0.0.1:8080/; }" web_server
	get http://$S/1k
	faulty && fault_begins
	get http://$S/app/a; get http://$S/app/b; get http://$S/app/c
}

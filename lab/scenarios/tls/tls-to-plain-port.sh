story="A client speaks TLS to a plain web server"
cause=tls/plaintext-on-tls-port party="client|server" place=client-side
must="tls/plaintext-on-tls-port|tls/fatal-alert"
allow="http/client-error tls/no-server-hello tls/fatal-alert"
scene() {
	web_server
	faulty && fault_begins
	get http$(faulty && echo s)://$S:80/1k; get http$(faulty && echo s)://$S:80/1k
}

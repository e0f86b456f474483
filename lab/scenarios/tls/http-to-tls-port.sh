story="A client speaks plain HTTP to the TLS port"
cause=tls/plaintext-on-tls-port party="client" place=client-side
allow="http/client-error"
web_tls=1 twin=wrong-name
scene() {
	web_server
	tls_get www.lab; tls_get www.lab
	faulty && fault_begins
	get http://$S:443/1k; get http://$S:443/1k
}

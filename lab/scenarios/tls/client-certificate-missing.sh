story="The server wants a client certificate, the client has none"
cause=tls/client-cert-required party=client place=client-side
allow="tls/fatal-alert tcp/reset-by-peer"
scene() {
	faulty && fault_begins
	tls_server -tls1_2 $(faulty && echo -Verify 1 -verify_return_error)
	get https://www.lab/ --connect-to ::$S:443 --cacert $D_/web.pem
	get https://www.lab/ --connect-to ::$S:443 --cacert $D_/web.pem
}

story="An old client offers TLS 1.1 at most, the server wants 1.2 at least"
cause=tls/version-mismatch party="client|server" place=client-side
allow="tls/fatal-alert tls/obsolete-version tcp/reset-by-peer"
web_tls=1 twin=wrong-name
scene() {
	web_server
	tls_get www.lab
	faulty && fault_begins
	tls_get www.lab 1k --tlsv1.0 --tls-max 1.1 --ciphers ALL:@SECLEVEL=0
	tls_get www.lab 1k --tlsv1.0 --tls-max 1.1 --ciphers ALL:@SECLEVEL=0
}

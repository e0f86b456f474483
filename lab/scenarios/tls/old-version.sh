story="A device still speaks TLS 1.0 with the server"
cause=tls/obsolete-version party="client|server|none" place=client-side
allow="tls/weak-crypto"
scene() {
	local words="--tlsv1.2"
	faulty && words="--tlsv1.0 --tls-max 1.0 --ciphers ALL:@SECLEVEL=0" && fault_begins
	web_tls=1 web_protocols="TLSv1 TLSv1.1 TLSv1.2" web_ciphers=ALL:@SECLEVEL=0 web_server
	tls_get www.lab 1k $words; tls_get www.lab 1k $words
}

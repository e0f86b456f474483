story="The client offers one cipher suite, which the server does not have"
cause=tls/no-common-cipher party="client|server" place=client-side
allow="tls/fatal-alert tcp/reset-by-peer"
web_tls=1 web_protocols=TLSv1.2 web_ciphers=ECDHE-RSA-AES256-GCM-SHA384 twin=wrong-name
scene() {
	web_server
	tls_get www.lab
	faulty && fault_begins
	tls_get www.lab 1k --tls-max 1.2 --ciphers AES128-SHA
	tls_get www.lab 1k --tls-max 1.2 --ciphers AES128-SHA
}

story="The server's certificate has an RSA key of 1024 bits"
cause=tls/weak-crypto party="server|none" place=server-side
twin=wrong-name
scene() {
	faulty && fault_begins
	certificate web www.lab "" "" rsa:1024
	web_tls=1 web_protocols=TLSv1.2 web_ciphers=ALL:@SECLEVEL=0 web_server
	tls_get www.lab 1k --ciphers ALL:@SECLEVEL=0 --tls-max 1.2
	tls_get www.lab 1k --ciphers ALL:@SECLEVEL=0 --tls-max 1.2
}

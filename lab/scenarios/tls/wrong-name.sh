story="The certificate is for another name than the one the client asks for"
cause=tls/cert-name-mismatch party=server place=server-side
allow="tls/fatal-alert tcp/reset-by-peer"
web_tls=1 web_protocols=TLSv1.2
scene() {
	certificate web $(faulty && echo intranet.lab || echo www.lab)
	faulty && fault_begins
	web_server
	tls_get www.lab; tls_get www.lab
}

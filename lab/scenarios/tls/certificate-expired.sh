story="The web server's certificate ran out last month: the client breaks off"
cause=tls/cert-expired party=server place=server-side
allow="tls/fatal-alert tls/cert-untrusted tcp/reset-by-peer"
web_tls=1 web_protocols=TLSv1.2
scene() {
	faulty && fault_begins && certificate web www.lab 20250101000000Z 20250301000000Z
	web_server
	tls_get www.lab; tls_get www.lab
}

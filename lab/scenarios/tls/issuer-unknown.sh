story="The client does not know who issued the server's certificate"
cause=tls/cert-untrusted party="server|client" place=server-side
allow="tls/fatal-alert tcp/reset-by-peer"
web_tls=1 web_protocols=TLSv1.2 twin=wrong-name
scene() {
	web_server
	faulty && fault_begins
	get https://www.lab/1k --connect-to ::$S:443; get https://www.lab/1k --connect-to ::$S:443
}

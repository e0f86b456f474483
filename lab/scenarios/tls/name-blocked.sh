story="A device in the middle cuts TLS connections that name a certain server"
cause=tls/sni-blocked party=network place=server-side
must="tls/sni-blocked|tcp/reset-forged"
allow="tcp/reset-forged tcp/reset-by-peer tls/no-server-hello tls/clienthello-cut"
must_server="" party_server="network|none|client"
web_tls=1 twin=wrong-name
scene() {
	web_server
	tls_get www.lab
	fault r2m out text forbidden reset both reset-ttl 250 drop
	tls_get forbidden.lab 1k -k; tls_get forbidden.lab 1k -k; tls_get forbidden.lab 1k -k
	tls_get www.lab
}

story="A link near the client takes 1400 bytes only and says nothing: TLS handshakes hang at the certificate"
cause=icmp/pmtu-black-hole party=network place=client-side
must_client="tls/no-server-hello|tcp/loss-upstream|icmp/pmtu-black-hole|perf/response-time|tcp/connection-lost" party_client="network|server"
allow="$loss_effects $end_effects tls/handshake-slow tls/no-server-hello"
web_tls=1 web_protocols=TLSv1.2 twin=wrong-name
patience=15
scene() {
	issuer= certificate web www.lab "" "" rsa:4096
	web_server
	fault r1m out mtu 1400
	tls_get www.lab
}

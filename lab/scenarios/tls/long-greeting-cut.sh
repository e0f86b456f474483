story="An old device resets TLS connections whose greeting does not fit into one packet"
cause=tls/clienthello-cut party=network place=server-side
must="tls/clienthello-cut|tcp/reset-forged" must_server="" party_server="network|none|client|server"
allow="tcp/reset-forged tcp/reset-by-peer tls/no-server-hello tls/clienthello-cut"
web_tls=1 
scene() {
	web_server
	tls_get www.lab
	local names=$(printf 'protocol-number-%03d,' $(seq 90)) i
	faulty || names=http/1.1,
	fault r2m out data dport 443 min 1400 reset both reset-ttl 250 drop
	for i in 1 2 3; do echo | on c timeout 5 openssl s_client -connect $S:443 -alpn "${names%,}" >/dev/null 2>&1; sleep 0.3; done
	tls_get www.lab
}

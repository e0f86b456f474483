only=healthy
story="Pages over TLS 1.3 and 1.2, some resumed"
web_tls=1
scene() {
	web_server
	tls_get www.lab; tls_get www.lab 4k --tls-max 1.2; tls_get www.lab 4k
	on c curl -s --cacert $D_/web.pem --connect-to ::$S:443 --tls-max 1.2 -o /dev/null https://www.lab/1k -o /dev/null https://www.lab/4k
}

only=healthy
story="Two hosts speak IPv6 on one LAN: neighbours are found, a page is loaded, pings are answered"
topology=flat no_ipv6=0
scene() {
	ip -n c addr add fd00:1::10/64 dev eth0 nodad
	ip -n s addr add fd00:1::20/64 dev eth0 nodad
	sleep 2.5
	web_listen= web_server
	app_server s 8080
	serve s /usr/bin/python3 -m http.server --bind fd00:1::20 8000 --directory $D_/web-s/root
	listens s 8000
	on c ping -6 -c 3 -i 0.3 -q fd00:1::20 >/dev/null
	get "http://[fd00:1::20]:8000/4k" -g
	get "http://[fd00:1::20]:8000/3k" -g
}

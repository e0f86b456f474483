only=healthy
story="The clients are behind an address translation at their router"
scene() {
	on r1 nft add table ip nat
	on r1 nft add chain ip nat post '{ type nat hook postrouting priority 100; }'
	on r1 nft add rule ip nat post oifname eth1 masquerade
	web_server
	get http://$S/4k; on c2 curl -s -o /dev/null http://$S/4k; get http://$S/20k
}

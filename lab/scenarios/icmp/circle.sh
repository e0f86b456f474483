story="Two routers send packets to each other until they die of old age"
cause=ip/routing-loop party=network place=network
must_client="ip/routing-loop|icmp/ttl-exceeded" must_server=""
never=""
allow="capture/duplicate-packets icmp/ttl-exceeded icmp/echo-loss tcp/syn-no-answer"
scene() {
	web_server
	get http://$S/1k
	if faulty; then fault_begins; ip -n r1 route add 10.3.0.0/24 via 10.9.0.2; fi
	local target=10.3.0.7
	faulty || target=$S
	on c ping -c 3 -i 0.5 -W 1 -q $target >/dev/null
	patience=4 get http://$target/1k
}

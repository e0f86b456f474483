only=healthy
story="A browser loads pages over several connections at once, asks for names before"
needs="named"
snap=300
scene() {
	printf 'nameserver %s\n' $D >$D_/resolv.conf
	name_server
	web_server
	on c curl -s -Z --parallel-max 4 --max-time 20 -o /dev/null http://www.lab/20k -o /dev/null http://www.lab/4k \
		-o /dev/null http://www.lab/20k -o /dev/null http://www.lab/1k -o /dev/null http://www.lab/4k
	sleep 1
	get http://host1.lab/4k
}

story="Pages come late: the web server answers at once, but each name takes a second and a half to look up"
cause=dns/slow party="network|service" place=server-side
needs="named"
allow="dns/retry-storm" never="perf/server-think http/slow-first-byte"
must_server="" party_server="network|service|none"
scene() {
	printf 'nameserver %s\n' $D >$D_/resolv.conf
	name_server
	web_server
	get http://www.lab/4k
	fault r2m in udp sport 53 delay 1500ms
	get http://www.lab/4k; get http://host1.lab/4k; get http://www.lab/1k
}

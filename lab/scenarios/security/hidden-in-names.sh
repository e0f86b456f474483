story="A program hides data in the names it asks for"
cause=security/dns-tunnel party="client|attacker" place=client-side
needs="named dig"
allow="dns/name-error"
server_point=d limit=70
scene() {
	name_server
	local i name
	ask www.lab
	faulty && fault_begins
	for i in $(seq $(faulty && echo 110 || echo 5)); do
		name=$(echo "secret $i" | sha256sum | head -c 50)
		faulty || name=host$i
		echo "$name.t.lab TXT"
	done >$D_/names
	on c dig +time=2 +tries=1 @$D -f $D_/names >/dev/null 2>&1
}

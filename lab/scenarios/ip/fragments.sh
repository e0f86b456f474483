story="Large pings travel in fragments, as they must; nothing is lost"
cause=ip/fragments party="server|client|none|unknown" place=client-side
must="ip/fragments"
twin=fragment-lost
scene() {
	faulty && fault_begins
	on c ping -c 9 -i 0.1 -W 1 -s 1700 -q $S >/dev/null
}

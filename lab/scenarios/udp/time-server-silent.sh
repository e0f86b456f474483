story="A firewall drops what comes back from the time server"
cause=udp/no-answer party="server|network" place=server-side
must_server=""
scene() {
	serve s /usr/bin/python3 "$lab/ntp.py" serve
	listens s 123 udp
	fault r2m in udp sport 123 drop
	on c /usr/bin/python3 "$lab/ntp.py" ask $S 4
	sleep $(faulty && echo 3.5 || echo 0.2)
	on c ping -c 1 -W 1 -q $S >/dev/null
}

story="A key press is lost on its way to the host and has to be repeated"
cause=telnet/lost-keystroke party=network place=server-side
must="tcp/loss-downstream telnet/lost-keystroke" must_server="" party_server="network|none"
needs="telnetd inetutils-telnet"
allow="tcp/rto tcp/tail-loss tcp/loss-downstream tcp/loss-upstream telnet/slow-response"
scene() {
	telnet_server
	fault r2m out data dport 23 max 80 nth 6,10 drop
	{ sleep 0.5; for i in l s " " / e t c; do printf %s "$i"; sleep 0.4; done; printf '\r\n'; sleep 0.5; } |
		on c timeout 20 script -qc "inetutils-telnet $S" /dev/null >/dev/null 2>&1 || true
}

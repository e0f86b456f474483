story="The client has selective acknowledgment switched off, and a lossy line: losses are repaired one at a time"
cause=tcp/no-sack party="client|network|none" place=client-side
must="tcp/loss-downstream tcp/no-sack" must_client="tcp/loss-upstream tcp/no-sack"
snap=96
allow="$loss_effects"
twin=loss-bursts
scene() {
	web_server
	on c sysctl -qw net.ipv4.tcp_sack=0
	fault r1m out data sport 80 skip 20 nth 30,32,34,36,60,62,64,66,90,92,94 drop
	get http://$S/200k
}

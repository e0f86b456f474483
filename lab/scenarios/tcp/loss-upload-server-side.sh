story="Four packets of an upload die in front of the server"
cause=tcp/loss-downstream party=network place=server-side
must_server=tcp/loss-upstream
allow="$loss_effects"
twin=loss-upload
snap=300
scene() {
	chat_server 7000
	chat ask $S 7000 3 200
	fault r2m out data dport 7000 nth 6,11,19,27 drop
	chat upload $S 7000 50000
}

story="Four packets of an upload die on the client's access line"
cause=tcp/loss-upstream party=network place=client-side
must_client=tcp/loss-downstream
allow="$loss_effects"
snap=300
scene() {
	chat_server 7000
	chat ask $S 7000 3 200
	fault r1m in data dport 7000 nth 6,11,19,27 drop
	chat upload $S 7000 50000
}

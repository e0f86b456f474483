story="Three packets of a download die between the middle and the client"
cause=tcp/loss-downstream party=network place=client-side
must="tcp/loss-downstream" must_client="tcp/loss-upstream"
allow="$loss_effects"
snap=300
scene() {
	web_server
	get http://$S/1k
	fault r1m out data sport 80 skip 4 nth 8,15,22 drop
	get http://$S/80k
}

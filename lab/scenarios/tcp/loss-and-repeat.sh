story="A packet is lost, and its repeat as well: the transfer stands still until a time-out"
cause="tcp/loss-downstream" party=network place=client-side
must_client="tcp/loss-upstream" 
allow="$loss_effects"
twin=loss-client-side
snap=300
scene() {
	web_server
	get http://$S/1k
	fault r1m out data sport 80 skip 4 nth 9 sticky 2 drop
	get http://$S/40k
}

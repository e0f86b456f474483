story="A router card near the client damages one packet in thirty"
cause=tcp/bad-checksum party=network place=client-side
must="tcp/loss-downstream" must_client="tcp/bad-checksum"
allow="$loss_effects"
twin=loss-client-side
scene() {
	web_server
	get http://$S/1k
	fault r1m out data sport 80 skip 3 every 10 corrupt
	get http://$S/40k
}

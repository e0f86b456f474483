story="The last packet of an answer is lost, and what repairs it is lost, too"
cause="tcp/loss-downstream" party=network place=client-side
must_client="" party_client="network"
allow="$loss_effects"
twin=loss-client-side
scene() {
	web_server
	get http://$S/1k
	fault r1m out data sport 80 max 1000 skip 1 nth 2 sticky 2 drop
	get http://$S/3k; get http://$S/3k; get http://$S/3k
}

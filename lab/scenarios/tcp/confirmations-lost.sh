story="A third of the client's confirmations are lost on its side; no data is"
cause=tcp/ack-loss party=network place=client-side
must_client="" must_middle="" must_server=tcp/ack-loss
snap=96
allow="$loss_effects tcp/ack-thinning"
twin=loss-bursts
scene() {
	web_server
	fault r1m in ack dport 80 chance 33 drop
	local i; for i in 1 2; do get http://$S/200k; done
}

story="A firewall moves the server's sequence numbers but not those in selective acknowledgments; some packets are lost"
cause=tcp/loss-downstream party=network place=server-side
must="tcp/loss-downstream" must_client="tcp/loss-upstream" must_server=""
allow="$loss_effects $end_effects"
twin=loss-client-side
snap=300
scene() {
	web_server
	fault r2m both tcp port 80 shift 100000
	faulty && relay rule r1m out data sport 80 skip 4 nth 8,15,22 drop
	get http://$S/1k
	get http://$S/40k
}

story="Three packets of a download die between the server and the middle"
cause=tcp/loss-upstream party=network place=server-side
must_server=tcp/loss-downstream
allow="$loss_effects"
twin=loss-client-side
snap=300
scene() {
	web_server
	get http://$S/1k
	fault r2m in data sport 80 skip 4 nth 8,15,22 drop
	get http://$S/40k
}

story="A bad cable near the server loses four packets in a hundred, load or no load"
cause=tcp/loss-upstream party=network place=server-side
must_server=tcp/loss-downstream
snap=96
allow="$loss_effects"
twin=loss-bursts
scene() {
	web_server
	fault r2m in data sport 80 chance 4 drop
	local i; for i in 1 2; do get http://$S/200k; done
}

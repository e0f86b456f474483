story="A device removes window scaling from the server's answers only: the ends disagree about the window"
cause=tcp/scale-ignored party=network place=client-side
must="" 
allow="tcp/scale-ignored tcp/options-stripped tcp/zero-window perf/receiver-window tcp/silly-window perf/response-time tcp/window-full tcp/no-window-scaling perf/server-pause"
twin=loss-bursts snap=96
scene() {
	web_server
	fault r1m out synack strip wscale
	get http://$S/80k
}

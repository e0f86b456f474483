story="A tunnel device clamps the segment size to 500 bytes"
cause=tcp/mss-small party="network|client|server|none" place=client-side
must="tcp/mss-small" must_client=""
twin=refused
snap=300
scene() {
	web_server
	fault r1m both tcp clamp 500
	get http://$S/20k; get http://$S/20k
}

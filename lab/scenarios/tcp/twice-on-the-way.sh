story="A device on the client's side sends one packet in thirty twice"
cause=ip/duplicate-in-network party=network place=client-side
must_middle="" must_server=""
snap=96
allow="tcp/spurious-retransmission"
twin=loss-bursts
scene() {
	web_server
	fault r1m out data sport 80 every 30 dup 1 gap 6ms
	get http://$S/200k
}

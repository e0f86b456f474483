story="The server's process is killed while it sends an encrypted file"
cause=tls/truncated party=server place=server-side
must="tls/truncated|tcp/reset-by-peer|http/aborted"
allow="tcp/reset-by-peer http/aborted tcp/half-closed"
web_tls=1 snap=400
scene() {
	web="limit_rate 20k;" web_server
	tls_get www.lab 80k &
	if faulty; then sleep 2; fault_begins; pkill -9 nginx; fi
	wait $!
}

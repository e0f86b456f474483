story="The line to the client loses three packets in a hundred: an FTP transfer is slow"
cause=tcp/loss-downstream party=network place=client-side
must_client=tcp/loss-upstream
needs="vsftpd" twin=server-dies
snap=200
allow="$loss_effects"
scene() {
	ftp_server
	fault r1m out data min 1000 every 16 drop
	ftp_get f80k; ftp_get f80k
}

story="The FTP server's process is killed in the middle of a transfer"
cause=ftp/transfer-aborted party=server place=server-side
must="ftp/transfer-aborted|tcp/reset-by-peer"
needs="vsftpd"
snap=300
allow="tcp/reset-by-peer tcp/half-closed tcp/never-closed tcp/data-after-close"
scene() {
	ftp_server anon_max_rate=20000 trans_chunk_size=4096
	ftp_get f20k
	ftp_get f80k &
	if faulty; then sleep 1.5; fault_begins; pkill -9 vsftpd; sleep 1; fi
	wait $!
}

story="The user breaks off a download"
cause=ftp/transfer-aborted party="client" place=client-side
must=""
needs="vsftpd"
snap=300 twin=server-dies
allow="ftp/transfer-aborted tcp/reset-by-peer tcp/half-closed tcp/never-closed tcp/data-after-close"
scene() {
	ftp_server anon_max_rate=20000 trans_chunk_size=4096
	ftp_get f20k
	patience=2; ftp_get f80k
	sleep 1
}

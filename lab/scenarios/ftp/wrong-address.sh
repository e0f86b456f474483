story="The FTP server announces an address inside its own network, which the client cannot reach"
cause=ftp/nat-address party="server|network" place=server-side
needs="vsftpd"
allow="tcp/syn-no-answer ftp/data-connection-missing ftp/data-connection-refused icmp/unreachable"
patience=15
scene() {
	if faulty; then fault_begins; ftp_server pasv_address=192.168.77.9; else ftp_server; fi
	ftp_get f1k --no-ftp-skip-pasv-ip --connect-timeout 12
}

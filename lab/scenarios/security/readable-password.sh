story="A user logs in to FTP with a password that everybody on the way can read"
cause=security/cleartext-password party="server|client|none|unknown" place=client-side
needs="vsftpd"
scene() {
	user lab secret42
	ftp_server
	if faulty; then fault_begins; ftp_get "" -u lab:secret42; else ftp_get f1k; fi
}

story="A nightly job asks for a file that is not there any more"
cause=ftp/command-failed party="client|none|server" place=client-side
needs="vsftpd"
scene() {
	ftp_server
	ftp_get f1k
	local file=f1k
	faulty && fault_begins && file=gone.txt
	local i; for i in 1 2 3; do ftp_get $file --ignore-content-length; done
}

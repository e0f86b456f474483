only=healthy
story="Anonymous FTP, passive and active, up and down a tree"
needs="vsftpd"
scene() {
	ftp_server
	ftp_get f1k; ftp_get f1k --ftp-port -; ftp_get ""; ftp_get f1k --disable-eprt --ftp-port -
}

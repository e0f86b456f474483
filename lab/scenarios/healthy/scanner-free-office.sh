only=healthy
story="A host opens many ports of one server in turn: passive FTP, as it is meant"
needs="vsftpd"
scene() { ftp_server; local i; for i in $(seq 7); do ftp_get f1k; done; }

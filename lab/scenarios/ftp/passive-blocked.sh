story="A firewall before the server blocks the ports of passive transfers"
cause=ftp/data-connection-refused party="network|server" place=server-side
must="ftp/data-connection-refused|ftp/data-connection-missing"
needs="vsftpd"
must_server="" party_server="network|none|client|server"
allow="tcp/syn-no-answer ftp/data-connection-missing ftp/data-connection-refused ftp/slow-command perf/server-think ftp/command-failed"
patience=15
scene() {
	ftp_server
	ftp_get f1k
	firewall r2 "forward: tcp dport 40000-40050 drop"
	ftp_get f1k --connect-timeout 12
}

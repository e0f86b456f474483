story="The client's firewall lets no FTP data connection in: active transfers hang"
must_middle=ftp/data-connection-refused must_server=ftp/data-connection-refused
cause=ftp/data-connection-missing party="network|client" place=client-side
needs="vsftpd"
allow="tcp/syn-no-answer ftp/slow-command perf/server-think perf/response-time ftp/command-failed security/cleartext-password"
patience=25
scene() {
	ftp_server
	firewall r1 "forward: tcp sport 20 ct state new drop"
	ftp_get f1k --ftp-port -
}

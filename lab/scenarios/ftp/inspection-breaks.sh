story="A firewall that inspects FTP stumbles over the announcement of a data connection: the session goes dead"
cause=ftp/control-dies-after-port party=network place=server-side
must_server="" party_server="network|none|client"
needs="vsftpd" limit=80
allow="tcp/rto-backoff tcp/rto tcp/connection-lost ftp/data-connection-missing perf/response-time $end_effects security/cleartext-password"
patience=25
scene() {
	ftp_server
	fault r2m both port 21 since PORT drop
	ftp_get f1k --ftp-port - --disable-eprt
}

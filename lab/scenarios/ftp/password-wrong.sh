story="A script logs in with a password that was changed"
cause=ftp/login-failed party=client place=client-side
needs="vsftpd"
allow="perf/server-think perf/response-time ftp/slow-command security/cleartext-password"
healthy_allow="perf/server-think perf/response-time ftp/slow-command security/cleartext-password"
scene() {
	user lab secret42
	ftp_server
	local password=secret42
	faulty && fault_begins && password=old41
	local i; for i in 1 2 3; do ftp_get f1k -u lab:$password; done
}

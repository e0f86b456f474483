story="Somebody guesses FTP passwords of one user"
cause=security/brute-force party=attacker place=client-side
needs="vsftpd hydra" limit=80
client_point=c2
allow="ftp/login-failed security/cleartext-password perf/server-think perf/response-time ftp/slow-command"
healthy_allow="security/cleartext-password"
scene() {
	user lab secret42
	ftp_server
	local n=1
	on c2 curl -s -o /dev/null --disable-epsv -u lab:secret42 ftp://$S/ || true
	if faulty; then
		fault_begins
		printf 'word%02d\n' $(seq 24) >$D_/words
		on c2 hydra -q -I -l lab -P $D_/words -t 8 ftp://$S >/dev/null 2>&1
	fi
}

story="Somebody guesses FTP passwords, and the last one is right"
cause=security/brute-force-success party=attacker place=client-side
needs="vsftpd hydra" limit=80 twin=guessing
client_point=c2
allow="security/brute-force ftp/login-failed security/cleartext-password perf/server-think perf/response-time ftp/slow-command"
scene() {
	user lab secret42
	ftp_server
	fault_begins
	{ printf 'word%02d\n' $(seq 17); echo secret42; } >$D_/words
	on c2 hydra -q -I -l lab -P $D_/words -t 6 ftp://$S >/dev/null 2>&1
	on c2 curl -s -o /dev/null --disable-epsv -u lab:secret42 ftp://$S/ || true
}

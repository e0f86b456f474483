story="Somebody tries one password on eight accounts"
cause=security/password-spray party=attacker place=client-side
needs="vsftpd" limit=80 twin=guessing
client_point=c2
must="security/password-spray|security/brute-force"
allow="security/brute-force ftp/login-failed security/cleartext-password perf/server-think perf/response-time ftp/slow-command"
scene() {
	ftp_server
	fault_begins
	local name clients=
	for name in root admin backup oracle web test lab guest; do
		on c2 curl -s -o /dev/null --disable-epsv -u $name:Summer2026 ftp://$S/ & clients="$clients $!"
		sleep 0.4
	done
	wait $clients
}

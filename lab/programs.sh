# Real servers and clients, each started as its makers meant it. Sourced by lab/sandbox behind lib.sh.

# vsftpd: ftp_server [lines of vsftpd.conf]…; anonymous files f1k f20k f80k, user lab with password secret42
ftp_server() {
	local line
	mkdir -p "$D_/ftp"
	for line in 1 20 80; do text_file "$D_/ftp/f${line}k" $((line * 1024)); done
	chmod 755 "$D_/ftp"
	cat >"$D_/vsftpd.conf" <<-END
	listen=YES
	background=NO
	anonymous_enable=YES
	local_enable=YES
	write_enable=YES
	anon_root=$D_/ftp
	pasv_enable=YES
	pasv_min_port=40000
	pasv_max_port=40050
	port_enable=YES
	connect_from_port_20=YES
	seccomp_sandbox=NO
	secure_chroot_dir=/run/vsftpd/empty
	pam_service_name=vsftpd
	max_login_fails=${ftp_tries:-3}
	idle_session_timeout=600
	END
	for line; do echo "$line" >>"$D_/vsftpd.conf"; done
	serve s vsftpd "$D_/vsftpd.conf"
	listens s 21
}
# A user of this sandbox only: user NAME PASSWORD
user() {
	local hash file
	hash=$(openssl passwd -6 "$2")
	for file in passwd shadow; do
		cp "/etc/$file" "$D_/$file.new"
		[ $file = passwd ] && echo "$1:x:4242:4242::$D_/home-$1:/bin/sh" >>"$D_/$file.new" \
			|| echo "$1:$hash:19000:0:99999:7:::" >>"$D_/$file.new"
		mount --bind "$D_/$file.new" "/etc/$file"
	done
	mkdir -p "$D_/home-$1"
	chown 4242:4242 "$D_/home-$1"
}
# ftp_get FILE [curl words]: passive unless --ftp-port -
ftp_get() { local file=$1; shift; get "ftp://${ftp_host:-$S}/$file" --disable-epsv "$@"; }

# BIND, authoritative for lab.: name_server [HOST]; lines of $zone are added, $named_options too
name_server() {
	local space=${1:-d} dir=$D_/named-${1:-d} address=$D line
	[ "$space" != s ] || address=$S
	mkdir -p "$dir"
	cat >"$dir/named.conf" <<-END
	options { directory "$dir"; listen-on port 53 { any; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
		pid-file none; session-keyfile none; ${named_options:-} };
	controls {};
	zone "lab" { type master; file "$dir/lab.zone"; };
	zone "1.10.in-addr.arpa" { type master; file "$dir/reverse.zone"; };
	${named_zones:-}
	END
	cat >"$dir/lab.zone" <<-END
	\$TTL 300
	@ IN SOA ns root 1 3600 600 86400 60
	@ IN NS ns
	ns IN A $address
	www IN A $S
	host1 IN A $S
	host2 IN A $S2
	big IN TXT ( "$(printf 'x%.0s' $(seq 250))" "$(printf 'y%.0s' $(seq 250))" "$(printf 'z%.0s' $(seq 250))"
	             "$(printf 'v%.0s' $(seq 250))" "$(printf 'w%.0s' $(seq 250))" "$(printf 'u%.0s' $(seq 250))" )
	${zone:-}
	END
	cat >"$dir/reverse.zone" <<-END
	\$TTL 300
	@ IN SOA ns.lab. root.lab. 1 3600 600 86400 60
	@ IN NS ns.lab.
	10.0 IN PTR client.lab.
	END
	serve "$space" named -g -u root -c "$dir/named.conf"
	listens "$space" 53 udp
	# It listens before its zones are loaded.
	for line in $(seq 40); do
		on "$space" dig +time=1 +tries=1 +short @127.0.0.1 lab SOA | grep -q root && break
		sleep 0.1
	done
}
# ask NAME [TYPE] [dig words]: three lookups are what a program does
ask() {
	local name=$1 type=${2:-A}
	shift; [ $# -eq 0 ] || shift
	on "${asker:-c}" dig +time="${dig_time:-2}" +tries="${dig_tries:-2}" @"${dns:-$D}" "$name" "$type" "$@" \
		>/dev/null 2>&1 || true
}

# ISC dhcpd on host d of the flat LAN: dhcp_server [HOST [FROM TO [ROUTER]]]
dhcp_server() {
	local space=${1:-d} dir=$D_/dhcpd-${1:-d}
	mkdir -p "$dir"
	: >"$dir/leases"
	cat >"$dir/dhcpd.conf" <<-END
	authoritative;
	ping-check ${dhcp_ping:-false};
	default-lease-time ${dhcp_lease:-600};
	max-lease-time ${dhcp_lease:-600};
	min-lease-time ${dhcp_lease:-600};
	subnet 10.1.0.0 netmask 255.255.255.0 {
		range ${2:-10.1.0.100} ${3:-10.1.0.120};
		option routers ${4:-10.1.0.53};
		option domain-name-servers ${4:-10.1.0.53};
		${dhcp_words:-}
	}
	END
	serve "$space" dhcpd -4 -f -cf "$dir/dhcpd.conf" -lf "$dir/leases" --no-pid eth0
	sleep 1
}
# dhcp_client [HOST] [udhcpc words]: sets the address as a system would
dhcp_client() {
	local space=${1:-c}
	[ $# -eq 0 ] || shift
	cat >"$D_/udhcpc.sh" <<-'END'
	#!/bin/sh
	[ "$1" = bound ] || [ "$1" = renew ] || exit 0
	ip addr flush dev eth0
	ip addr add "$ip/24" dev eth0
	END
	chmod +x "$D_/udhcpc.sh"
	on "$space" udhcpc -i eth0 -f -q -n -t "${dhcp_tries:-3}" -T "${dhcp_wait:-2}" -s "$D_/udhcpc.sh" "$@" \
		>>"$D_/log" 2>&1 || true
}

# openssl s_server, that answers with a page: tls_server [words]
tls_server() {
	[ -f "$D_/web.pem" ] || certificate web www.lab
	serve s openssl s_server -accept "${tls_port:-443}" -key "$D_/web.key" -cert "$D_/web.pem" -www -quiet "$@"
	listens s "${tls_port:-443}"
}
tls_get() { get "https://$1/${2:-1k}" --connect-to "::$S:443" --cacert "$D_/web.pem" "${@:3}"; }

snmp_agent() {
	cat >"$D_/snmpd.conf" <<-END
	agentAddress udp:$S:161
	rocommunity ${community:-monitor7}
	sysLocation lab
	sysContact nobody
	END
	serve s snmpd -f -Lo -C -c "$D_/snmpd.conf"
	listens s 161 udp
}
poll() { on c snmpget -v2c -t 1 -r "${snmp_tries:-2}" -c "${1:-monitor7}" "$S" "${2:-1.3.6.1.2.1.1.3.0}" >/dev/null 2>&1 || true; }

telnet_server() {
	echo "telnet stream tcp nowait root /usr/sbin/telnetd telnetd -E ${telnet_program:-$D_/shell}" >"$D_/inetd.conf"
	[ -n "${telnet_program:-}" ] || { printf '#!/bin/sh\nPS1="lab> " exec /bin/sh -i\n' >"$D_/shell"; chmod +x "$D_/shell"; }
	serve s inetutils-inetd -d "$D_/inetd.conf"
	listens s 23
}
# types HOST LINE…: a telnet user, one line a second
types() {
	local space=$1
	shift
	{ sleep 0.5; for line; do printf '%s\r\n' "$line"; sleep "${typing:-1}"; done; sleep "${lingers:-0.5}"; } |
		on "$space" inetutils-telnet "$S" >/dev/null 2>&1 || true
}
ssh_server() {
	ssh-keygen -q -t ed25519 -N '' -f "$D_/host_key"
	serve s /usr/sbin/sshd -D -e -o ListenAddress=0.0.0.0 -o PidFile=none -o HostKey="$D_/host_key" \
		-o PasswordAuthentication=yes -o "${1:-UseDNS=no}" -o MaxStartups=100
	listens s 22
}
redis_server() {
	serve s redis-server --port 6379 --bind 0.0.0.0 --protected-mode no --save '' --dir "$D_" "$@"
	listens s 6379
}
# The client that stays and renews its lease
dhcp_client_stays() {
	server_pid=$last
	printf '#!/bin/sh\n[ "$1" = bound ] || [ "$1" = renew ] || exit 0\nip addr flush dev eth0\nip addr add "$ip/24" dev eth0\n' >"$D_/udhcpc.sh"
	chmod +x "$D_/udhcpc.sh"
	serve "$1" udhcpc -i eth0 -f -n -t 3 -T 2 -s "$D_/udhcpc.sh"
	client_pid=$last
}
# ssh_do COMMAND: as user lab
ssh_do() {
	on c timeout 30 sshpass -p "${password:-secret42}" ssh -F none -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null "${ssh_user:-lab}@$S" "$@" >>"$D_/log" 2>&1 || true
}

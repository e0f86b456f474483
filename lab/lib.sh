# What scenarios are written with: the network, faults, programs. Sourced by lab/sandbox, which runs in
# namespaces of its own (mount, network, process), so that nothing that is left behind outlives it.

# The network. `routed`: client and server each behind a router, the middle is the link between the routers.
#
#   client c  \                                     / server s  (10.2.0.20)
#   second c2 --[lan a]-- router r1 --[lan m]-- router r2 --[lan b]-- name server d (10.2.0.53)
#   10.1.0.10, .11        10.1.0.1     middle      10.2.0.1 \ second server s2 (10.2.0.21)
#
# `flat`: all of them on lan a (10.1.0.0/24, same last numbers), the middle is the switch.
C=10.1.0.10 C2=10.1.0.11

die() { echo "lab: $*" >&2; exit 1; }
on() { local space=$1; shift; nsenter --net=/run/netns/"$space" "$@"; }   # runs a program on a host
now() { date +%s.%N; }
since_start() { echo "$(now) $start" | awk '{ printf "%.3f", $1 - $2 }'; }

relay() {
	echo "$*" >&"${RELAY[1]}"
	local answer
	read -r -t 10 answer <&"${RELAY[0]}" || die "the relay is gone at: $*"
	[ "$answer" = ok ] || die "relay: $*: $answer"
}

# host NAME LAN ADDRESS/BITS NUMBER [GATEWAY]: a host with one card
host() {
	ip netns add "$1"
	relay port "$1" "$2" "$1" eth0
	ip -n "$1" link set lo up
	ip -n "$1" link set eth0 address "00:16:3e:0$4:00:1$4" up
	[ "$3" = - ] || ip -n "$1" addr add "$3" dev eth0
	[ -z "${5:-}" ] || ip -n "$1" route add default via "$5"
	tune "$1"
}

tune() {
	on "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6="${no_ipv6:-1}" net.ipv4.tcp_congestion_control=reno \
		net.ipv4.tcp_no_metrics_save=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
		net.ipv4.ping_group_range="0 0" 2>/dev/null || true
}

# router NAME LAN1 ADDRESS1 LAN2 ADDRESS2 NUMBER: its ports are NAMEa (LAN1) and NAMEb
router() {
	ip netns add "$1"
	relay port "$1$2" "$2" "$1" eth0
	relay port "$1$4" "$4" "$1" eth1
	ip -n "$1" link set lo up
	ip -n "$1" link set eth0 address "00:1b:21:0$6:00:01" up
	ip -n "$1" link set eth1 address "00:1b:21:0$6:00:02" up
	ip -n "$1" addr add "$3" dev eth0
	ip -n "$1" addr add "$5" dev eth1
	tune "$1"
	on "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.send_redirects=0 \
		net.ipv4.conf.eth0.send_redirects=0 net.ipv4.conf.eth1.send_redirects=0
}

build_network() {
	local net=10.2.0
	relay lan a
	if [ "${topology:-routed}" = flat ]; then
		net=10.1.0
		host c a ${client_address:-$C/24} 1 && host c2 a $C2/24 2
		host s a $net.20/24 3 && host s2 a $net.21/24 4 && host d a $net.53/24 5
		middle=a
	else
		relay lan m
		relay lan b
		router r1 a 10.1.0.1/24 m 10.9.0.1/30 6
		router r2 m 10.9.0.2/30 b 10.2.0.1/24 7
		ip -n r1 route add 10.2.0.0/24 via 10.9.0.2
		ip -n r2 route add default via 10.9.0.1
		host c a $C/24 1 10.1.0.1 && host c2 a $C2/24 2 10.1.0.1
		host s b $net.20/24 3 $net.1 && host s2 b $net.21/24 4 $net.1 && host d b $net.53/24 5 $net.1
		middle=m
		if [ "${path_delay:-3ms}" != 0 ]; then
			relay rule r1m both delay "${path_delay:-3ms}"
			relay rule r2m both delay "${path_delay:-3ms}"
		fi
	fi
	S=$net.20 S2=$net.21 D=$net.53
}

# fault PORT in|out|both WORDS: nothing in the healthy twin. Ports: c c2 s s2 d, r1a r1m r2m r2b.
fault() { faulty || return 0; fault_begins; relay rule "$@"; }
faulty() { [ -z "${healthy:-}" ]; }
fault_begins() { [ -n "${from:-}" ] || from=$(since_start); }
fault_over() { faulty || return 0; to=$(since_start); [ -z "${1:-}" ] || relay clear "$1"; }
# firewall HOST RULE…: an nftables chain on a host or router; one line a rule, "input: tcp dport 81 drop"
firewall() {
	faulty || return 0
	fault_begins
	rule_on "$@"
}
rule_on() {
	local space=$1 line hook
	shift
	on "$space" nft add table inet lab
	for line; do
		hook=${line%%:*}
		on "$space" nft add chain inet lab "$hook" "{ type filter hook $hook priority 0; }"
		on "$space" nft add rule inet lab "$hook" "${line#*:}"
	done
}

# serve HOST PROGRAM…: starts it in the background, its words to the log
serve() {
	local space=$1
	shift
	on "$space" "$@" >>"$D_/log" 2>&1 </dev/null &
	last=$!
}
# listens HOST PORT [udp]: waits until somebody does
listens() {
	local i
	for i in $(seq 100); do
		[ -z "$(on "$1" ss -Hln"${3:+u}${3:-t}" "sport = :$2" 2>/dev/null | head -n 1)" ] || return 0
		sleep 0.05
	done
	die "nobody listens on port $2 of $1: $(tail -n 5 "$D_/log")"
}
# Bytes that are no zeros and pack well.
text_file() { yes "All work and no play makes Jack a dull boy, and the log says so once again." | head -c "$2" >"$1"; }

# certificate NAME CN [FROM TO [KEY]]: $D_/NAME.pem and .key; the dates as 20250101000000Z, KEY as rsa:2048;
# issued by itself, or by $issuer, another certificate
certificate() {
	local name=$1 cn=$2 from=${3:-} to=${4:-} signer=${issuer:-$1}
	mkdir -p "$D_/ca"
	: >"$D_/ca/index"
	date +%s%N >"$D_/ca/serial"
	[ $(($(wc -c <"$D_/ca/serial") % 2)) -eq 1 ] || sed -i 's/^/1/' "$D_/ca/serial"
	cat >"$D_/ca/conf" <<-END
	[ca]
	default_ca = here
	[here]
	new_certs_dir = $D_/ca
	database = $D_/ca/index
	serial = $D_/ca/serial
	policy = any
	copy_extensions = copy
	default_md = ${digest:-sha256}
	unique_subject = no
	[any]
	commonName = supplied
	END
	openssl req -new -newkey "${5:-rsa:2048}" -nodes -keyout "$D_/$name.key" -out "$D_/$name.csr" -subj "/CN=$cn" \
		-addext "subjectAltName=DNS:$cn" ${is_ca:+-addext basicConstraints=critical,CA:TRUE} 2>/dev/null
	openssl ca -batch -notext -config "$D_/ca/conf" -in "$D_/$name.csr" -out "$D_/$name.pem" \
		-startdate "${from:-$(date -u -d '-10 days' +%Y%m%d%H%M%SZ)}" \
		-enddate "${to:-$(date -u -d '+200 days' +%Y%m%d%H%M%SZ)}" -keyfile "$D_/$signer.key" \
		$([ "$signer" = "$name" ] && echo -selfsign || echo -cert "$D_/$signer.pem") 2>>"$D_/log" ||
		die "no certificate: $(tail -n 3 "$D_/log")"
}

# nginx: web_server [HOST]; files /1k /3k /4k /20k /40k /80k /200k; /limited is slow; lines of $web go into server {}
web_server() {
	local space=${1:-s} size dir=$D_/web-${1:-s}
	mkdir -p "$dir/root"
	for size in 1 3 4 20 40 80 200; do text_file "$dir/root/${size}k" $((size * 1024)); done
	[ -z "${web_tls:-}" ] || [ -f "$D_/web.pem" ] || certificate web "${web_name:-www.lab}"
	cat >"$dir/nginx.conf" <<-END
	daemon off; user root; pid $dir/pid; error_log $dir/error.log; worker_processes 1;
	events { worker_connections 128; }
	http {
		access_log off; keepalive_timeout ${web_keepalive:-65s}; ${web_http:-}
		client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f;
		uwsgi_temp_path $dir/u; scgi_temp_path $dir/s; default_type text/plain;
		server {
			listen 80 ${web_listen:-}; ${web_tls:+listen 443 ssl ${web_http2:-}; ssl_certificate $D_/web.pem;
			ssl_certificate_key $D_/web.key; ssl_protocols ${web_protocols:-TLSv1.2 TLSv1.3};
			ssl_ciphers ${web_ciphers:-HIGH};}
			root $dir/root; ${web:-}
		}
	}
	END
	serve "$space" nginx -c "$dir/nginx.conf"
	listens "$space" 80
}
# A program behind the web server, or by itself: app_server [HOST [PORT]]; see lab/app.py
app_server() {
	serve "${1:-s}" /usr/bin/python3 "$lab/app.py" "${2:-8080}"
	listens "${1:-s}" "${2:-8080}"
}
get() { local url=$1; shift; on c curl -s -o /dev/null --max-time "${patience:-30}" "$@" "$url" || true; }

# The recording goes on, with other traffic, so that what did not come is known not to have come.
goes_on() { sleep "${1:-4}"; on c2 ping -c 1 -W 1 -q "$S" >/dev/null; on c ping -c 1 -W 1 -q "$S" >/dev/null; }
# says HOST-NUMBER IP to HOST-NUMBER IP: an ARP reply that nobody asked for, as poisoning tools send it
says() {
	local mac=00163e0${1}001${1} target=00163e0${4}001${4}
	relay send a "${target}${mac}08060001080006040002${mac}$(in_hex "$2")${target}$(in_hex "$5")"
}
in_hex() { printf '%02x' ${1//./ }; }

# Groups of findings that follow from a cause and are no mistakes beside it.
loss_effects="tcp/rto tcp/rto-backoff tcp/tail-loss tcp/double-loss tcp/loss-bursty tcp/loss-random-small-rate
	tcp/small-flight-loss tcp/no-sack tcp/spurious-retransmission tcp/ack-loss tcp/loss-upstream
	tcp/loss-downstream perf/loss-limited perf/response-time perf/low-throughput perf/server-think
	tcp/syn-retransmitted tcp/slow-connect http/slow-first-byte perf/server-pause"
end_effects="tcp/reset-by-peer tcp/half-closed tcp/never-closed tcp/connection-lost tcp/rto tcp/rto-backoff
	tcp/fin-lost tcp/data-after-close tcp/stray http/aborted http/no-response"
chat_server() { serve "${chat_host:-s}" /usr/bin/python3 "$lab/chat.py" serve "${1:-7000}" "${@:2}"; listens "${chat_host:-s}" "${1:-7000}"; }
chat() { on "${chatter:-c}" /usr/bin/python3 "$lab/chat.py" "$@" >>"$D_/log" 2>&1 || true; }
# A link that is pulled out and put back: both directions of a port
pull_out() { fault "$1" both drop; }

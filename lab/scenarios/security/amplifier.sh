story="Somebody asks the name server in another host's name for its largest answer, sixty times"
cause=security/udp-amplification party="attacker" party_client="client|none|attacker" place=client-side
needs="named"
server_point=d client_point=c2 must_client=""
allow="icmp/port-unreachable dns/late-answer dns/retry-storm dns/truncated ip/fragments"
must="security/udp-amplification"
scene() {
	named_options='edns-udp-size 4096; max-udp-size 4096;' name_server
	on c2 dig +time=1 @$D www.lab >/dev/null
	faulty && fault_begins && /usr/bin/python3 "$lab/spoof_dns.py" c2 $C 10.2.0.53 60
	on c2 dig +time=1 @$D host1.lab >/dev/null
}

only=healthy
story="Names of many kinds are asked for: addresses, aliases, missing types, a large answer over TCP"
needs="named dig"
server_point=d
scene() {
	zone='alias IN CNAME www' name_server
	ask www.lab; ask alias.lab; ask www.lab AAAA; ask lab NS; ask lab SOA; ask big.lab TXT; ask big.lab TXT +noedns; ask nothing.lab
	ask 10.0.1.10.in-addr.arpa PTR
}

/* Every decoder of this build, in the order of their names. */
#include "decode/decoder.h"

extern const struct decoder arp_decoder, ethernet_decoder, icmp_decoder, icmpv6_decoder, ipv4_decoder,
	ipv6_decoder, llc_decoder, rarp_decoder, tcp_decoder, udp_decoder, vlan_decoder;

const struct decoder *const decoders[] = {
	&arp_decoder,
	&ethernet_decoder,
	&icmp_decoder,
	&icmpv6_decoder,
	&ipv4_decoder,
	&ipv6_decoder,
	&llc_decoder,
	&rarp_decoder,
	&tcp_decoder,
	&udp_decoder,
	&vlan_decoder,
	NULL,
};

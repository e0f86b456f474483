/* Text of IPCS reports. What is marked IBM are excerpts of samples in z/OS Communications Server:
 * IP Diagnosis Guide; the packet of discard code 4114 is from a public presentation on network
 * diagnosis. */
#ifndef UNIT_SOURCE_IPCS_SAMPLES_H
#define UNIT_SOURCE_IPCS_SAMPLES_H

/* FULL, as IPCS lays it out. */
static const char ipcs_heading[] =
	" COMPONENT TRACE FULL FORMAT\n"
	" SYSNAME(S0W1)\n"
	" COMP(SYSTCPDA)SUBNAME((TCPIP))\n"
	" OPTIONS((FULL))\n"
	" z/OS TCP/IP Packet Trace Formatter\n"
	" **** 2011/01/25\n"
	" RcdNr Sysname  Mnemonic Entry Id   Time Stamp    Description\n"
	" ----- -------- -------- -------- --------------- --------------------------------\n"
	" -------------------------------------------------------------------------------\n";
static const char ipcs_discard_words[] =
	"54550962 S0W1     PACKET   00000004 14:13:05.687445 Packet Trace\n"
	" From Interface    : OSDL             Device: QDIO Ethernet    Full=78\n"
	"  Tod Clock        : 2011/01/25 14:13:05.687445      Intfx: 9\n"
	"  Discard          : 4114 (IP_MAC_BRDCST)\n"
	"  Segment #        : 0                Flags: In Dscrd\n"
	"  Source           : 172.29.96.9\n"
	"  Destination      : 172.29.191.255\n"
	"  Source Port      : 137              Dest Port: 137   Asid: 004F TCB: 007AEE88\n"
	" IpHeader: Version : 4                Header Length: 20\n"
	"  Tos              : 00               QOS: Routine Normal Service\n"
	"  Packet Length    : 78               ID Number: 78B7\n"
	"  Fragment         :                  Offset: 0\n"
	"  TTL              : 82               Protocol: UDP            CheckSum: 77A4 FFFF\n"
	"  Source           : 172.29.96.9\n"
	"  Destination      : 172.29.191.255\n"
	" UDP\n"
	"  Source Port      : 137   (netbios-ns) Destination Port: 137 (netbios-ns)\n"
	"  Datagram Length  : 58               CheckSum: 0000 6B36\n"
	"\n";
static const char ipcs_discard_dump[] =
	" Ip Header         : 20               IP: 172.29.96.9, 172.29.191.255  Offset: 0\n"
	"000000 4500004E 78B70000 521177A4 AC1D6009 AC1DBFFF\n"
	" Protocol Header   : 8                Port: 137, 137                    Offset: 14\n"
	"000000 00890089 003A0000\n"
	" Data              : 50               Data Length: 50                   Offset: 1C\n"
	"000000 84E20110 00010000 00000000 20464946 |dS.............. ............ FIF|\n"
	"000010 41464745 4A464345 48454A45 4F434143 |..............|. AFGEJFCEHEJEOCAC|\n"
	"000020 41434143 41434143 41434141 41000020 |................ ACACACACACAAA.. |\n"
	"000030 0001                                |..               ..              |\n";

/* The same record as it comes out of the presentation's PDF: each cell on a line of its own, a value
 * before or behind its label, and a word of the UDP header with a digit too few. */
static const char ipcs_discard_cells[] =
	"PACKET\n"
	"54550962 S0W1\n"
	"                            00000004 14:13:05.687445 Packet Trace\n"
	" From Interface\n"
	"                     OSDL\n"
	"                                       Device: QDIO Ethernet\n"
	"                                                                 Full=78\n"
	"                     2011/01/25 14:13:05.687445\n"
	"                                                                 Intfx: 9\n"
	"  Tod Clock\n"
	"  Discard\n"
	"                     4114 (IP_MAC_BRDCST)\n"
	"  Segment #\n"
	"                                       Flags:\n"
	"                                                In Dscrd\n"
	"  Source\n"
	"                     172.29.96.9\n"
	"                    172.29.191.255\n"
	"  Destination\n"
	"                    137\n"
	"                                                         Asid: 004F TCB: 00000000\n"
	"  Source Port\n"
	"                                       Dest Port: 137\n"
	" IpHeader: Version : 4\n"
	"                                       Header Length: 20\n"
	"                     00\n"
	"                                       QOS: Routine Normal Service\n"
	"  Tos\n"
	"                     78\n"
	"                                       ID Number: 78B7\n"
	"  Packet Length\n"
	"  Fragment\n"
	"                                       Offset: 0\n"
	"  TTL\n"
	"                     82\n"
	"                                       Protocol: UDP\n"
	"                                                                 CheckSum: 77A4 FF\n"
	"                    : 172.29.96.9\n"
	"  Source\n"
	"  Destination\n"
	"                     172.29.191.255\n"
	" UDP\n"
	"                                                                   (netbios-ns)\n"
	"  Source Port\n"
	"                    : 137\n"
	"                            (netbios-ns) Destination Port: 137\n"
	" Datagram Length\n"
	"                     58\n"
	"                                       CheckSum: 0000 6B36\n"
	"                                       IP: 172.29.96.9, 172.29.191.255 Offset:\n"
	"Ip Header\n"
	"                     20\n"
	"000000 4500004E\n"
	"                78B70000 521177A4 AC1D6009\n"
	"                                              AC1DBFFF\n"
	"                                       Port: 137, 137\n"
	"Protocol Header\n"
	"                                                                 Offset: 14\n"
	"000000 00890089\n"
	"                000AE00\n"
	"                             Data Length: 50\n"
	"Data\n"
	"000000 84E20110 00010000 00000000 20464946\n"
	"000010 41464745 4A464345 48454A45 4F434143\n"
	"                                                ..\xc2\xa2....\xc2\xa2.|... AFGEJFCEHEJEOCAC\n"
	"000020 41434143 41434143 41434141 41000020\n"
	"                                                               ACACACACAAA..\n"
	"000030 0001\n";

/* The packet of all three. */
static const unsigned char ipcs_discard_bytes[78] = {
	0x45, 0x00, 0x00, 0x4e, 0x78, 0xb7, 0x00, 0x00, 0x52, 0x11, 0x77, 0xa4, 0xac, 0x1d, 0x60, 0x09,
	0xac, 0x1d, 0xbf, 0xff, 0x00, 0x89, 0x00, 0x89, 0x00, 0x3a, 0x00, 0x00, 0x84, 0xe2, 0x01, 0x10,
	0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x46, 0x49, 0x46, 0x41, 0x46, 0x47, 0x45,
	0x4a, 0x46, 0x43, 0x45, 0x48, 0x45, 0x4a, 0x45, 0x4f, 0x43, 0x41, 0x43, 0x41, 0x43, 0x41, 0x43,
	0x41, 0x43, 0x41, 0x43, 0x41, 0x43, 0x41, 0x41, 0x41, 0x00, 0x00, 0x20, 0x00, 0x01,
};

/* IBM: FORMAT of a name query, whose bytes are not dumped. */
static const char ipcs_format[] =
	"     3 MVSJ     PACKET   00000001 23:39:11.873541 Packet Trace\n"
	" To Interface      : TR1              Device: LCS Token Ring   Full=56\n"
	"  Tod Clock        : 2002/02/12 23:39:11.873539\n"
	"  Sequence #       : 0                Flags: Pkt Ver2 Out\n"
	"  Source Port      : 1025             Dest Port: 53    Asid: 001E TCB: 007F62C0\n"
	" IpHeader: Version : 4                Header Length: 20\n"
	"  Tos              : 00               QOS: Routine Normal Service\n"
	"  Packet Length    : 56               ID Number: 000E\n"
	"  Fragment         :                  Offset: 0\n"
	"  TTL              : 64               Protocol: UDP            CheckSum: A6FB FFFF\n"
	"  Source           : 9.67.113.65\n"
	"  Destination      : 9.37.80.3\n"
	"\n"
	" UDP\n"
	"  Source Port      : 1025  ()         Destination Port:  53    (domain)\n"
	"  Datagram Length  : 36               CheckSum: AD0B FFFF\n"
	" DNS: 28\n"
	"===============================================================================\n"
	";; ->>DNS HEADER<<- opcode: QUERY,  status: NOERROR, id: 40266\n"
	";; flags: rd; Ques: 1, Ans: 0, Auth: 0, Addit: 0\n";

/* IBM: the records that data trace makes of a socket's first data. */
static const char ipcs_data[] =
	"    63 MVS182   DATA     00000005 13:18:52.705250 Data Trace\n"
	" To Jobname        : USER12                                    Full=0\n"
	"  Tod Clock        : 2009/06/22 13:18:52.705248      Cid: 00000058\n"
	"  Domain           : AF_Inet          Type: Stream              Protocol: TCP\n"
	"  State            : API Data Flow Starts\n"
	"  Segment #        : 0                Flags: Out\n"
	"  Source           : 10.1.1.2\n"
	"  Destination      : 10.1.0.2\n"
	"  Source Port      : 8803             Dest Port: 41416 Asid: 01F6 TCB: 007AEE88\n"
	"    64 MVS182   DATA     00000005 13:18:52.705260 Data Trace\n"
	" To Jobname        : USER12                                    Full=5\n"
	"  Tod Clock        : 2009/06/22 13:18:52.705258      Cid: 00000058\n"
	"  Domain           : AF_Inet          Type: Stream              Protocol: TCP\n"
	"  Segment #        : 0                Flags: Out\n"
	"  Source           : 10.1.1.2\n"
	"  Destination      : 10.1.0.2\n"
	"  Source Port      : 8803             Dest Port: 41416 Asid: 01F6 TCB: 007AEE88\n"
	" Data              : 5                Data Length: 5\n"
	"000000 68656C6C 6F                         |.%%?             hello           |\n";

/* IBM: SUMMARY of a TCP connection. */
static const char ipcs_summary[] =
	"**** 2004/01/26\n"
	"I - Inbound packet\n"
	"O - Outbound packet\n"
	"DP    Nr hh:mm:ss.mmmmmm IpId    Seq_num    Ack_num  Wndw Flags    DatLn Source/Destination\n"
	"OT     1 14:18:00.447462 19E6 1452693653          0 32768 SYN          0 10.7.1.61-3470\n"
	"                                                                 192.168.248.44-5000\n"
	"IT     2 14:18:00.601784 4E3C 3454024895 1452693654 32768 ACK SYN      0 192.168.248.44-5000\n"
	"                                                                 10.7.1.61-3470\n"
	"OT     3 14:18:00.601917 1A00 1452693654 3454024896 32768 ACK          0 10.7.1.61-3470\n"
	"                                                                 192.168.248.44-5000\n"
	"IT     4 14:18:01.111074 4E3D 3454024896 1452693654 32768 ACK PSH     47 192.168.248.44-5000\n"
	"              3232302D 2057656C *.......% 220- Wel*              10.7.1.61-3470\n";

#endif

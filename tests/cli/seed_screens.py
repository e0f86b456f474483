"""The screens of the talk that this program is built after, as small traces: same packets, same numbers."""
import struct

from traces import ACK, FIN, PSH, RST, SYN, Trace


class Screen(Trace):
    """A screen of the talk that this program is built after: packets with its numbers, in ten thousandths of
    a second as its clock had them. What the screen leaves out is pings."""

    def __init__(self, start):
        super().__init__()
        self.start, self.ids = start * 1_000_000, 0

    def fill_to(self, number, clock):
        while len(self.frames) < number - 1:
            self.time, wait = self.start + self.clock(clock), 0
            self.ping("10.0.0.1", "10.0.0.2", 8, len(self.frames) + 1, wait)

    @staticmethod
    def clock(text):
        """ "17:49:43.0957" in microseconds. """
        hours, minutes, seconds = text.split(":")
        return (int(hours) * 3600 + int(minutes) * 60) * 1_000_000 + round(float(seconds) * 1_000_000)

    def row(self, number, clock, size, source, sport, destination, dport, flags, seq, ack, window, options=b"",
            data=None):
        self.fill_to(number, clock)
        self.time = self.start + self.clock(clock)
        value = 0
        for letter in flags:
            value |= {"S": SYN, "A": ACK, "P": PSH, "F": FIN, "R": RST}[letter]
        payload = data if data is not None else b"z" * (size - 40 - len(options))
        assert 40 + len(options) + len(payload) == size, (number, size, len(payload))
        segment = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, (20 + len(options)) << 2, value, window, 0,
                              0) + options + payload
        self.transport(6, source, destination, segment, 16, 0)

    def bytes(self):
        def block(kind, body):
            body += b"\0" * (-len(body) % 4)
            return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
        out = [block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)),
               block(1, struct.pack("<HHI", 1, 0, 0) + struct.pack("<HHB3xHH", 9, 1, 4, 0, 0))]
        for time, frame in self.frames:
            ticks = time // 100
            out.append(block(6, struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xffffffff, len(frame),
                                            len(frame)) + frame))
        return b"".join(out)


def seed_slow_start():
    """TCP - Data Transfer (MSS = 1460); Slow Start, packets 89 to 123; 4 August 2011, CST."""
    screen, mine, theirs = Screen(1312416000 + 6 * 3600), "172.29.122.182", "172.29.122.186"
    stamps = b"\x01\x01\x08\x0a\0\0\0\1\0\0\0\1"
    syn = b"\x02\x04\x05\xb4\x01\x03\x03\x05" + stamps
    forth = lambda n, t, size, flags, seq, options=stamps, ack=202751140, window=8192: screen.row(
        n, t, size, mine, 2711, theirs, 1034, flags, seq, ack, window, options)
    back = lambda n, t, size, flags, ack, options=stamps, seq=202751140, window=8192: screen.row(
        n, t, size, theirs, 1034, mine, 2711, flags, seq, ack, window, options)
    forth(89, "17:49:43.0957", 60, "S", 1906430777, syn, 0, 65535)
    back(90, "17:49:43.0958", 60, "SA", 1906430778, syn, 202751139, 65535)
    forth(91, "17:49:43.0959", 52, "A", 1906430778)
    number, seq = 95, 1906430778
    for clock, count, acked in (("17:49:43.2455", 3, "17:49:43.2457"), ("17:49:43.2457", 4, "17:49:43.2460"),
                                ("17:49:43.2460", 5, "17:49:43.2462"), ("17:49:43.2462", 6, "17:49:43.2464"),
                                ("17:49:43.2464", 7, None)):
        for i in range(count):
            forth(number, clock, 1500, "AP" if i == count - 1 else "A", seq)
            number, seq = number + 1, seq + 1448
        if acked:
            back(number, acked, 52, "A", seq)
            number += 1
    return screen


def seed_handshake():
    """TCP - Establishing a Connection - The 3 Way Handshake, packets 186 to 225, EST: two FTP logins."""
    screen, server = Screen(1236038400 + 5 * 3600), "137.72.43.207"
    syn, synack = b"\x02\x04\x05\xb4\x01\x03\x03\x00\x01\x01\x04\x02", b"\x02\x04\x05\xb4\x01\x03\x03\x00"

    def client(n, t, size, host, port, flags, seq, ack, window, options=b"", say=b""):
        screen.row(n, "19:15:" + t, size, host, port, server, 21, flags, seq, ack, window, options, say)

    def reply(n, t, size, host, port, flags, seq, ack, window, options=b"", code=b""):
        room = size - 40 - len(options)
        words = (code + b" " + b"x" * room)[:room - 2] + b"\r\n" if room else b""
        screen.row(n, "19:15:" + t, size, server, 21, host, port, flags, seq, ack, window, options, words)

    one, two = ("137.72.43.137", 18737), ("137.72.43.3", 1909)
    client(186, "14.2502", 52, *one, "S", 372007522, 0, 65535, syn)
    reply(187, "14.2507", 48, *one, "SA", 305077768, 372007523, 32768, synack)
    client(188, "14.2549", 40, *one, "A", 372007523, 305077769, 64240)
    reply(191, "14.3793", 114, *one, "AP", 305077769, 372007523, 32768, code=b"220-")
    client(193, "14.5628", 40, *one, "A", 372007523, 305077843, 64221)
    reply(194, "14.5633", 74, *one, "AP", 305077843, 372007523, 32768, code=b"220")
    client(195, "14.7659", 40, *one, "A", 372007523, 305077877, 64213)
    client(198, "16.0547", 54, *one, "AP", 372007523, 305077877, 64213, say=b"USER user1\r\n\r\n")
    reply(199, "16.0681", 67, *one, "AP", 305077877, 372007537, 32754, code=b"331")
    client(200, "16.1717", 40, *one, "A", 372007537, 305077904, 64206)
    client(203, "16.5535", 52, *two, "S", 751490806, 0, 65535, syn)
    reply(204, "16.5540", 48, *two, "SA", 305141270, 751490807, 32768, synack)
    client(205, "16.5560", 40, *two, "A", 751490807, 305141271, 64240)
    reply(206, "16.6689", 114, *two, "AP", 305141271, 751490807, 32768, code=b"220-")
    client(207, "16.8751", 40, *two, "A", 751490807, 305141345, 64221)
    reply(208, "16.8756", 74, *two, "AP", 305141345, 751490807, 32768, code=b"220")
    client(209, "16.8792", 53, *two, "AP", 751490807, 305141379, 64213, say=b"USER user12\r\n")
    reply(211, "17.1092", 40, *two, "AP", 305141379, 751490820, 32755)
    reply(212, "17.2778", 67, *two, "AP", 305141379, 751490820, 32755, code=b"331")
    client(213, "17.2801", 52, *two, "AP", 751490820, 305141406, 64206, say=b"PASS secr3\r\n")
    reply(216, "17.5168", 40, *two, "AP", 305141406, 751490832, 32756)
    reply(217, "17.7234", 99, *two, "AP", 305141406, 751490832, 32756, code=b"230")
    client(218, "17.7262", 46, *two, "AP", 751490832, 305141465, 64191, say=b"SYST\r\n")
    reply(219, "17.7288", 120, *two, "AP", 305141465, 751490838, 32762, code=b"215")
    client(220, "17.7315", 46, *two, "AP", 751490838, 305141545, 64171, say=b"QUIT\r\n")
    reply(221, "17.7337", 77, *two, "AP", 305141545, 751490844, 32762, code=b"221")
    reply(222, "17.7351", 40, *two, "APF", 305141582, 751490844, 32762)
    client(223, "17.7375", 40, *two, "A", 751490844, 305141583, 64162)
    client(224, "17.7376", 40, *two, "AF", 751490844, 305141583, 64162)
    reply(225, "17.7390", 40, *two, "AP", 305141583, 751490845, 32762)
    return screen


def seed_termination():
    """TCP - Connection Termination, packets 439 to 471, GMT: an FTP data connection, then its control."""
    screen, server, client = Screen(1236038400), "137.72.43.207", "137.72.43.117"
    stamps = b"\x01\x01\x08\x0a\0\0\0\1\0\0\0\1"
    seq = 3598481056

    def send(n, t, size=1500, flags="A"):
        nonlocal seq
        screen.row(n, "18:15:39." + t, size, server, 20, client, 4410, flags, seq, 1803247842, 32768, stamps)
        seq += size - 52 + ("F" in flags)

    def confirm(n, t, ack, window, flags="A"):
        screen.row(n, "18:15:39." + t, 52, client, 4410, server, 20, flags, 1803247842, ack, window, stamps)

    send(439, "7282")
    confirm(440, "7283", 3598482504, 59743)
    send(441, "7283")
    send(442, "7283")
    confirm(443, "7283", 3598485400, 56847)
    send(444, "7285")
    confirm(445, "7286", 3598486848, 59159)
    send(446, "7287")
    send(447, "7287")
    confirm(448, "7287", 3598489744, 56263)
    send(449, "7288")
    send(450, "7290")
    confirm(451, "7290", 3598492640, 53367)
    send(452, "7291")
    send(453, "7292", 1396, "AP")
    confirm(454, "7292", 3598495432, 50575)
    confirm(455, "7295", 3598495432, 56951)
    confirm(456, "7300", 3598495432, 65535)
    send(457, "7447", 52, "APF")
    confirm(458, "7450", 3598495433, 65535)
    confirm(459, "7454", 3598495433, 65535, "AF")
    screen.row(460, "18:15:39.7491", 52, server, 20, client, 4410, "AP", 3598495433, 1803247843, 32768, stamps)
    control = lambda n, t, size, flags, seq, ack, window, say=b"": screen.row(
        n, "18:15:" + t, size, client, 4408, server, 21, flags, seq, ack, window, b"", say)
    answer = lambda n, t, size, flags, seq, ack, window, say=b"": screen.row(
        n, "18:15:" + t, size, server, 21, client, 4408, flags, seq, ack, window, b"", say)
    control(461, "39.7799", 40, "A", 250971858, 3598076766, 65233)
    answer(462, "39.7816", 78, "AP", 3598076766, 250971858, 32754, b"250 Transfer completed successfully.\r\n")
    control(464, "39.9804", 40, "A", 250971858, 3598076804, 65195)
    control(466, "41.6117", 46, "AP", 250971858, 3598076804, 65195, b"QUIT\r\n")
    answer(467, "41.6164", 77, "AP", 3598076804, 250971864, 32762, b"221 Quit command received. Bye.....\r\n")
    control(468, "41.6172", 40, "AF", 250971864, 3598076841, 65158)
    answer(469, "41.6191", 40, "AP", 3598076842, 250971865, 32762)
    answer(470, "41.6195", 40, "APF", 3598076841, 250971864, 32762)
    control(471, "41.6195", 40, "A", 250971865, 3598076842, 65158)
    return screen


class Datagrams(Screen):
    """Screens with UDP and ICMP as well, and with hardware addresses of their own."""
    mac = (b"\x02\0\0\0\0\x02", b"\x02\0\0\0\0\x01")     # destination, source
    ttl, identification = 64, None

    def datagram(self, number, clock, size, source, destination, protocol, body):
        self.fill_to(number, clock)
        self.time = self.start + self.clock(clock)
        assert 20 + len(body) == size, (number, size, 20 + len(body))
        flags = 0x4000 if self.identification is None else 0
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size, self.identification or number, flags, self.ttl, protocol, 0,
                             bytes(map(int, source.split("."))), bytes(map(int, destination.split("."))))
        header = header[:10] + struct.pack("!H", self.sum(header)) + header[12:]
        self.frames.append((self.time, self.mac[0] + self.mac[1] + b"\x08\0" + header + body))

    @staticmethod
    def sum(data):
        total = sum(struct.unpack("!%dH" % ((len(data) + 1) // 2), data + b"\0" * (len(data) % 2)))
        while total >> 16:
            total = (total & 0xffff) + (total >> 16)
        return ~total & 0xffff

    def udp(self, number, clock, size, source, sport, destination, dport, data):
        data = data + b"\0" * (size - 28 - len(data))
        pseudo = bytes(map(int, source.split("."))) + bytes(map(int, destination.split("."))) + \
            struct.pack("!HH", 17, len(data) + 8)
        check = self.sum(pseudo + struct.pack("!HHHH", sport, dport, len(data) + 8, 0) + data) or 0xffff
        self.datagram(number, clock, size, source, destination, 17,
                      struct.pack("!HHHH", sport, dport, len(data) + 8, check) + data)


def dns_name(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def dns_query(ident, name, kind=1):
    return struct.pack("!6H", ident, 0x0100, 1, 0, 0, 0) + dns_name(name) + struct.pack("!HH", kind, 1)


def seed_dns():
    """DNS Queries, packets 1 to 24; 1 April 2003, CST. The names stand on no slide but for the second packet's;
    packet 3, whose message a callout hides, is the query that packet 4 answers, and packet 2's is the name error
    of its details."""
    screen = Datagrams(1049155200 + 6 * 3600)
    screen.mac = (b"\x00\xd0\x59\xaa\xaf\x80", b"\x00\x20\x78\xd9\x0d\xdb")
    near, far, resolver = "192.168.0.254", "192.168.200.51", "192.168.200.12"

    def name_of(size, tail):
        """A name such that the query fills the datagram."""
        room = size - 28 - 12 - 4 - 2 - len(tail) - 1 - 1
        return "h" * (room + 1) + "." + tail

    def query(n, t, size, client, port, server, ident, name, kind=1):
        screen.udp(n, t, size, client, port, server, 53, dns_query(ident, name, kind))
        assert len(dns_query(ident, name, kind)) + 28 == size, (n, size, len(dns_query(ident, name, kind)) + 28)

    def answer(n, t, size, client, port, server, ident, name, code, flags=0x8180, kind=1, pad=0):
        question = dns_name(name) + struct.pack("!HH", kind, 1)
        room = size - 28 - 12 - len(question)
        counts, records = (0, 0), b""
        if code == 0:            # as many addresses as fit, the last record takes the rest
            number = room // 16 - 1
            records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH4B", 1, 1, 300, 4, 10, 0, 0, i + 1)
                               for i in range(number))
            rest = room - len(records) - 12
            records += b"\xc0\x0c" + struct.pack("!HHIH", 16, 1, 300, rest) + bytes([rest - 1]) + b"t" * (rest - 1)
            counts = (number + 1, 0)
        elif room:               # a SOA record that fills it
            rest = room - 12 - 20
            mname = dns_name("n" * (rest // 2 - 2))
            rname = dns_name("r" * (rest - len(mname) - 2))
            records = b"\xc0\x0c" + struct.pack("!HHIH", 6, 1, 3600, room - 12) + mname + rname + \
                struct.pack("!5I", 1, 7200, 900, 604800, 3600)
            counts = (0, 1)
        screen.udp(n, t, size, server, 53, client, port,
                   struct.pack("!6H", ident, flags | code, 1, counts[0], counts[1], 0) + question + records)

    reverse = "109.1.168.192.in-addr.arpa"
    query(1, "07:24:50.3078", 72, "192.168.1.100", 2541, near, 31, reverse, 12)
    screen.identification = 0xb998
    answer(2, "07:24:50.3867", 179, "192.168.1.100", 2541, near, 31, reverse, 3, 0x8580, 12)
    screen.identification = None
    query(3, "07:24:51.5927", 71, "192.168.1.106", 1920, near, 5, name_of(71, "example.com"))
    answer(4, "07:24:51.7502", 71, "192.168.1.106", 1920, near, 5, name_of(71, "example.com"), 2)
    for n, t, port in ((5, "07:24:52.3261", 1178), (7, "07:24:52.3460", 1179)):
        query(n, t, 68, resolver, port, far, n, name_of(68, "example.com"))
        answer(n + 1, t[:-3] + {5: "265", 7: "464"}[n], 487, resolver, port, far, n, name_of(68, "example.com"), 0)
    query(9, "07:24:54.6302", 57, resolver, 1183, far, 9, name_of(57, "example"))
    query(10, "07:24:55.3164", 71, "192.168.1.100", 2542, near, 32, "10.1.168.192.in-addr.arpa", 12)
    answer(11, "07:24:55.3958", 178, "192.168.1.100", 2542, near, 32, "10.1.168.192.in-addr.arpa", 3, 0x8580, 12)
    query(12, "07:24:55.6304", 57, resolver, 1183, far, 9, name_of(57, "example"))
    query(13, "07:24:56.8673", 72, resolver, 1187, far, 13, name_of(72, "example.com"))
    query(14, "07:24:57.6333", 57, resolver, 1183, far, 9, name_of(57, "example"))
    query(15, "07:24:57.8638", 72, resolver, 1187, far, 13, name_of(72, "example.com"))
    query(16, "07:24:58.5960", 71, "192.168.1.105", 4555, near, 16, name_of(71, "example.org"))
    answer(17, "07:24:58.6765", 71, "192.168.1.105", 4555, near, 16, name_of(71, "example.org"), 2)
    query(18, "07:24:59.6361", 57, resolver, 1183, far, 9, name_of(57, "example"))
    query(19, "07:24:59.6627", 71, "192.168.1.100", 2543, near, 33, "11.1.168.192.in-addr.arpa", 12)
    answer(20, "07:24:59.7416", 178, "192.168.1.100", 2543, near, 33, "11.1.168.192.in-addr.arpa", 3, 0x8580, 12)
    query(21, "07:24:59.8666", 72, resolver, 1187, far, 13, name_of(72, "example.com"))
    query(22, "07:25:00.1717", 72, "192.168.1.108", 1274, near, 22, name_of(72, "example.org"))
    answer(23, "07:25:00.2506", 72, "192.168.1.108", 1274, near, 22, name_of(72, "example.org"), 2)
    answer(24, "07:25:01.8321", 70, resolver, 1173, far, 24, name_of(70, "example.com"), 2)
    return screen


def seed_dhcp():
    """DHCP Decline, packets 1 to 5; no date on the slide: 8 August 2012. The server's hardware address and options
    that no slide shows are ours."""
    screen = Datagrams(1344384000 + 6 * 3600)
    client_mac = b"\x00\x1b\x9e\x70\x10\x42"

    def message(n, t, size, server, kind, client="0.0.0.0", yours="0.0.0.0", options=b""):
        head = struct.pack("!BBBBIHH", 2 if server else 1, 1, 6, 0, 0xed63f236, 3328, 0x8000)
        addresses = b"".join(bytes(map(int, a.split("."))) for a in (client, yours, "0.0.0.0", "0.0.0.0"))
        body = head + addresses + client_mac + b"\0" * 10 + b"\0" * 192 + b"\x63\x82\x53\x63" + \
            bytes([53, 1, kind]) + options + b"\xff"
        screen.mac = (b"\xff" * 6, b"\x00\x20\x78\xd9\x0d\xdb" if server else client_mac)
        screen.udp(n, t, size, "192.168.0.1" if server else "0.0.0.0", 67 if server else 68, "255.255.255.255",
                   68 if server else 67, body)

    ident, wanted = b"\x3d\x07\x01" + client_mac, b"\x32\x04\xc0\xa8\x00\x68"
    server = b"\x36\x04\xc0\xa8\x00\x01"
    lease = server + b"\x33\x04\0\x01\x51\x80\x01\x04\xff\xff\xff\0\x03\x04\xc0\xa8\x00\x01"
    message(1, "17:25:03.7104", 328, False, 1, options=ident)
    message(2, "17:25:03.7241", 328, True, 2, yours="192.168.0.104", options=lease)
    message(3, "17:25:03.7299", 342, False, 3, options=ident + wanted + server + b"\x0c\x06office" + b"\x37\x04\x01\x03\x06\x0f")
    message(4, "17:25:03.7368", 342, True, 5, yours="192.168.0.104", options=lease)
    message(5, "17:25:04.6489", 328, False, 4, client="192.168.0.104", options=ident + wanted + server)
    return screen


SERVER, CLIENT = "137.72.43.207", "137.72.43.137"
SYN_OPTIONS = b"\x02\x04\x05\xb4\x01\x03\x03\x00\x01\x01\x04\x02"
SYNACK_OPTIONS = b"\x02\x04\x05\xb4\x01\x03\x03\x00"


def reply_text(code, size, text=""):
    """A reply line that fills a datagram of `size` bytes."""
    line = (code + " " + text).encode()
    return line + b"." * (size - 42 - len(line)) + b"\r\n"


class Ftp(Datagrams):
    """One control connection; rows are given as the slides have them."""

    def __init__(self, start, clock, port):
        super().__init__(start)
        self.prefix, self.port = clock, port

    def client(self, n, t, size, flags, seq, ack, window, say=b"", options=b""):
        self.row(n, self.prefix + t, size, CLIENT, self.port, SERVER, 21, flags, seq, ack, window, options, say)

    def server(self, n, t, size, flags, seq, ack, window, say=b"", options=b""):
        self.row(n, self.prefix + t, size, SERVER, 21, CLIENT, self.port, flags, seq, ack, window, options, say)


def port_control(screen, rows):
    """The login and the PORT command that stand on three slides, with the times of one of them: number and time of
    each packet, in order."""
    c, s = screen.client, screen.server
    plan = [
        (c, 52, "S", 1257181311, 0, 65535, b"", SYN_OPTIONS),
        (s, 48, "SA", 452077195, 1257181312, 32768, b"", SYNACK_OPTIONS),
        (c, 40, "A", 1257181312, 452077196, 64240),
        (s, 114, "AP", 452077196, 1257181312, 32768, reply_text("220-", 114, "FTPD1 IBM FTP CS V1R9 at host")),
        (c, 40, "A", 1257181312, 452077270, 64221),
        (s, 74, "AP", 452077270, 1257181312, 32768, reply_text("220", 74, "Connection will close")),
        (c, 40, "A", 1257181312, 452077304, 64213),
        (c, 54, "AP", 1257181312, 452077304, 64213, b"USER user000\r\n"),
        (s, 67, "AP", 452077304, 1257181326, 32754, reply_text("331", 67, "Send password")),
        (c, 40, "A", 1257181326, 452077331, 64206),
        (c, 55, "AP", 1257181326, 452077331, 64206, b"PASS secret12\r\n"),
        (s, 40, "AP", 452077331, 1257181341, 32753),
        (s, 101, "AP", 452077331, 1257181341, 32753, reply_text("230", 101, "user is logged on")),
        (c, 40, "A", 1257181341, 452077392, 64191),
        (c, 48, "AP", 1257181341, 452077392, 64191, b"TYPE A\r\n"),
        (s, 83, "AP", 452077392, 1257181349, 32760, reply_text("200", 83, "Representation type is Ascii")),
        (c, 40, "A", 1257181349, 452077435, 64180),
        (c, 67, "AP", 1257181349, 452077435, 64180, b"PORT 137,72,43,137,40,196\r\n"),
        (s, 62, "AP", 452077435, 1257181376, 32741, reply_text("200", 62, "Port request OK")),
    ]
    for (number, time), (side, size, flags, seq, ack, window, *rest) in zip(rows, plan):
        side(number, time, size, flags, seq, ack, window, *rest)


def seed_port():
    """FTP Analysis - check the equivalent Sniffer trace, packets 10 to 31; 3 March 2009, GMT. What the commands and
    replies say beyond their names is ours, but for PORT."""
    screen = Ftp(1236038400, "02:42:", 10432)
    port_control(screen, [(10, "00.5115"), (11, "00.5130"), (12, "00.5130"), (13, "00.6380"), (14, "00.7886"),
                          (15, "00.7916"), (16, "01.0073"), (17, "04.9129"), (18, "04.9278"), (19, "05.0542"),
                          (20, "07.3607"), (21, "07.6216"), (22, "08.1125"), (23, "08.2261"), (24, "10.3368"),
                          (25, "10.3419"), (26, "10.5229"), (30, "16.2812"), (31, "16.2865")])
    return screen


def seed_ftp_mixed():
    """FTP, packets 1 to 25: a mixed trace with NetBIOS, TN3270, SNMP and ICMP; 28 February 2009, GMT. The broadcasts
    of port 6646 and the screens of the terminal are ours. What the slide leaves empty, such as names of NetBIOS, is
    told; packet 2 is not called a TN3270E header, since the trace does not hold how the terminal began."""
    screen = Ftp(1235779200, "02:35:", 10432)
    terminal = "137.72.43.142"

    def telnet(n, t, size, to_client, flags, seq, ack, window, say):
        ends = (SERVER, 23, terminal, 1215) if to_client else (terminal, 1215, SERVER, 23)
        screen.row(n, "02:35:" + t, size, *ends, flags, seq, ack, window, b"", say)

    def netbios(n, t):
        name = dns_name("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        screen.udp(n, "02:35:" + t, 78, "137.72.43.45", 137, "137.72.43.255", 137,
                   struct.pack("!6H", 1, 0x0110, 1, 0, 0, 0) + name + struct.pack("!HH", 32, 1))

    def snmp(n, t, port):
        packet = bytes.fromhex("3029020100") + b"\x04\x06public" + \
            bytes.fromhex("a01c02047fffffff020100020100300e300c06082b060102010101000500")
        screen.udp(n, "02:35:" + t, 71, SERVER, port, SERVER, 161, packet)
        return screen.frames[-1][1][14:]

    def unreachable(n, t, quoted):
        body = b"\x03\x03\0\0\0\0\0\0" + quoted[:28]
        body = body[:2] + struct.pack("!H", screen.sum(body)) + body[4:]
        screen.datagram(n, "02:35:" + t, 56, SERVER, SERVER, 1, body)

    def broadcast(n, t, host):
        screen.udp(n, "02:35:" + t, 1453, "137.72.43." + host, 6646, "137.72.43.255", 6646, b"\x01" * 1425)

    data3270 = b"\0\0\0\0\x01" + b"\xf5\xc3" + b"\x40" * 1453
    netbios(1, "10.5649")
    telnet(2, "11.2518", 1500, True, "A", 424249748, 4206849998, 32760, data3270)
    telnet(3, "11.2688", 136, True, "AP", 424251208, 4206849998, 32760, b"\x40" * 94 + b"\xff\xef")
    telnet(4, "11.2712", 40, False, "A", 4206849998, 424251304, 63748, b"")
    telnet(5, "11.2713", 40, False, "A", 4206849998, 424251304, 64240, b"")
    netbios(6, "11.2775")
    quoted = snmp(7, "11.6239", 14280)
    unreachable(8, "11.6245", quoted)
    telnet(9, "12.0784", 48, False, "AP", 4206849998, 424251304, 64240, b"\x02\0\0\0\x01\0\xff\xef")
    telnet(10, "12.0791", 40, True, "AP", 424251304, 4206850006, 32760, b"")
    broadcast(11, "12.7799", "143")
    broadcast(12, "12.7813", "142")
    rows = [(13, "13.7644"), (14, "13.7650"), (15, "13.7659"), (16, "13.8898"), (18, "14.0430"), (19, "14.0435"),
            (20, "14.2617"), (25, "18.1661")]
    port_control_with(screen, rows, {
        18: lambda: broadcast(17, "13.9114", "108"),
        25: lambda: (unreachable(22, "14.3531", snmp(21, "14.3524", 14278)),
                     unreachable(24, "16.7567", snmp(23, "16.7560", 14282))),
    })
    return screen


def port_control_with(screen, rows, between):
    """port_control, with what comes between its packets."""
    client, server = screen.client, screen.server

    def wrapped(side):
        def send(number, *rest):
            if number in between:
                between[number]()
            side(number, *rest)
        return send
    screen.client, screen.server = wrapped(client), wrapped(server)
    port_control(screen, rows)


def seed_passive():
    """FTP Analysis - Passive FTP, packets 730 to 747, and the PASV reply's details; 3 March 2009, GMT."""
    screen = Ftp(1236038400, "02:42:16.", 21157)
    screen.mac = (b"\x00\x13\x20\xd5\x77\x94", b"\x00\x10\xc6\xdf\xba\xcf")
    c, s = screen.client, screen.server

    def data(n, t, size, to_client, flags, seq, ack, window, options=b""):
        ends = (SERVER, 3679, CLIENT, 21158) if to_client else (CLIENT, 21158, SERVER, 3679)
        screen.row(n, "02:42:16." + t, size, *ends, flags, seq, ack, window, options)

    c(730, "2097", 48, "AP", 3883430947, 617330248, 64154, b"TYPE A\r\n")
    s(731, "2136", 83, "AP", 617330248, 3883430955, 32760, reply_text("200", 83, "Representation type is Ascii"))
    c(732, "2142", 46, "AP", 3883430955, 617330291, 64143, b"PASV\r\n")
    s(733, "2207", 89, "AP", 617330291, 3883430961, 32762, b"227 Entering Passive Mode (137,72,43,207,14,95)\r\n")
    c(734, "2223", 46, "AP", 3883430961, 617330340, 64131, b"LIST\r\n")
    data(735, "2234", 52, False, "S", 3534575276, 0, 65535, SYN_OPTIONS)
    data(736, "2331", 48, True, "SA", 617396255, 3534575277, 32768, SYNACK_OPTIONS)
    data(737, "2331", 40, False, "A", 3534575277, 617396256, 64240)
    s(738, "2799", 61, "AP", 617330340, 3883430967, 32762, reply_text("125", 61, "List started"))
    c(739, "4079", 40, "A", 3883430967, 617330361, 64126)
    data(740, "4465", 1500, True, "A", 617396256, 3534575277, 32768)
    data(741, "4467", 1457, True, "AP", 617397716, 3534575277, 32768)
    data(742, "4468", 40, False, "A", 3534575277, 617399133, 63520)
    data(743, "4468", 40, False, "A", 3534575277, 617399133, 64240)
    data(744, "4491", 40, True, "APF", 617399133, 3534575277, 32768)
    data(745, "4493", 40, False, "A", 3534575277, 617399134, 64240)
    data(746, "4495", 40, False, "AF", 3534575277, 617399134, 64240)
    data(747, "4524", 40, True, "AP", 617399134, 3534575278, 32768)
    return screen


def client_hello():
    """The 198 bytes of the slide, as far as it shows them: session id, ciphers and extensions are filled up."""
    session = bytes.fromhex("2d585daef198d9bb951dd9f58d7766465b88a493b98acc3c") + b"\x11" * 8
    ciphers = [0xc00a, 0xc014, 0x88, 0x87, 0x39, 0x38, 0xc00f, 0xc005, 0x84, 0x35, 0xc007, 0xc009, 0xc011, 0xc013, 0x45,
               0x44, 0x33, 0x32, 0xc00c, 0xc00e, 0xc002, 0xc004, 0x96, 0x41, 4, 5, 0x2f, 0xc008, 0xc012, 0x16, 0x13,
               0xc00d, 0xc003, 0xfeff, 0x0a]
    suites = b"".join(struct.pack("!H", one) for one in ciphers)
    body = b"\x03\x01" + bytes.fromhex("4b71f169da10") + b"\x22" * 26 + b"\x20" + session + \
        struct.pack("!H", len(suites)) + suites + b"\x01\0"
    room = 189 - len(body) - 2
    name = b"h" * (room - 9 - 14)
    sni = struct.pack("!HHHBH", 0, len(name) + 5, len(name) + 3, 0, len(name)) + name
    groups = b"\0\x0a\0\x04\0\x02\0\x17" + b"\0\x0b\0\x02\x01\0"
    body += struct.pack("!H", len(sni) + len(groups)) + sni + groups
    assert len(body) == 189, len(body)
    return b"\x16\x03\x01\0\xc1\x01\0\0\xbd" + body


def seed_https():
    """HTTPS (Port 443), packets 2 to 26; 9 February 2010, EST. Packet 5 is the Client Hello of the slide "Sample
    TLS/SSL Decoding"; certificates and data are filled up. The certificate is named
    where it is complete, in packet 10, and not where it begins, as on the slide. Packet 12 ends with an encrypted Finished, which its line
    on the slide is cut off before."""
    screen = Datagrams(1265673600 + 5 * 3600)
    client, server = "137.72.43.113", "161.113.0.6"

    def record(kind, body):
        return struct.pack("!BHH", kind, 0x0301, len(body)) + body

    def handshake(kind, body):
        return bytes([kind]) + struct.pack("!I", len(body))[1:] + body

    hello = record(22, handshake(2, b"\x03\x01" + b"\x33" * 32 + b"\x20" + b"\x44" * 32 + b"\0\x04\0"))
    # The certificate's message takes what is left of three full segments and a last one of 693 bytes.
    total = 3 * 1276 + 693
    done = record(22, handshake(14, b""))
    certificate = total - len(hello) - len(done) - 5 - 4
    chain = b"\x30\x82" + struct.pack("!H", certificate - 6 - 4) + b"\x05" * (certificate - 6 - 4)
    body = struct.pack("!I", len(chain) + 3)[1:] + struct.pack("!I", len(chain))[1:] + chain
    stream = hello + record(22, handshake(11, body)) + done
    assert len(stream) == total, (len(stream), total)
    exchange = record(22, handshake(16, b"\0\x80" + b"\x55" * 128)) + record(20, b"\x01") + record(22, b"\x66" * 32)

    def forth(n, t, size, flags, seq, ack, window, say=b"", options=b""):
        screen.row(n, "18:36:09." + t, size, client, 53755, server, 443, flags, seq, ack, window, options, say)

    def back(n, t, size, flags, seq, ack, window, say=b"", options=b""):
        screen.row(n, "18:36:09." + t, size, server, 443, client, 53755, flags, seq, ack, window, options, say)

    forth(2, "5954", 52, "S", 373845382, 0, 8192, b"", b"\x02\x04\x05\xb4\x01\x03\x03\x02\x01\x01\x04\x02")
    back(3, "6604", 52, "SA", 3140938962, 373845383, 4380, b"", b"\x02\x04\x04\xfc\x01\x03\x03\x00\x01\x01\x04\x02")
    forth(4, "6606", 40, "A", 373845383, 3140938963, 16588)
    forth(5, "6685", 238, "AP", 373845383, 3140938963, 16588, client_hello())
    parts = [stream[i * 1276:(i + 1) * 1276] for i in range(4)]
    back(6, "7484", 1316, "A", 3140938963, 373845581, 4380, parts[0])
    back(7, "7552", 1316, "A", 3140940239, 373845581, 4380, parts[1])
    forth(8, "7552", 40, "A", 373845581, 3140941515, 16588)
    back(9, "7622", 1316, "A", 3140941515, 373845581, 4380, parts[2])
    back(10, "7657", 733, "AP", 3140942791, 373845581, 4380, parts[3])
    forth(11, "7658", 40, "A", 373845581, 3140943484, 16588)
    forth(12, "7718", 222, "AP", 373845581, 3140943484, 16588, exchange)
    back(13, "8372", 40, "A", 3140943484, 373845763, 4760)
    back(14, "8424", 83, "AP", 3140943484, 373845763, 4760, record(20, b"\x01") + record(22, b"\x77" * 32))
    forth(15, "8437", 879, "AP", 373845763, 3140943527, 16577, record(23, b"\x88" * 834))
    back(16, "9180", 40, "A", 3140943527, 373846602, 5599)
    sequence = 3140943527
    for n, t, acknowledge in ((17, "9508", None), (18, "9576", "9577"), (20, "9648", None), (21, "9716", "9717"),
                              (23, "9787", None), (24, "9855", "9856"), (26, "9925", None)):
        back(n, t, 1316, "A", sequence, 373846602, 5599, record(23, b"\x99" * 1271))
        sequence += 1276
        if acknowledge:
            forth(n + 1, acknowledge, 40, "A", 373846602, sequence, 16588)
    return screen


class Recorded:
    """IP datagrams with what a z/OS trace record says of them, as `culprit convert` writes it into pcapng."""

    def __init__(self, records):
        self.records = records

    def bytes(self):
        def block(kind, body):
            body += b"\0" * (-len(body) % 4)
            return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
        out = [block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)),
               block(1, struct.pack("<HHI", 101, 0, 0) + struct.pack("<HHB3xHH", 9, 1, 6, 0, 0))]
        for time, packet, words in self.records:
            comment = words.encode()
            out.append(block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xffffffff, len(packet), len(packet))
                             + packet + b"\0" * (-len(packet) % 4)
                             + struct.pack("<HH", 1, len(comment)) + comment + b"\0" * (-len(comment) % 4)
                             + struct.pack("<HH", 0, 0)))
        return b"".join(out)


def seed_pthdr():
    """The PTHDR_T blocks of the SYN of slow start, and of the FTP command PORT in two trace records."""
    records = []
    for trace, number, words in (
            (seed_slow_start(), 89, "zos.format=4 zos.interface=\"OSDL\" zos.device_type=39 zos.flags=0x01 "
             "zos.trace_count=51281450 zos.asid=84 zos.tcb=8106528 zos.segments=1"),
            (seed_port(), 30, "zos.format=4 zos.interface=\"ETH1\" zos.device_type=39 zos.flags=0x00 "
             "zos.trace_count=191128 zos.asid=53 zos.segments=2")):
        time, frame = trace.frames[number - 1]
        packet = frame[14:14 + struct.unpack("!H", frame[16:18])[0]]
        source, destination = (".".join(map(str, packet[at:at + 4])) for at in (12, 16))
        ports = struct.unpack("!HH", packet[20:24])
        records.append((time, packet, words + " zos.source=%s:%d zos.destination=%s:%d zos.protocol=6 "
                        "zos.packet_length=%d zos.traced_length=%d zos.capture_time=%d zos.buffer_time=%d" % (
                            source, ports[0], destination, ports[1], len(packet), len(packet), time * 1000,
                            time * 1000)))
    return Recorded(records)

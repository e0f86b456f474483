"""Small traces for the tests of the program: built here, byte for byte the same in every run."""
import struct

START = 1344443400_000000  # 2012-08-08T16:30:00Z in microseconds
SYN, ACK, PSH, FIN, RST = 0x02, 0x10, 0x08, 0x01, 0x04


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def address(text):
    return bytes(int(part) for part in text.split("."))


def ethernet(kind, payload, to=b"\x02\0\0\0\0\x02", sender=b"\x02\0\0\0\0\x01"):
    return (to + sender + struct.pack("!H", kind) + payload).ljust(60, b"\0")


class Trace:
    """Frames with their times; `bytes()` is a pcap file."""

    def __init__(self):
        self.frames, self.time, self.ids = [], START, 0

    def add(self, frame, wait=1000):
        self.time += wait
        self.frames.append((self.time, frame))

    def ip(self, protocol, source, destination, payload, wait=1000):
        self.ids += 1
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), self.ids, 0x4000, 64, protocol, 0,
                           address(source), address(destination))
        head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
        self.add(ethernet(0x0800, head + payload), wait)

    def transport(self, protocol, source, destination, segment, at, wait):
        pseudo = address(source) + address(destination) + struct.pack("!BBH", 0, protocol, len(segment))
        value = checksum(pseudo + segment) or 0xffff
        self.ip(protocol, source, destination, segment[:at] + struct.pack("!H", value) + segment[at + 2:],
                wait)

    def tcp(self, source, sport, destination, dport, flags, seq, ack, data=b"", window=8192, wait=1000):
        options = b"\x02\x04\x05\xb4" if flags & SYN else b""
        segment = struct.pack("!HHIIBBHHH", sport, dport, seq, ack, (20 + len(options)) << 2, flags,
                              window, 0, 0) + options + data
        self.transport(6, source, destination, segment, 16, wait)

    def udp(self, source, sport, destination, dport, data, wait=1000):
        self.transport(17, source, destination, struct.pack("!HHHH", sport, dport, 8 + len(data), 0) + data,
                       6, wait)

    def ping(self, source, destination, kind, number, wait=1000):
        body = struct.pack("!BBHHH", kind, 0, 0, 7, number) + b"culprit?" * 4
        self.ip(1, source, destination, body[:2] + struct.pack("!H", checksum(body)) + body[4:], wait)

    def arp(self, operation, sender, target, wait=1000):
        mac = b"\x02\0\0\0\0\x01" if operation == 1 else b"\x02\0\0\0\0\x02"
        body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + mac + address(sender)
        body += (b"\0" * 6 if operation == 1 else b"\x02\0\0\0\0\x01") + address(target)
        self.add(ethernet(0x0806, body, b"\xff" * 6 if operation == 1 else b"\x02\0\0\0\0\x01", mac), wait)

    def dns(self, client, server, name, identifier, rcode=0, wait=1000):
        """A query and, a millisecond later, its answer."""
        labels = b"".join(bytes([len(part)]) + part for part in name.split(b".")) + b"\0"
        question = labels + struct.pack("!HH", 1, 1)
        self.udp(client, 40000 + identifier, server, 53,
                 struct.pack("!HHHHHH", identifier, 0x0100, 1, 0, 0, 0) + question, wait)
        answer = b"" if rcode else b"\xc0\x0c" + struct.pack("!HHIH4s", 1, 1, 60, 4, b"\x0a\0\0\x09")
        self.udp(server, 53, client, 40000 + identifier,
                 struct.pack("!HHHHHH", identifier, 0x8180 | rcode, 1, 0 if rcode else 1, 0, 0)
                 + question + answer)

    def web(self, client, sport, server, size=3000):
        """A whole conversation: request, `size` bytes of answer, an orderly end."""
        c, s = 1000, 5000
        forth = lambda flags, data=b"", **more: self.tcp(client, sport, server, 80, flags, c, s, data, **more)
        back = lambda flags, data=b"", **more: self.tcp(server, 80, client, sport, flags, s, c, data, **more)
        self.tcp(client, sport, server, 80, SYN, c, 0)
        c += 1
        self.tcp(server, 80, client, sport, SYN | ACK, s, c)
        s += 1
        forth(ACK)
        request = b"GET / HTTP/1.0\r\n\r\n"
        forth(ACK | PSH, request)
        c += len(request)
        left = size
        while left:
            piece = b"x" * min(left, 1460)
            back(ACK | PSH, piece)
            s += len(piece)
            left -= len(piece)
            forth(ACK)
        back(ACK | FIN)
        s += 1
        forth(ACK)
        forth(ACK | FIN)
        c += 1
        back(ACK)

    def bytes(self):
        out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)]
        for time, frame in self.frames:
            out.append(struct.pack("<IIII", time // 1000000, time % 1000000, len(frame), len(frame)) + frame)
        return b"".join(out)


def office():
    """A morning without trouble: ARP, DNS, a web page, a ping."""
    trace = Trace()
    trace.arp(1, "10.0.0.5", "10.0.0.9")
    trace.arp(2, "10.0.0.9", "10.0.0.5")
    trace.dns("10.0.0.5", "10.0.0.9", b"www.example.com", 1)
    trace.web("10.0.0.5", 40001, "10.0.0.9")
    trace.ping("10.0.0.5", "10.0.0.9", 8, 1)
    trace.ping("10.0.0.9", "10.0.0.5", 0, 1)
    return trace


def refused():
    """Three tries to reach a port where nobody listens."""
    trace = Trace()
    for i in range(3):
        trace.tcp("10.0.0.5", 40010 + i, "10.0.0.9", 8080, SYN, 1000 * i, 0, wait=1000000)
        trace.tcp("10.0.0.9", 8080, "10.0.0.5", 40010 + i, RST | ACK, 0, 1000 * i + 1)
    return trace


def hostile():
    """A name that tries to clear the terminal, to break out of quotes, and is no UTF-8."""
    trace = Trace()
    trace.dns("10.0.0.5", "10.0.0.9", b"\x1b[2J,\"x\xff.example", 1, rcode=3)
    return trace


def logins():
    """Passwords and cookies that nobody should see, and bytes that the recorder missed."""
    trace = Trace()

    def session(sport, dport, turns):
        c, s = 1000, 5000
        trace.tcp("10.0.0.5", sport, "10.0.0.9", dport, SYN, c, 0)
        trace.tcp("10.0.0.9", dport, "10.0.0.5", sport, SYN | ACK, s, c + 1)
        c, s = c + 1, s + 1
        trace.tcp("10.0.0.5", sport, "10.0.0.9", dport, ACK, c, s)
        for client, data, seen in turns:
            if client:
                if seen:
                    trace.tcp("10.0.0.5", sport, "10.0.0.9", dport, ACK | PSH, c, s, data)
                c += len(data)
                trace.tcp("10.0.0.9", dport, "10.0.0.5", sport, ACK, s, c)
            else:
                if seen:
                    trace.tcp("10.0.0.9", dport, "10.0.0.5", sport, ACK | PSH, s, c, data)
                s += len(data)
                trace.tcp("10.0.0.5", sport, "10.0.0.9", dport, ACK, c, s)
        trace.tcp("10.0.0.5", sport, "10.0.0.9", dport, ACK | FIN, c, s)
        trace.tcp("10.0.0.9", dport, "10.0.0.5", sport, ACK | FIN, s, c + 1)
        trace.tcp("10.0.0.5", sport, "10.0.0.9", dport, ACK, c + 1, s + 1)

    session(40001, 80, [
        (True, b"GET /login?user=me&password=hunter2&x=1 HTTP/1.1\r\nHost: x\r\nCookie: a=1; b=2\r\n"
               b"Authorization: Basic bWU6aHVudGVyMg==\r\n\r\n", True),
        (False, b"HTTP/1.1 200 OK\r\nSet-Cookie: id=4711; Path=/\r\nContent-Length: 20\r\n\r\n0123456789", True),
        (False, b"abcdefghij", False),
        (True, b"GET / HTTP/1.1\r\nHost: \x1b[2J\xff\r\n\r\n", True),
    ])
    session(40002, 23, [
        (False, b"\xff\xfd\x18login: ", True), (True, b"me\r\n", True), (False, b"Password: ", True),
        (True, b"hun", True), (True, b"ter2\r\n", True), (False, b"\r\nWelcome\r\n$ ", True),
        (True, b"who\r\n", True),
    ])
    return trace

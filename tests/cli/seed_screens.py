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

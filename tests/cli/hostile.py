#!/usr/bin/env python3
"""Conversations made to make the reader run out of memory or time: each is analysed in two lengths, and neither the
memory nor the time for a byte may grow with the length.

usage: hostile.py PROGRAM [KILOBYTES]      of the longer one; 2000 is the default

Memory is compared with that of a conversation of equal length that no decoder knows.
"""
import base64
import gzip
import os
import struct
import subprocess
import sys
import tempfile

import traces

PROGRAM = os.path.abspath(sys.argv[1])
LONG = int(sys.argv[2] if len(sys.argv) > 2 else 2000) << 10
SHORT = LONG // 4
SANITIZED = b"__asan_init" in open(PROGRAM, "rb").read()
# Half-read messages of all sessions may hold 16 MiB (session/message_room.h); sanitizers double what is held.
MEMORY = (20 << 10) * (3 if SANITIZED else 1)          # kB above the same bytes in an unknown protocol
# 16 384 findings of 5 KB may wait for the end of the trace (finding/store.c).
FINDINGS = MEMORY + (90 << 10) * (2 if SANITIZED else 1)
TIMES_LONGER = 3       # for a byte of the longer one, at most
PIECE = 8000
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="quarantine_size_mb=1:detect_leaks=0:malloc_context_size=0")
CLIENT, SERVER = traces.address("10.0.0.5"), traces.address("10.0.0.9")


class Conversation:
    """One TCP connection with the bytes of both ends, written while it is made."""

    def __init__(self, port, file):
        self.port, self.next, self.time, self.file, self.bytes = port, [1000, 5000], traces.START, file, 0
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        self.packet(0, traces.SYN)
        self.packet(1, traces.SYN | traces.ACK)
        self.packet(0, traces.ACK)

    def raw(self, frame, cut=0):
        self.time += 100
        self.file.write(struct.pack("<IIII", self.time // 1000000, self.time % 1000000, len(frame), len(frame) + cut)
                        + frame)

    def ip(self, ends, protocol, transport, cut=0, number=0, fragment=0x4000):
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(transport) + cut, number, fragment, 64, protocol, 0, *ends)
        head = head[:10] + struct.pack("!H", traces.checksum(head)) + head[12:]
        self.raw(traces.ethernet(0x0800, head + transport), cut)

    def frame(self, server, protocol, transport, cut):
        self.ip((SERVER, CLIENT) if server else (CLIENT, SERVER), protocol, transport, cut)

    def packet(self, server, flags, data=b"", cut=0):
        ports = (self.port, 40000) if server else (40000, self.port)
        acknowledged = 0 if flags == traces.SYN else self.next[not server]
        self.frame(server, 6, struct.pack("!HHIIBBHHH", *ports, self.next[server], acknowledged, 5 << 4, flags,
                                          65535, 0, 0) + data, cut)
        self.next[server] = (self.next[server] + len(data) + cut + bool(flags & (traces.SYN | traces.FIN))) & 0xffffffff

    def say(self, server, data):
        for at in range(0, len(data), PIECE):
            self.packet(server, traces.ACK | traces.PSH, data[at:at + PIECE])
            self.packet(1 - server, traces.ACK)
        self.bytes += len(data)

    def datagram(self, server, data, port=40000):
        ports = (self.port, port) if server else (port, self.port)
        self.frame(server, 17, struct.pack("!HHHH", *ports, 8 + len(data), 0) + data, 0)
        self.bytes += len(data)


cases = []


def case(port, *options, memory=MEMORY):
    def add(function):
        cases.append((function.__name__.replace("_", " "), port, function, options, memory))
        return function
    return add


# 100 000 conversations of 5 KB each are the default; that they are bounded shows with fewer, too.
FEW = ("--max-sessions", "1000")


def fill(talk, server, part, size, first=b""):
    """`part`, or what it says about turn i, until `size` bytes are said. Little is kept: what this program holds counts
    as the least that a program started by it can need."""
    said, turn, total = first, 0, 0
    while total < size:
        said += part(turn) if callable(part) else part
        turn += 1
        if len(said) >= 8 * PIECE or total + len(said) >= size:
            talk.say(server, said)
            total, said = total + len(said), b""


REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\n"


@case(9)
def a_protocol_that_nobody_knows(talk, size):
    fill(talk, 0, b"\x01\x02\x03\x04\x05\x06\x07", size)


@case(80)
def a_compressed_body_that_would_be_a_thousand_times_as_long(talk, size):
    one = gzip.compress(b"\0" * (1 << 20), 9)             # members of a file may follow each other
    count = size // len(one) + 1
    talk.say(0, REQUEST)
    fill(talk, 1, one, count * len(one),
         RESPONSE + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % (count * len(one)))


@case(80)
def chunks_without_end(talk, size):
    talk.say(0, REQUEST)
    fill(talk, 1, b"1\r\nx\r\n", size, RESPONSE + b"Transfer-Encoding: chunked\r\n\r\n")


@case(80)
def a_chunk_of_all_there_is(talk, size):
    talk.say(0, REQUEST)
    fill(talk, 1, b"ffffffffffffffff\r\n" + b"x" * 4000, size, RESPONSE + b"Transfer-Encoding: chunked\r\n\r\n")


@case(80)
def a_body_of_all_there_is(talk, size):
    talk.say(0, REQUEST)
    fill(talk, 1, b"x" * 4000, size, RESPONSE + b"Content-Length: 18446744073709551615\r\n\r\n")


@case(80)
def header_lines_without_end(talk, size):
    fill(talk, 0, b"X-A: b\r\n", size, b"GET / HTTP/1.1\r\n")


@case(80)
def a_header_line_without_end(talk, size):
    fill(talk, 0, b"a" * 4000, size, b"GET / HTTP/1.1\r\nX: ")


@case(80)
def requests_that_nobody_answers(talk, size):
    fill(talk, 0, b"GET / HTTP/1.1\r\n\r\n", size)


@case(80)
def requests_all_answered_at_the_end(talk, size):
    fill(talk, 0, b"GET / HTTP/1.1\r\n\r\n", size)
    fill(talk, 1, b"HTTP/1.1 204 \r\n\r\n", size)


def h2(kind, flags, stream, payload):
    return struct.pack("!I", len(payload))[1:] + bytes([kind, flags]) + struct.pack("!I", stream) + payload


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + h2(4, 0, 0, b"")
# A header of 4 000 bytes goes into the table, and every byte behind it stands for the whole.
LONG_HEADER = b"\x40\x01a\x7f\xa1\x1e" + b"v" * 4000


@case(8080)
def headers_that_stand_for_four_thousand_bytes_each(talk, size):
    fill(talk, 0, lambda i: h2(1, 5, 3 + 2 * i, b"\xbe" * 16000), size, PREFACE + h2(1, 5, 1, LONG_HEADER))


@case(8080)
def headers_that_are_continued_without_end(talk, size):
    fill(talk, 0, h2(9, 0, 1, b"\x00\x01a\x01b" * 200), size, PREFACE + h2(1, 0, 1, b"\x82\x84\x86"))


@case(8080)
def streams_that_are_opened_and_reset(talk, size):
    fill(talk, 0, lambda i: h2(1, 5, 1 + 2 * i, b"\x82\x84\x86") + h2(3, 0, 1 + 2 * i, struct.pack("!I", 8)), size, PREFACE)


@case(8080)
def streams_that_are_opened_and_kept(talk, size):
    fill(talk, 0, lambda i: h2(1, 4, 1 + 2 * i, b"\x82\x84\x86"), size, PREFACE)


@case(8080)
def a_table_that_changes_its_size_all_the_time(talk, size):
    fill(talk, 0, lambda i: h2(1, 5, 1 + 2 * i, b"\x20\x3f\xe1\x1f" * 2 + b"\x40\x01a\x01b" * 800), size, PREFACE)


def record(kind, payload):
    return b"".join(struct.pack("!BHH", kind, 0x303, len(payload[at:at + 16384])) + payload[at:at + 16384]
                    for at in range(0, len(payload), 16384))


HELLO = bytes.fromhex("0100002b0303") + b"r" * 32 + bytes.fromhex("000004c02f009c0100")
# A true one, signed by itself.
CERTIFICATE = base64.b64decode(
    "MIIBbjCCAROgAwIBAgIUIJjb8ASQWs38etU8300ysuaEKWgwCgYIKoZIzj0EAwIwDDEKMAgGA1UEAwwBeDAeFw0yNjExMzAwMzQ5MjdaFw0z"
    "NjExMjcwMzQ5MjdaMAwxCjAIBgNVBAMMAXgwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQOcNs2KgUmbIAd3oYS9CXfV/ZL+oAepmxmPO+V"
    "daCxZ96Y6HbRk5+T1M9XRlpAou269wJx/OvRtTl3lbMm8/MRo1MwUTAdBgNVHQ4EFgQU3MV0sIvXov4Xipji6W8ik1CP7LEwHwYDVR0jBBgw"
    "FoAU3MV0sIvXov4Xipji6W8ik1CP7LEwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA5HwyMxioK+zwSgj+N7hVrTEf0jVq"
    "u2E1/Jni0UUiXsoCIQC5ZgeZGJNj+dYICqTv7wfzlf3TfwOGQV0uloms9MTiYw==")
SERVER_HELLO = bytes.fromhex("020000260303") + b"R" * 32 + bytes.fromhex("00c02f00")


@case(443)
def a_handshake_message_of_sixteen_megabytes(talk, size):
    talk.say(0, record(22, HELLO))
    talk.say(1, record(22, SERVER_HELLO))
    fill(talk, 1, record(22, b"c" * 16384), size, record(22, b"\x0b\xff\xff\xff\xff\xff\xfc" + b"\0\x40\0"))


@case(443)
def a_chain_of_a_thousand_certificates(talk, size):
    talk.say(0, record(22, HELLO))
    one = b"\0\x07\xd0\x30\x82\x07\xcc" + b"\x30" * 1996
    count = size // len(one) + 1
    total = min(count * len(one), 0xfffff0)
    head = b"\x0b" + struct.pack("!I", total + 3)[1:] + struct.pack("!I", total)[1:]
    fill(talk, 1, record(22, one * 8), size, record(22, SERVER_HELLO + head))


@case(443)
def records_without_a_byte(talk, size):
    talk.say(0, record(22, HELLO))
    fill(talk, 0, b"\x17\x03\x03\0\0", size)


@case(443)
def handshakes_in_records_of_a_byte(talk, size):
    fill(talk, 0, lambda i: record(22, HELLO[i % len(HELLO):i % len(HELLO) + 1]), size)


@case(21)
def a_reply_without_end(talk, size):
    fill(talk, 1, b"230-welcome\r\n", size, b"220 ready\r\n")


@case(21)
def commands_that_nobody_answers(talk, size):
    talk.say(1, b"220 ready\r\n")
    fill(talk, 0, b"NOOP\r\n", size)


@case(21)
def ports_without_end(talk, size):
    talk.say(1, b"220 ready\r\n")
    fill(talk, 0, lambda i: b"PORT 10,0,0,5,%d,%d\r\n" % (i >> 8 & 255, i & 255), size)


@case(21)
def a_reply_of_gigabytes_that_the_recorder_cut(talk, size):
    talk.say(1, b"220 ready\r\n230-welcome\r\n")
    for _ in range(size // 100):                       # a thousandth of it is in the file
        talk.packet(1, traces.ACK, b"230-x", 60000)
    talk.bytes += size


@case(23)
def negotiations_without_end(talk, size):
    fill(talk, 0, lambda i: bytes([255, 253 + i % 2, i % 256 if i % 256 != 255 else 1]), size)


@case(23)
def a_subnegotiation_without_end(talk, size):
    fill(talk, 0, b"x" * 4000, size, b"\xff\xfa\x18\x00")


@case(143)
def a_literal_of_all_there_is(talk, size):
    talk.say(1, b"* OK IMAP4rev1 ready\r\n")
    fill(talk, 0, b"x" * 4000, size, b"a LOGIN {4294967295}\r\n")


@case(389)
def an_element_of_all_there_is(talk, size):
    fill(talk, 0, b"\x30\x84\xff\xff\xff\xff" + b"\x02\x01\x01\x63" * 500, size)


@case(389)
def elements_inside_elements(talk, size):
    fill(talk, 0, b"\x30\x82\x0f\xa0\x02\x01\x01\x63\x82\x0f\x99" + b"\xa0\x80" * 1996 + b"\0", size)


@case(3306)
def rows_without_end(talk, size):
    talk.say(1, b"\x25\0\0\0\x0a8.4.2\0\1\0\0\0saltsalt\0\xff\xff\xff\2\0\xff\xdf\x15" + b"\0" * 10)
    talk.say(0, b"\x0b\0\0\0\3select a, b")
    fill(talk, 1, lambda i: b"\1\0\0" + bytes([i & 255]) + b"\1", size)


@case(5432)
def notices_without_end(talk, size):
    talk.say(0, b"\0\0\0\x11\0\3\0\0user\0joe\0"[:16] + b"\0")
    fill(talk, 1, b"N\0\0\0\x10SNOTICE\0Mx\0\0", size)


@case(445)
def commands_chained_without_end(talk, size):
    one = b"\xfeSMB\x40\0\0\0\0\0\0\0\x0e\0\1\0\0\0\0\0\x50\0\0\0" + b"\0" * 56
    fill(talk, 0, b"\0\0\xfa\0" + one * 800, size)


@case(80)
def a_frame_of_all_there_is_in_a_web_socket(talk, size):
    talk.say(0, b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n")
    talk.say(1, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
    fill(talk, 0, b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\1\2\3\4" + b"x" * 4000, size)


@case(80)
def frames_of_nothing_in_a_web_socket(talk, size):
    talk.say(0, b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n")
    talk.say(1, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
    fill(talk, 1, b"\x89\0", size)


@case(53)
def names_that_point_at_themselves(talk, size):
    loop = struct.pack("!HHHHHH", 7, 0x8180, 1, 20, 0, 0) + b"\xc0\x0c\0\1\0\1" + (b"\xc0\x0c" + struct.pack(
        "!HHIH", 5, 1, 60, 2) + b"\xc0\x0c") * 20
    while talk.bytes < size:
        talk.datagram(1, loop)


@case(53)
def names_that_point_a_long_way(talk, size):
    pointers = b"".join(struct.pack("!H", 0xc000 | 12 + max(0, 2 * i - 2)) for i in range(200))
    message = struct.pack("!HHHHHH", 7, 0x8180, 0, 60, 0, 0) + pointers + b"\0\1\0\1" * 40
    while talk.bytes < size:
        talk.datagram(1, message)


@case(53, *FEW)
def questions_that_nobody_answers(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        talk.datagram(0, struct.pack("!HHHHHH", turn & 0xffff, 0x100, 1, 0, 0, 0) + b"\x08%08d\2xy\0\0\1\0\1" % turn)


@case(67)
def clients_without_end_that_ask_for_addresses(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        talk.datagram(0, struct.pack("!BBBBIHH", 1, 1, 6, 0, turn, 0, 0) + b"\0" * 16 + struct.pack("!HI", 0x200, turn) +
                      b"\0" * 202 + b"\x63\x82\x53\x63\x35\1\1\xff", 68)


def udp(talk, ends, ports, data):
    talk.ip(ends, 17, struct.pack("!HHHH", *ports, 8 + len(data), 0) + data)
    talk.bytes += 28 + len(data)


def tcp(talk, ends, ports, flags, sequence=1000, acknowledged=0, data=b""):
    talk.ip(ends, 6, struct.pack("!HHIIBBHHH", *ports, sequence & 0xffffffff, acknowledged, 5 << 4, flags, 65535, 0, 0) +
            data)
    talk.bytes += 40 + len(data)


def host(number):
    return struct.pack("!I", 0x0b000000 + number)


@case(53)
def answers_of_four_thousand_records(talk, size):
    rows = 4080
    message = struct.pack("!HHHHHH", 7, 0x8180, 0, 65535, 0, 0) + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x0a\0\0\1" * rows
    fill(talk, 1, struct.pack("!H", len(message)) + message, size)


@case(443)
def a_handshake_message_of_sixteen_megabytes_byte_by_byte(talk, size):
    talk.say(0, record(22, HELLO))
    talk.say(1, record(22, SERVER_HELLO) + record(22, b"\x0b\xff\xff\xff\xff\xff\xfc\0\1\x72"))
    fill(talk, 1, lambda i: record(22, CERTIFICATE[i % 370:i % 370 + 1]), size)


@case(443)
def a_chain_of_a_thousand_true_certificates(talk, size):
    one = struct.pack("!I", len(CERTIFICATE))[1:] + CERTIFICATE
    chain = struct.pack("!I", 1000 * len(one))[1:] + one * 1000
    talk.say(0, record(22, HELLO))
    fill(talk, 1, record(22, b"\x0b" + struct.pack("!I", len(chain))[1:] + chain), size, record(22, SERVER_HELLO))


@case(161)
def variables_inside_variables(talk, size):
    nest = b""
    while len(nest) < 40000:
        nest = b"\x30\x83" + struct.pack("!I", len(nest))[1:] + nest
    message = b"\x30\x83" + struct.pack("!I", len(nest) + 3)[1:] + b"\2\1\1" + nest
    while talk.bytes < size:
        udp(talk, (CLIENT, SERVER), (40000, 161), message)


@case(161)
def variables_without_a_byte(talk, size):
    rows = b"\x30\0" * 8000
    inner = b"\2\1\7\2\1\0\2\1\0\x30\x83" + struct.pack("!I", len(rows))[1:] + rows
    head = b"\2\1\1\4\6public\xa0\x83" + struct.pack("!I", len(inner))[1:] + inner
    while talk.bytes < size:
        udp(talk, (CLIENT, SERVER), (40000, 161), b"\x30\x83" + struct.pack("!I", len(head))[1:] + head)


@case(5060)
def headers_of_a_call_without_end(talk, size):
    fill(talk, 0, b"Via: SIP/2.0/TCP x;branch=z9hG4bK7\r\n", size, b"INVITE sip:a@b SIP/2.0\r\n")


@case(5060)
def calls_without_end(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        udp(talk, (CLIENT, SERVER), (5060, 5060), b"INVITE sip:a@b SIP/2.0\r\nCall-ID: %d\r\nCSeq: 1 INVITE\r\n"
            b"Via: SIP/2.0/UDP x;branch=z9hG4bK%d\r\nContent-Type: application/sdp\r\nContent-Length: 76\r\n\r\n"
            b"v=0\r\no=- 1 1 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\nm=audio %05d RTP/AVP 0\r\n" %
            (turn, turn, 10000 + turn % 50000))


@case(9)
def streams_of_speech_that_change_all_the_time(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        udp(talk, (CLIENT, SERVER), (20000, 20002), struct.pack("!BBHII", 0x80, 0, turn & 0xffff, 160 * turn, turn // 9) +
            b"x" * 160)


@case(9)
def extension_headers_without_end(talk, size):
    ends = bytes.fromhex("20010db8000000000000000000000005" "20010db8000000000000000000000009")
    chain = (b"\x3c\0\1\4\0\0\0\0" + b"\0\0\1\4\0\0\0\0") * 90 + b"\x3b\0\1\4\0\0\0\0"
    while talk.bytes < size:
        talk.raw(traces.ethernet(0x86dd, struct.pack("!IHBB", 6 << 28, len(chain), 60, 64) + ends + chain))
        talk.bytes += 54 + len(chain)


@case(9)
def packets_inside_packets(talk, size):
    inner = b""
    for _ in range(70):
        inner = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(inner), 0, 0x4000, 64, 4, 0, CLIENT, SERVER) + inner
    while talk.bytes < size:
        talk.raw(traces.ethernet(0x0800, inner))
        talk.bytes += 14 + len(inner)


@case(9)
def fragments_that_overlap(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        talk.ip((CLIENT, SERVER), 17, b"y" * 1000, 0, 7 + turn // 2000, 0x2000 | turn * 37 % 8000)
        talk.bytes += 1034


@case(9)
def fragments_of_eight_bytes(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        talk.ip((CLIENT, SERVER), 17, b"y" * 8, 0, turn // 7000, 0x2000 | 8000 - turn % 7000)
        talk.bytes += 60


@case(9)
def fragments_of_datagrams_that_never_end(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        talk.ip((CLIENT, SERVER), 17, b"y" * 8, 0, turn & 0xffff, 0x2000 | 8000)
        talk.bytes += 60


@case(80)
def bytes_that_come_early(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        tcp(talk, (CLIENT, SERVER), (40000, 80), traces.ACK, 1002 + 2 * turn, 5001, b"G")


@case(80)
def bytes_in_backward_order(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        tcp(talk, (CLIENT, SERVER), (40000, 80), traces.ACK, 61001 - turn % 60000 + turn // 60000 * 60000, 5001, b"G")


@case(80, *FEW)
def connections_with_something_missing(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        ports = (1024 + turn % 60000, 80)
        ends = (host(turn // 60000), SERVER)
        tcp(talk, ends, ports, traces.SYN)
        tcp(talk, ends, ports, traces.ACK, 1001, 1, b"GET /")
        for part in range(20):
            tcp(talk, ends, ports, traces.ACK, 3000 + 1500 * part, 1, b"x" * 1200)


@case(80, *FEW)
def connections_of_one_packet(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        tcp(talk, (host(turn), SERVER), (1024 + turn % 60000, 80), traces.SYN)


# With an application in it each takes three times as much, so that only a third may be such.
@case(80, "--max-sessions", "3000")
def connections_that_ask_and_stay(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        ends, ports = (host(turn), SERVER), (1024 + turn % 60000, 80)
        tcp(talk, ends, ports, traces.SYN)
        tcp(talk, ends, ports, traces.ACK, 1001, 1, b"GET / HTTP/1.1\r\n\r\n")
        tcp(talk, ends[::-1], ports[::-1], traces.ACK, 1, 1019, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")


@case(9, *FEW)
def datagrams_from_everywhere(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        udp(talk, (host(turn), host(turn * 7 + 100000)), (1024 + turn % 60000, 1024 + turn % 50000), b"x")


@case(80, *FEW, memory=FINDINGS)
def connections_that_are_refused(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        ports = (1024 + turn % 60000, 80)
        tcp(talk, (host(turn), SERVER), ports, traces.SYN)
        tcp(talk, (SERVER, host(turn)), ports[::-1], traces.RST | traces.ACK, 0, 1001)


@case(80)
def one_byte_that_is_sent_again_and_again(talk, size):
    tcp(talk, (CLIENT, SERVER), (40000, 80), traces.ACK, 1001, 5001, b"G")
    while talk.bytes < size:
        talk.time += 300000
        tcp(talk, (CLIENT, SERVER), (40000, 80), traces.ACK, 1001, 5001, b"G")


@case(80, memory=FINDINGS)
def servers_that_fail_a_little_different_each_time(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        talk.say(0, b"GET /%d HTTP/1.1\r\nHost: h%d.example\r\n\r\n" % (turn, turn))
        talk.say(1, b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")


@case(53)
def names_that_do_not_exist(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        for server in 0, 1:
            talk.datagram(server, struct.pack("!HHHHHH", turn & 0xffff, 0x8183 if server else 0x100, 1, 0, 0, 0) +
                          b"\x08%08d\2x%d\0\0\1\0\1" % (turn, turn % 10))


@case(53, *FEW)
def servers_of_names_without_end(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        udp(talk, (CLIENT, host(turn)), (40000 + turn % 20000, 53), struct.pack(
            "!HHHHHH", turn & 0xffff, 0x100, 1, 0, 0, 0) + b"\1x\2xy\0\0\1\0\1")


@case(9)
def hosts_that_ask_for_hosts(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        mac = b"\2\0" + struct.pack("!I", turn)
        talk.raw(traces.ethernet(0x0806, struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1 + turn % 2) + mac + host(turn) + mac +
                                 host(turn * 3), b"\xff" * 6, mac))
        talk.bytes += 60


@case(9)
def one_address_that_moves_all_the_time(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        mac = b"\2\0" + struct.pack("!I", turn)
        talk.raw(traces.ethernet(0x0806, struct.pack("!HHBBH", 1, 0x0800, 6, 4, 2) + mac + CLIENT + mac + CLIENT,
                                 b"\xff" * 6, mac))
        talk.bytes += 60


@case(9, *FEW)
def pings_to_everybody(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        talk.ip((CLIENT, host(turn)), 1, struct.pack("!BBHHH", 8, 0, 0, turn & 0xffff, turn & 0xffff) + b"x" * 20)
        talk.bytes += 60


@case(9, *FEW)
def errors_about_everybody(talk, size):
    turn = 0
    while talk.bytes < size:
        turn += 1
        quote = struct.pack("!BBHHHBBH4s4sHHI", 0x45, 0, 40, 0, 0x4000, 64, 6, 0, host(turn), host(turn + 9), turn % 60000,
                            80, turn)
        talk.ip((host(turn + 9), host(turn)), 1, struct.pack("!BBHI", 3, turn % 14, 0, 0) + quote)
        talk.bytes += 70


def measure(path, options):
    """Seconds of processor time and the most memory, in kB."""
    child = subprocess.Popen([PROGRAM, "diagnose", "--json", "-q", *options, path], stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, env=ENVIRONMENT)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    child.stderr.close()
    assert status == 0, "status %d: %s" % (status, said[-2000:].decode(errors="replace"))
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def run(directory, port, function, options, size):
    path = os.path.join(directory, "trace.pcap")
    with open(path, "wb") as file:
        function(Conversation(port, file), size)
    return measure(path, options)


def main():
    failed, plain = 0, None
    with tempfile.TemporaryDirectory() as directory:
        for number, (name, port, function, options, most) in enumerate(cases, 1):
            try:
                short, memory = run(directory, port, function, options, SHORT)
                long, more = run(directory, port, function, options, LONG)
                plain = plain or more
                note = "%.2f s, %d MB" % (long, more >> 10)
                assert more < plain + most, "%s, of the same bytes in an unknown protocol %d MB" % (note, plain >> 10)
                assert long < 4 * TIMES_LONGER * (short + 0.05), "%s; a quarter of it %.2f s" % (note, short)
                print("ok %d - %s: %s" % (number, name, note))
            except AssertionError as problem:
                failed += 1
                print("not ok %d - %s: %s" % (number, name, problem))
    print("1..%d" % len(cases))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())

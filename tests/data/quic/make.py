#!/usr/bin/env python3
"""Makes quic.pcap and pieces.pcap: connections of QUIC as RFC 9000, 9001 and 9369 describe them, as far as everybody can
read them.

usage: make.py [DIRECTORY]      needs python3-cryptography

In quic.pcap one fails by its version, one exchanges hellos, one is told to come back with a token. In pieces.pcap hellos
as long as those with a post-quantum key come in several datagrams, in any order. All keys follow from connection IDs.
quic-real.pcap and second.pcap hold the first datagrams of real connections, between gtlsclient and gtlsserver of ngtcp2
0.12 (Debian's ngtcp2-client and ngtcp2-server), recorded on a loopback interface of their own: with
--groups of the server that make it ask again, with no common cipher suite, and with a ticket so long (it holds a client
certificate of 2 kB) that the hello takes three datagrams; second.pcap with -V (a Retry), with -v v2draft, and with
--preferred-versions=v2draft of the server.
"""
import hashlib
import hmac
import os
import struct
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../cli"))
import traces

SERVER = ("192.0.2.9", 443)
SALTS = {1: bytes.fromhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
         0x6b3343cf: bytes.fromhex("0dede3def700a6db819381be6e269dcbf9bd2ed9")}
RETRY_KEY, RETRY_NONCE = bytes.fromhex("be0c690b9f66575a1d766b54e368c84e"), bytes.fromhex("461599d35d632bf2239825bb")


def number(value, size=None):
    size = size or (1 if value < 64 else 2 if value < 16384 else 4)
    return (value | {1: 0, 2: 1, 4: 2, 8: 3}[size] << (8 * size - 2)).to_bytes(size, "big")


def expand(secret, label, length):
    info = struct.pack(">HB", length, 6 + len(label)) + b"tls13 " + label + b"\0"
    out, block, i = b"", b"", 1
    while len(out) < length:
        block = hmac.new(secret, block + info + bytes([i]), hashlib.sha256).digest()
        out, i = out + block, i + 1
    return out[:length]


def initial(side, origin, to, sender, packet_number, frames, token=b"", pad=0, version=1):
    """One protected Initial packet."""
    first = hmac.new(SALTS[version], origin, hashlib.sha256).digest()
    secret = expand(first, side + b" in", 32)
    label = b"quic " if version == 1 else b"quicv2 "
    key, iv, mask_key = (expand(secret, label + what, size) for what, size in ((b"key", 16), (b"iv", 12), (b"hp", 16)))
    head = (b"\xc1" if version == 1 else b"\xd1") + struct.pack(">IB", version, len(to)) + to + bytes([len(sender)]) + sender + number(len(token)) + token
    frames += b"\0" * max(0, pad - len(head) - 2 - 2 - len(frames) - 16)
    head += number(2 + len(frames) + 16, 2)
    nonce = bytes(a ^ b for a, b in zip(iv, packet_number.to_bytes(12, "big")))
    whole = head + struct.pack(">H", packet_number)
    sealed = AESGCM(key).encrypt(nonce, frames, whole)
    sample = sealed[2:18]
    mask = Cipher(algorithms.AES(mask_key), modes.ECB()).encryptor().update(sample)
    return (bytes([head[0] ^ mask[0] & 15]) + head[1:] + bytes(a ^ b for a, b in zip(whole[-2:], mask[1:3])) + sealed)


def crypto(data, offset=0):
    return b"\x06" + number(offset) + number(len(data)) + data


def vector(data, size):
    return len(data).to_bytes(size, "big") + data


def extension(kind, data):
    return struct.pack(">H", kind) + vector(data, 2)


def hello(share=b""):
    key = extension(51, vector(share + struct.pack(">H", 29) + vector(bytes(range(32)), 2), 2))
    extensions = (extension(0, vector(b"\0" + vector(b"quic.example", 2), 2)) + extension(10, vector(b"\0\x1d\0\x17", 2)) +
                  extension(13, vector(b"\4\3\x08\4", 2)) + extension(16, vector(vector(b"h3", 1), 2)) +
                  extension(43, vector(b"\3\4", 1)) + extension(45, vector(b"\1", 1)) + key)
    body = b"\3\3" + bytes(range(100, 132)) + vector(b"", 1) + vector(b"\x13\1\x13\2", 2) + vector(b"\0", 1) + vector(
        extensions, 2)
    return b"\1" + vector(body, 3)


def server_hello():
    extensions = extension(43, b"\3\4") + extension(51, struct.pack(">H", 29) + vector(bytes(range(32, 64)), 2))
    body = b"\3\3" + bytes(range(200, 232)) + vector(b"", 1) + b"\x13\1\0" + vector(extensions, 2)
    return b"\2" + vector(body, 3)


def acknowledge(largest):
    return b"\x02" + number(largest) + number(10) + number(0) + number(0)


def pieces():
    """Hellos of 1.4 kB, as browsers send them since they have post-quantum keys."""
    trace = traces.Trace()
    share = struct.pack(">H", 0x11ec) + vector(bytes(i * 7 & 255 for i in range(1216)), 2)
    text, answer = hello(share), server_hello()

    def say(client, data, port):
        ends = (("10.0.0.5", port), SERVER) if client else (SERVER, ("10.0.0.5", port))
        trace.udp(*ends[0], *ends[1], data, 20000)

    def client(port, name, packet_number, frames, version=1, to=None):
        say(True, initial(b"client", name, to or name, b"client-%d" % (port % 10), packet_number, frames, pad=1200,
                          version=version), port)

    def server(port, name, packet_number, frames, version=1):
        say(False, initial(b"server", name, b"client-%d" % (port % 10), b"server-%d" % (port % 10), packet_number, frames,
                           version=version), port)

    # In order, then the last part first, then with a part that comes twice and overlaps.
    client(50001, b"in-order", 0, crypto(text[:1100]))
    client(50001, b"in-order", 1, crypto(text[1100:], 1100))
    server(50001, b"in-order", 0, acknowledge(1) + crypto(answer))
    client(50002, b"reversed", 1, b"\1" + crypto(text[1100:], 1100))
    server(50002, b"reversed", 0, acknowledge(1))
    client(50002, b"reversed", 0, crypto(text[:1100]))
    client(50003, b"overlaps", 0, crypto(text[:700]))
    client(50003, b"overlaps", 1, crypto(text[:700]))
    client(50003, b"overlaps", 2, crypto(text[600:], 600))
    # As Chrome cuts it, to see which boxes on the way put it together: small frames out of order, and others between.
    cuts = [0, 1, 90, 91, 400, 401, 402, 800, 1000]
    parts = [crypto(text[a:b], a) for a, b in zip(cuts, cuts[1:])]
    client(50004, b"scrambled", 0, b"\1\0\0".join(parts[i] for i in (5, 0, 7, 2, 1, 6, 3, 4)))
    client(50004, b"scrambled", 1, crypto(text[1200:], 1200) + b"\1" + crypto(text[1000:1200], 1000))
    # The recorder missed the first datagram, and the client did not repeat it.
    client(50005, b"not-seen", 1, crypto(text[1100:], 1100))
    # Its first datagram is lost on the way and sent again; the server's hello is in two datagrams, too.
    client(50006, b"repeated", 1, crypto(text[1100:], 1100), 0x6b3343cf)
    client(50006, b"repeated", 2, crypto(text[:1100]), 0x6b3343cf)
    server(50006, b"repeated", 0, b"\3" + number(2) + number(9) + number(0) + number(1) + number(4) + number(0) + number(1)
           + crypto(answer[:50]), 0x6b3343cf)
    server(50006, b"repeated", 1, crypto(answer[50:], 50), 0x6b3343cf)
    # Two Initials in one datagram, and early data behind them.
    both = initial(b"client", b"together", b"together", b"client-7", 0, crypto(text[:800])) + initial(
        b"client", b"together", b"together", b"client-7", 1, crypto(text[800:1400], 800))
    early = b"\xd1" + struct.pack(">IB", 1, 8) + b"together" + b"\x08client-7" + number(60, 2) + bytes(60)
    say(True, both + early, 50007)
    # The same ports for another connection: nothing of the first one counts.
    client(50008, b"the-first", 0, crypto(text[:1100]))
    client(50008, b"a-second!", 0, crypto(text[1100:], 1100))
    client(50008, b"a-second!", 1, crypto(text[:1100]))
    # A stream that does not end, and one with more gaps than anybody makes.
    for i in range(20):
        client(50009, b"endless!", i, crypto(b"\1\xff\xff\xff" + bytes(1096) if i == 0 else bytes(1100), i * 1100))
    client(50000, b"many-gaps", 0, b"".join(crypto(b"\1", 2 * i + 1) for i in range(200)))
    return trace


def main():
    directory = sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__))
    for name, trace in (("quic.pcap", kinds()), ("pieces.pcap", pieces())):
        with open(os.path.join(directory, name), "wb") as file:
            file.write(trace.bytes())


def kinds():
    trace = traces.Trace()
    first, mine, theirs, retried = b"original", b"client-1", b"server-one", b"retried-id"
    token = b"come back with this"

    def say(client, data, port=50000):
        ends = (("10.0.0.5", port), SERVER) if client else (SERVER, ("10.0.0.5", port))
        trace.udp(*ends[0], *ends[1], data, 20000)

    handshake = b"\xe1" + struct.pack(">IB", 1, len(mine)) + mine + bytes([len(theirs)]) + theirs + number(200, 2) + bytes(
        range(200))
    text = hello()
    # Who offers a version that nobody knows learns those of the server.
    unknown = b"\xca" + struct.pack(">IB", 0x1a2a3a4a, 8) + b"who-are-" + bytes([len(mine)]) + mine
    say(True, unknown.ljust(1200, b"\0"), 50001)
    say(False, b"\x80" + struct.pack(">IB", 0, len(mine)) + mine + b"\x08who-are-" + struct.pack(
        ">II", 1, 0x6b3343cf), 50001)
    # The second half of the hello comes first, and all in one datagram.
    say(True, initial(b"client", first, first, mine, 0, crypto(text[100:], 100) + crypto(text[:100]), pad=1200))
    say(False, initial(b"server", first, mine, theirs, 0, acknowledge(0) + crypto(server_hello())) + handshake)
    say(True, initial(b"client", first, theirs, mine, 1, acknowledge(0), pad=1200))
    say(True, b"\x41" + theirs + bytes(40))
    say(False, b"\x41" + mine + bytes(40))
    # A server that serves no such protocol: TLS alert 120.
    refused = b"refused1"
    say(True, initial(b"client", refused, refused, b"client-3", 0, crypto(text), pad=1200), 50003)
    say(False, initial(b"server", refused, b"client-3", b"server-3", 0, acknowledge(0) + b"\x1c" + number(0x178, 2) +
                       number(6) + vector(b"no application protocol", 1), pad=1200), 50003)
    # A server that wants to see its token again first.
    first, mine, theirs = b"another1", b"client-2", b"server-two"
    handshake = handshake.replace(b"client-1", mine).replace(b"server-one", theirs)
    retry = b"\xf0" + struct.pack(">IB", 1, len(mine)) + mine + bytes([len(retried)]) + retried + token
    say(True, initial(b"client", first, first, mine, 0, crypto(text), pad=1200), 50002)
    say(False, retry + AESGCM(RETRY_KEY).encrypt(RETRY_NONCE, b"", vector(first, 1) + retry), 50002)
    say(True, initial(b"client", retried, retried, mine, 1, crypto(text), token, 1200), 50002)
    say(False, initial(b"server", retried, mine, theirs, 0, acknowledge(1) + crypto(server_hello())) + handshake, 50002)
    return trace


if __name__ == "__main__":
    main()

"""Small TCP and UDP programs with the habits of programs.

usage: chat.py serve PORT [deaf SECONDS | lazy | resets SECONDS]
                                          answers requests: 4 bytes of length, then as much. deaf: takes no
                                          connection (and lets one wait) for so long; lazy: reads slowly;
                                          resets: breaks off what was idle for so long
       chat.py ask HOST PORT COUNT SIZE [pieces] [every SECONDS] [keepalive SECONDS] [dribble]
                                          COUNT questions; pieces: header and body in two writes
       chat.py upload HOST PORT BYTES     one large request
       chat.py rtp HOST PORT PACKETS      a voice stream, G.711, 20 ms a packet
       chat.py repeat HOST PORT COUNT     the same datagram again and again
       chat.py shout BROADCAST PORT COUNT to everybody on the LAN
       chat.py sink PORT                  a UDP port that only listens"""
import random
import socket
import struct
import sys
import threading
import time

words = sys.argv[1:]
LINE = b"All work and no play makes Jack a dull boy, and the log says so once again.\n"


def option(name, default=0.0):
    return float(words[words.index(name) + 1]) if name in words else default


def read(sock, count, slowly=False):
    data = b""
    while len(data) < count:
        piece = sock.recv(min(count - len(data), 2000 if slowly else 65536))
        if not piece:
            return None
        data += piece
        if slowly:
            time.sleep(0.05)
    return data


def answer(sock):
    limit = option("resets")
    if limit:
        sock.settimeout(limit)
    try:
        while head := read(sock, 4):
            body = read(sock, struct.unpack("!I", head)[0], "lazy" in words)
            if body is None:
                break
            sock.sendall(struct.pack("!I", 100) + (LINE * 2)[:100])
    except TimeoutError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    sock.close()


def serve(port):
    server = socket.create_server(("", port), backlog=1 if "deaf" in words else 64)
    time.sleep(option("deaf"))
    while True:
        sock, _ = server.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=answer, args=(sock,), daemon=True).start()


def ask(host, port, count, size):
    sock = socket.create_connection((host, port), timeout=30)
    if option("keepalive"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
            sock.setsockopt(socket.IPPROTO_TCP, name, int(option("keepalive")))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 5)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, int("pieces" not in words))
    for turn in range(count):
        if turn:
            time.sleep(option("every"))
        body = (LINE * (size // len(LINE) + 1))[:size]
        if "pieces" in words:
            sock.sendall(struct.pack("!I", size))
            sock.sendall(body)
        elif "dribble" in words:
            sock.sendall(struct.pack("!I", size))
            for at in range(0, size, 20):
                sock.sendall(body[at:at + 20])
                time.sleep(0.001)
        else:
            sock.sendall(struct.pack("!I", size) + body)
        if read(sock, 104) is None:
            break
    sock.close()


def rtp(host, port, packets):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", port))
    chance = random.Random(7)
    start = time.monotonic()
    for number in range(packets):
        head = struct.pack("!BBHII", 0x80, 0x80 if number == 0 else 0, number, 160 * number, 0x1234abcd)
        sock.sendto(head + bytes(chance.choice(b"\xd5\x55\xd4\x54") for _ in range(160)), (host, port))
        time.sleep(max(0, start + 0.02 * (number + 1) - time.monotonic()))


def shout(everybody, port, count):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setsockopt(socket.IPPROTO_IP, 10, 0)     # IP_MTU_DISCOVER off: packets are numbered
    for number in range(count):
        sock.sendto(b"who is there? %d\n" % number, (everybody, port))
        time.sleep(0.1)


def repeat(host, port, count):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(count):
        sock.sendto(b"status please\n", (host, port))
        time.sleep(0.4)


if words[0] == "serve":
    serve(int(words[1]))
elif words[0] == "ask":
    ask(words[1], int(words[2]), int(words[3]), int(words[4]))
elif words[0] == "upload":
    ask(words[1], int(words[2]), 1, int(words[3]))
elif words[0] == "rtp":
    rtp(words[1], int(words[2]), int(words[3]))
elif words[0] == "shout":
    shout(words[1], int(words[2]), int(words[3]))
elif words[0] == "repeat":
    repeat(words[1], int(words[2]), int(words[3]))
elif words[0] == "sink":
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind(("", int(words[1])))
    while True:
        sink.recv(4096)

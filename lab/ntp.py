"""A time server and a client that asks it: ntp.py serve, ntp.py ask HOST TIMES."""
import socket
import struct
import sys
import time


def stamp():
    now = time.time() + 2208988800
    return struct.pack("!II", int(now), int(now % 1 * 2**32))


sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
if sys.argv[1] == "serve":
    sock.bind(("", 123))
    while True:
        question, peer = sock.recvfrom(1024)
        head = struct.pack("!BBbbIII", 0x24, 2, 6, -20, 0x100, 0x200, 0x0a020001)
        sock.sendto(head + stamp() + question[40:48] + stamp() + stamp(), peer)
else:
    sock.settimeout(1)
    for _ in range(int(sys.argv[3])):
        sock.sendto(struct.pack("!B", 0x23) + b"\0" * 39 + stamp(), (sys.argv[2], 123))
        try:
            sock.recv(1024)
        except TimeoutError:
            pass
        time.sleep(0.2)

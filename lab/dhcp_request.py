"""A client that comes back with an address of another place (INIT-REBOOT): dhcp_request.py NAMESPACE ADDRESS."""
import ctypes
import os
import socket
import struct
import sys

space = os.open(f"/run/netns/{sys.argv[1]}", os.O_RDONLY)
ctypes.CDLL(None).setns(space, 0)
with open("/dev/null"):
    pass
mac = bytes.fromhex("00163e010011")
body = struct.pack("!BBBBIHH16s16s64s128s", 1, 1, 6, 0, 0x3903f326, 0, 0, b"", mac, b"", b"")
body += bytes.fromhex("63825363") + b"\x35\x01\x03" + b"\x32\x04" + socket.inet_aton(sys.argv[2])
body += b"\x3d\x07\x01" + mac + b"\x37\x03\x01\x03\x06\xff"
body = body.ljust(300, b"\0")
udp = struct.pack("!HHHH", 68, 67, 8 + len(body), 0) + body
head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, b"\0" * 4, b"\xff" * 4)
total = sum(struct.unpack("!10H", head))
total = (total & 0xffff) + (total >> 16)
head = head[:10] + struct.pack("!H", ~total & 0xffff) + head[12:]
card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
card.bind(("eth0", 0))
card.send(b"\xff" * 6 + mac + b"\x08\x00" + head + udp)

"""Asks a web server twice on one connection: again.py HOST PORT PAUSE."""
import socket
import sys
import time

sock = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5)
try:
    for turn in range(2):
        sock.sendall(f"GET /1k HTTP/1.1\r\nHost: {sys.argv[1]}\r\n\r\n".encode())
        left = 1
        head = b""
        while b"\r\n\r\n" not in head and left:
            piece = sock.recv(65536)
            left = len(piece)
            head += piece
        while left and len(head.partition(b"\r\n\r\n")[2]) < 1024:
            piece = sock.recv(65536)
            left = len(piece)
            head += piece
        if not turn:
            time.sleep(float(sys.argv[3]))
except OSError as problem:
    print(problem)

"""A small application server with the faults of application servers.

usage: app.py PORT; then /think/SECONDS, /status/CODE, /short/BYTES/PROMISED, /pause/SECONDS/BYTES,
/loop/N (redirects), /silent (never answers), /drop (closes without an answer), /reset (in the
middle of one), anything else: "ok"."""
import socket
import struct
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LINE = b"All work and no play makes Jack a dull boy, and the log says so once again.\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "lab/1", ""

    def answer(self, status, body, headers=()):
        head = f"HTTP/1.1 {status} {'OK' if status < 400 else 'Trouble'}\r\nServer: lab/1\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers)
        if not any(name == "Content-Length" for name, _ in headers):
            head += f"Content-Length: {len(body)}\r\n"
        self.wfile.write(head.encode() + b"\r\n" + body)

    def do_GET(self):
        what, *numbers = self.path.strip("/").split("/")
        values = [float(n) for n in numbers]
        body = LINE * 10
        if what == "think":
            time.sleep(values[0])
            self.answer(200, body)
        elif what == "status":
            self.answer(int(values[0]), body[:60])
        elif what == "short":
            body = (LINE * 2000)[:int(values[0])]
            self.answer(200, body, [("Content-Length", int(values[1]))])
            self.close_connection = True
        elif what == "pause":
            half = (LINE * 4000)[:int(values[1])]
            self.answer(200, half, [("Content-Length", 2 * len(half))])
            time.sleep(values[0])
            self.wfile.write(half)
        elif what == "loop":
            self.answer(302, b"", [("Location", f"/loop/{int(values[0]) % 2 + 1}")])
        elif what == "silent":
            time.sleep(3600)
        elif what == "drop":
            self.close_connection = True
        elif what == "reset":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + body)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        else:
            self.answer(200, body)

    def do_POST(self):
        left = int(self.headers.get("Content-Length", 0))
        if self.path.startswith("/stall/"):       # the program is busy before it reads
            time.sleep(float(self.path.split("/")[2]))
            self.path = "/"
        while left > 0:
            left -= len(self.rfile.read(min(left, 4096)) or b"x" * left)
        self.do_GET()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


Server(("", int(sys.argv[1])), Handler).serve_forever()

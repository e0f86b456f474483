"""Two hosts on one machine: namespaces with a veth pair between them, and what is sent there."""
import os
import shutil
import socket
import struct
import subprocess
import sys
import time

A, B = "cu%d_a" % os.getpid(), "cu%d_b" % os.getpid()
MINE, OTHER = "02:00:00:00:00:0b", "02:00:00:00:00:0a"
made = []


def why_not():
    """Why there can be no lab here, or None."""
    if os.geteuid() != 0:
        return "not root"
    if not shutil.which("ip"):
        return "no iproute2"
    done = subprocess.run(["ip", "netns", "add", A], capture_output=True, text=True)
    if done.returncode:
        return "no network namespaces here: " + done.stderr.strip()
    made.append(A)
    try:
        up()
    except (subprocess.CalledProcessError, OSError) as problem:
        return "no veth pairs here: %s" % problem
    finally:
        down()
    return None


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


def up():
    if A not in made:
        ip("netns", "add", A)
        made.append(A)
    ip("netns", "add", B)
    made.append(B)
    ip("link", "add", "va", "netns", A, "address", OTHER, "type", "veth", "peer", "name", "vb", "netns", B,
       "address", MINE)
    ip("-n", A, "addr", "add", "10.98.0.1/24", "dev", "va")
    ip("-n", B, "addr", "add", "10.98.0.2/24", "dev", "vb")
    for space, name in ((A, "va"), (B, "vb")):
        # Without these the neighbours' own chatter would be in every trace.
        for scope in ("all", "default", name):
            inside(space, "sysctl", "-qw", "net.ipv6.conf.%s.disable_ipv6=1" % scope)
        ip("-n", space, "link", "set", "lo", "up")
        ip("-n", space, "link", "set", name, "up")
    ip("-n", A, "neigh", "add", "10.98.0.2", "lladdr", MINE, "dev", "va", "nud", "permanent")
    ip("-n", B, "neigh", "add", "10.98.0.1", "lladdr", OTHER, "dev", "vb", "nud", "permanent")


def down():
    while made:
        subprocess.run(["ip", "netns", "del", made.pop()], capture_output=True)


def inside(space, *words, **more):
    return subprocess.run(["ip", "netns", "exec", space, *words], capture_output=True, text=True, **more)


def udp(length, port=9, source_port=1025, source="10.98.0.1", target="10.98.0.9", ttl=64, checksum=0):
    """A frame of `length` bytes, to the second host's interface but not to it, so that it keeps silent."""
    data = b"x" * (length - 42)
    head = struct.pack(">HHHH", source_port, port, 8 + len(data), checksum)
    start = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(data), 0, 0, ttl, 17, 0, socket.inet_aton(source),
                        socket.inet_aton(target))
    total = sum(struct.unpack(">10H", start))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    start = start[:10] + struct.pack(">H", ~total & 0xffff) + start[12:]
    return mac(MINE) + mac(OTHER) + b"\x08\x00" + start + head + data


def mac(words):
    return bytes(int(part, 16) for part in words.split(":"))


def send(*frames, times=1, pause=0.0):
    """From the first host's interface, as they are."""
    words = ["%s" % frame.hex() for frame in frames]
    done = inside(A, sys.executable, __file__, "va", str(times), str(pause), *words)
    assert done.returncode == 0, done.stderr


if __name__ == "__main__":               # within the namespace: INTERFACE TIMES PAUSE FRAME...
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind((sys.argv[1], 0))
    frames = [bytes.fromhex(word) for word in sys.argv[4:]]
    for _ in range(int(sys.argv[2])):
        for frame in frames:
            while True:
                try:
                    wire.send(frame)
                    break
                except OSError:              # the queue is full for the moment
                    time.sleep(0.001)
        if float(sys.argv[3]):
            time.sleep(float(sys.argv[3]))

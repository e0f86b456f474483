"""Sends random TCP traffic through culprit and tshark 4.0 and compares what both say of each packet.

usage: random_tcp_test.py CULPRIT [FIRST_SEED SEEDS]

The traffic is wilder than any network's: overlaps, gaps, old and future acknowledgements, windows of
zero, ports used again, numbers that wrap around, times that run back, options cut off by the snap
length. Skipped where there is no tshark 4.0, whose rules these are.
"""
import json
import os
import random
import struct
import subprocess
import sys
import tempfile

SKIPPED = 77
PACKETS = 3000
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
SECOND = 10 ** 9
PORTS = (9999, 8888)
HOSTS = (bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]))
ANALYSIS = ["tcp.analysis." + name for name in """retransmission fast_retransmission
    spurious_retransmission out_of_order duplicate_ack lost_segment ack_lost_segment keep_alive
    keep_alive_ack zero_window zero_window_probe zero_window_probe_ack window_full window_update
    reused_ports""".split()]


def wrap(number):
    return number & 0xffffffff


def frame(direction, ports, sequence, acknowledgment, flags, window, options, length):
    options += b"\1" * (-len(options) % 4)
    words = (5 + len(options) // 4) << 12
    tcp = struct.pack("!HHIIHHHH", ports[direction], ports[1 - direction], wrap(sequence),
                      wrap(acknowledgment), words | flags, window, 0, 0) + options + bytes(length)
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0)
    return b"\2" * 6 + b"\4" * 6 + b"\x08\0" + ip + HOSTS[direction] + HOSTS[1 - direction] + tcp


class Conversation:
    def __init__(self, dice):
        starts = (dice.getrandbits(32), 0xffffff00 + dice.randrange(256), dice.randrange(3), 1000)
        self.ports = (dice.randrange(20000, 20020), dice.choice(PORTS))
        self.start = [dice.choice(starts), dice.choice(starts)]
        self.next = list(self.start)      # what each end sends next
        self.acked = list(self.start)     # what each end acknowledged last
        self.window = [1000, 1000]
        self.spoke = [False, False]
        self.sent = [[], []]              # (sequence, length)

    def packet(self, dice, wild):
        """One more packet: a frame's arguments."""
        me = dice.randrange(2)
        you = 1 - me
        flags, length, options = ACK, 0, b""
        sequence, acknowledgment, window = self.next[me], self.next[you], self.window[me]
        what = dice.random()
        if not self.spoke[me] and dice.random() < .6:
            flags = SYN | (ACK if self.spoke[you] and dice.random() < .9 else 0)
            sequence = self.start[me]
            length = dice.randrange(5) if dice.random() < .1 else 0
            if dice.random() < .6:
                options = bytes([3, 3, dice.choice([0, 1, 2, 3, 7, 14, 15])])
            if not flags & ACK:
                acknowledgment = dice.choice([0, 0, 5])
            self.next[me] = sequence + 1 + length
        elif what < .30:    # new data
            length = dice.choice([1, 1, 2, 10, 100, 1000])
            self.next[me] = sequence + length
            flags |= dice.choice([0, PSH])
        elif what < .36:    # behind a gap
            sequence += dice.choice([1, 2, 50])
            length = dice.choice([0, 1, 10, 100])
            self.next[me] = sequence + length
        elif what < .46 and self.sent[me]:      # again, sometimes cut differently
            sequence, length = dice.choice(self.sent[me][-6:])
            length += dice.choice([0, 0, 0, 1, 5, 100])
            sequence += dice.random() < .2
        elif what < .52:    # keep-alive, or something like it
            sequence, length = sequence - 1, dice.randrange(3)
        elif what < .60:    # the same acknowledgement
            acknowledgment = self.acked[me]
        elif what < .64:
            window = self.window[me] = dice.choice([0, 0, 100, 1000, 2000, 5000])
        elif what < .68:    # acknowledges what was not sent
            acknowledgment += dice.choice([1, 10, 100])
        elif what < .71 and self.sent[you]:
            start, size = dice.choice(self.sent[you][-5:])
            acknowledgment = start + dice.choice([0, size, size])
        elif what < .73:
            flags, length = flags | FIN, dice.choice([0, 0, 10])
            self.next[me] = sequence + length + 1
        elif what < .75:
            flags, length = RST | dice.choice([0, ACK]), dice.choice([0, 0, 0, 5])
            sequence = dice.choice([sequence, self.acked[you], sequence + 7])
        elif what < .78:    # up to the edge of the window
            room = wrap(self.acked[you] + self.window[you] - sequence)
            if 0 < room < 3000:
                length = room
                self.next[me] = sequence + length
        elif what < .79:
            flags = SYN | dice.choice([0, 0, ACK])
            sequence = dice.choice([self.start[me], self.start[me], sequence + 1000])
            options = dice.choice([b"", bytes([3, 3, 4])])
        elif what < .80:
            flags = dice.choice([0, PSH, FIN, FIN | SYN, SYN | RST, FIN | RST, 0x1f])
            length = dice.choice([0, 3])
        elif what < .81:
            options = bytes([3, 3, dice.randrange(5)])
        elif what < .82:    # overlaps by a byte
            sequence, length = sequence - 1, dice.choice([2, 3])
        if wild and dice.random() < .05:
            sequence += dice.choice([-1000, 1000, 1 << 31, -5])
        self.spoke[me] = True
        self.acked[me] = acknowledgment
        if length:
            self.sent[me].append((sequence, length))
        return me, self.ports, sequence, acknowledgment, flags, window, options, length


def write_trace(path, seed):
    dice = random.Random(seed)
    wild = seed % 2 == 1
    snap_length = dice.choice([65535, 65535, 65535, 60, 54])
    now = 1600000000 * SECOND
    conversations = []
    with open(path, "wb") as trace:
        trace.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, snap_length, 1))
        for _ in range(PACKETS):
            if not conversations or dice.random() < .004:
                conversations.append(Conversation(dice))
            recent = dice.random() < .7
            conversation = conversations[-1] if recent else dice.choice(conversations[-4:])
            now += int(10 ** dice.uniform(2, 10))
            if dice.random() < .02:
                now -= int(10 ** dice.uniform(2, 9))
            whole = frame(*conversation.packet(dice, wild))
            kept = whole[:snap_length]
            trace.write(struct.pack("<IIII", now // SECOND, now % SECOND, len(kept), len(whole)))
            trace.write(kept)


def by_tshark(path):
    command = ["tshark", "-r", path, "-T", "fields", "-e", "tcp.stream"]
    for port in PORTS:
        command += ["-d", "tcp.port==%d,data" % port]
    for name in ANALYSIS:
        command += ["-e", name]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL).stdout.decode()
    for line in output.splitlines():
        stream, *flags = line.split("\t")
        yield int(stream), {name for name, flag in zip(ANALYSIS, flags) if flag}


def by_culprit(program, path):
    output = subprocess.run([program, "packets", "--json", path], check=True,
                            stdout=subprocess.PIPE).stdout.decode()
    for line in output.splitlines():
        row = json.loads(line)
        yield row["stream"], set(row["analysis"])


def main():
    program = sys.argv[1]
    first, seeds = (int(x) for x in sys.argv[2:4]) if len(sys.argv) > 3 else (1, 6)
    try:
        version = subprocess.run(["tshark", "--version"], stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL).stdout.decode().split("\n")[0]
    except FileNotFoundError:
        version = ""
    if " 4.0." not in version:
        print("skipped: no tshark 4.0 here:", version or "none")
        return SKIPPED
    wrong = 0
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "random.pcap")
        for seed in range(first, first + seeds):
            write_trace(path, seed)
            expected, found = list(by_tshark(path)), list(by_culprit(program, path))
            if len(expected) != PACKETS or len(found) != PACKETS:
                print("seed %d: %d and %d packets" % (seed, len(expected), len(found)))
                wrong += 1
            for number, (theirs, ours) in enumerate(zip(expected, found), 1):
                if theirs != ours:
                    wrong += 1
                    if wrong <= 10:
                        print("seed %d, packet %d: tshark %s, culprit %s" % (
                            seed, number, theirs, ours))
    print("%d packets of %d traces compared, %d differences" % (PACKETS * seeds, seeds, wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Makes conversations for tests/fuzz/corpus (conversation.h says what they look like) from scenarios and from captures
that the project made itself.

usage: make_corpus.py CULPRIT RUN_SCENARIO CORPUS FILE.scn|FILE.pcap...

Of the sessions in which a decoder was heard those are taken that say most that no other one says. Files that are there
stay.
"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

LARGEST = 3000         # bytes of a file, which is run once for each of them: longer talks break off
LONGEST_PIECE = 1500   # of what one end says in one go: bodies are all alike
PER_DECODER = 4
LOWER = {"eth", "ethertype", "ip", "ipv6", "tcp", "udp", "frame", "data", "vlan", "icmp", "arp", "icmpv6"}


def rows(*command):
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace")
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def one(value):
    return str((value[0] if value else "") if isinstance(value, list) else value or "")


def pieces_of(culprit, trace, session):
    said = []
    for row in rows(culprit, "sessions", "--json", "--follow=hex", "--show-secrets", "-q", trace, session):
        data = bytes.fromhex(row["data"].replace(" ", "")) if row["data"] else b"\0" * min(row["length"], LONGEST_PIECE)
        said.append((row["from"] == "server", 1 if row["data"] is None else 0, data[:LONGEST_PIECE]))
    return said


def encode(udp, middle, port, pieces):
    made = struct.pack(">BH", udp | middle << 1, port)
    for from_server, kind, data in pieces:
        if len(made) + len(data) > LARGEST:
            break
        made += struct.pack(">BH", from_server | kind << 1, len(data)) + data
    return made


def sessions(culprit, trace, source):
    """(decoders, words, name, bytes) of each session."""
    words, decoders = {}, {}
    lists = (rows(culprit, "packets", "--json", "-q", "-e", "session.id", "-e", "frame.protocols", trace),
             rows(culprit, "packets", "--json", "-q", trace))
    for row, shown in zip(*lists):
        session = one(row["session.id"])
        if session:
            decoders.setdefault(session, set()).update(set(one(row["frame.protocols"]).split(":")) - LOWER)
            words.setdefault(session, set()).add(re.sub(r"\d+", "0", shown["message"] or ""))
    for number, session in enumerate(sorted(decoders)):
        if not session.startswith(("tcp", "udp")):
            continue
        row = rows(culprit, "sessions", "--json", "-q", trace, session)[0]
        port, middle = row["server_port"], "mid-stream" in row["quality"]
        made = encode(session.startswith("udp"), middle, port, pieces_of(culprit, trace, session))
        name = source + ("-%d" % (number + 1) if len(decoders) > 1 else "")
        yield decoders[session], words[session], name, made


def main():
    culprit, run_scenario, corpus = sys.argv[1:4]
    found = {}
    with tempfile.TemporaryDirectory() as directory:
        for path in sys.argv[4:]:
            source, end = os.path.splitext(os.path.basename(path))
            trace = path
            if end == ".scn":
                trace = os.path.join(directory, "trace.pcapng")
                subprocess.run([run_scenario, "--write-pcap", trace, path], stdout=subprocess.DEVNULL)
            for decoders, words, name, made in sessions(culprit, trace, source):
                for decoder in decoders:
                    found.setdefault(decoder, []).append((words, name, made))
    for decoder, candidates in sorted(found.items()):
        folder = os.path.join(corpus, decoder)
        said = set()
        for _ in range(PER_DECODER):
            best = max(candidates, key=lambda one: (len(one[0] - said), -len(one[2])))
            if not best[0] - said:
                break
            said |= best[0]
            os.makedirs(folder, exist_ok=True)
            target = os.path.join(folder, best[1])
            if not os.path.exists(target):
                with open(target, "wb") as file:
                    file.write(best[2])
            print("%s/%s: %d bytes" % (decoder, best[1], len(best[2])))


if __name__ == "__main__":
    main()

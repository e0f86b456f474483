"""Converts captures of others with Wireshark's editcap and compares what culprit reads from them.

usage: editcap_test.py CULPRIT

Each capture is written in every format below; its packets must read like those of the original: the
time within the format's resolution, all else the same. Where a format cannot hold the times, they must
be those that tshark reads. The files that editcap calls "ngsniffer" are
also packed as compressed Sniffer traces, and those are shown to capinfos to see that they are good.
Skipped without editcap or without ../shared/traces beside the repository (or CULPRIT_TRACES).
"""
import datetime
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
CAPTURES = 14              # so many of each kind of link
FORMATS = {                # format: resolution in nanoseconds
    "nsecpcap": 1, "modpcap": 1000, "nokiapcap": 1000, "rh6_1pcap": 1000, "suse6_3pcap": 1000,
    "snoop": 1000, "ngsniffer": 1000, "ngwsniffer_1_1": 1000, "ngwsniffer_2_0": 1000,
    "netmon1": 1000000, "netmon2": 1000, "erf": 1,
}
LEAST_FORMATS = 8
DOS_EPOCH = 315532800 * 10**9                      # 1980: ngsniffer has no earlier dates
HEADER = 17 + 6 + 18       # of Sniffer traces: magic, record header, version
FORMAT_BYTE = 17 + 6 + 10
BLOB = 9000


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def tshark_times(path):
    done = run("tshark", "-r", path, "-T", "fields", "-e", "frame.time_epoch")
    times = []
    for line in done.stdout.decode().split():
        seconds, _, fraction = line.partition(".")
        times.append(int(seconds) * 10**9 + int(fraction.ljust(9, "0")[:9] or "0"))
    return times


def nanoseconds(text):
    match = re.fullmatch(r"(.*?)(?:\.(\d+))?Z", text)
    seconds = datetime.datetime.fromisoformat(match.group(1) + "+00:00").timestamp()
    return int(seconds) * 10**9 + int((match.group(2) or "0").ljust(9, "0"))


def read_rows(program, path):
    done = run(program, "packets", "--json", path)
    rows = [json.loads(line) for line in done.stdout.decode().splitlines() if line.strip()]
    for row in rows:
        row["time"] = nanoseconds(row["time"])
        row.pop("analysis", None)     # depends on times, which have become coarser
    return rows


def difference(want, got, resolution, path):
    if len(want) != len(got):
        return "%d packets became %d" % (len(want), len(got))
    if any(abs(a["time"] - b["time"]) > resolution for a, b in zip(want, got)):
        want = [dict(row, time=time) for row, time in zip(want, tshark_times(path))]
    for a, b in zip(want, got):
        if abs(a["time"] - b["time"]) > resolution:
            return "packet %d: time %d became %d" % (a["number"], a["time"], b["time"])
        for key in a:
            if key != "time" and a[key] != b.get(key):
                return "packet %d: %s %r became %r" % (a["number"], key, a[key], b.get(key))
    return None


def codes_of(blob):
    """What a Sniffer might have made of the bytes: (is it a code?, its bytes)."""
    last, at = {}, 0
    while at < len(blob):
        run_length = 1
        while at + run_length < len(blob) and run_length < 4114 and blob[at + run_length] == blob[at]:
            run_length += 1
        place = last.get(blob[at:at + 3], -1)
        longest = min(at - place, len(blob) - at, 271) if place >= 0 else 0
        length = 0
        while length < longest and blob[place + length] == blob[at + length]:
            length += 1
        if run_length >= 19:
            number, step = run_length - 19, run_length
            yield True, bytes([0x10 | number & 15, number >> 4, blob[at]])
        elif run_length >= 3:
            step = run_length
            yield True, bytes([run_length - 3, blob[at]])
        elif length >= 3 and 3 <= at - place < 4099:
            number = at - place - 3
            if length >= 16:
                step = length
                yield True, bytes([0x20 | number & 15, number >> 4, length - 16])
            else:
                step = length
                yield True, bytes([length << 4 | number & 15, number >> 4])
        else:
            step = 1
            yield False, blob[at:at + 1]
        for i in range(at, at + step):
            last[blob[i:i + 3]] = i
        at += step


def compress(blob):
    out, codes = b"", list(codes_of(blob))
    for i in range(0, len(codes), 16):
        group = codes[i:i + 16]
        bits = sum(0x8000 >> n for n, (is_code, _) in enumerate(group) if is_code)
        out += bits.to_bytes(2, "little") + b"".join(part for _, part in group)
    return out


def pack(path, packed_path):
    with open(path, "rb") as plain:
        image = bytearray(plain.read())
    image[FORMAT_BYTE] = 2
    out = bytes(image[:HEADER])
    for number, at in enumerate(range(HEADER, len(image), BLOB)):
        blob = bytes(image[at:at + BLOB])
        packed = compress(blob)
        if number % 5 == 4 or len(packed) > 32767:
            out += (0x10000 - len(blob)).to_bytes(2, "little") + blob      # stored
        else:
            out += len(packed).to_bytes(2, "little") + packed
    with open(packed_path, "wb") as packed_file:
        packed_file.write(out)


def chosen(traces):
    names = sorted(glob.glob(os.path.join(traces, "*", "*.pcap*")) +
                   glob.glob(os.path.join(traces, "*", "*.cap")))
    names = [name for name in names if os.sep + "malformed" + os.sep not in name and
             os.path.getsize(name) < 300000 and not os.path.basename(name).startswith("pcapng-suite")]
    # With the secrets of a pcapng goes what could be read by them.
    names = [name for name in names if "dsb" not in os.path.basename(name)]
    step = max(1, len(names) // (4 * CAPTURES))
    return names[::step] + [name for name in names if "token-ring" in name]


class Comparison:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.compared, self.wrong = {}, []

    def compare(self, name, path, what, want, resolution):
        got = read_rows(self.program, path)
        problem = difference(want, got, resolution, path)
        self.compared[what] = self.compared.get(what, 0) + 1
        if problem:
            self.wrong.append("%s as %s: %s" % (name, what, problem))

    def capture(self, name):
        want = read_rows(self.program, name)
        if not want:
            return
        for what, resolution in FORMATS.items():
            if what == "ngsniffer" and want[0]["time"] < DOS_EPOCH:
                continue
            path = os.path.join(self.folder, "converted")
            if run("editcap", "-F", what, name, path).returncode != 0:
                continue         # not a link or a length that this format can hold
            self.compare(name, path, what, want, resolution)
            if what == "ngsniffer":
                packed = os.path.join(self.folder, "packed")
                pack(path, packed)
                if shutil.which("capinfos") and run("capinfos", packed).returncode != 0:
                    self.wrong.append("%s: capinfos does not like how it was packed" % name)
                self.compare(name, packed, "compressed ngsniffer", want, resolution)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    traces = os.environ.get("CULPRIT_TRACES") or os.path.join(here, "../../../shared/traces")
    if not shutil.which("editcap"):
        print("skipped: no editcap here")
        return SKIPPED
    if not os.path.isdir(traces):
        print("skipped: no captures at", os.path.normpath(traces))
        return SKIPPED
    with tempfile.TemporaryDirectory() as folder:
        comparison = Comparison(sys.argv[1], folder)
        for name in chosen(traces):
            comparison.capture(name)
    for what, count in sorted(comparison.compared.items()):
        print("%-22s %d captures" % (what, count))
    print("\n".join(comparison.wrong))
    return 1 if comparison.wrong or len(comparison.compared) < LEAST_FORMATS else 0


if __name__ == "__main__":
    sys.exit(main())

"""Prints captures of others as IPCS FULL and SUMMARY reports and compares what culprit reads from them.

usage: ipcs_test.py CULPRIT

The packets of a FULL report must be those of the capture, byte for byte, and the SUMMARY report of a
capture must show the same packets with the same ports, numbers and flags. The reports are laid out like the
samples in IBM's IP Diagnosis Guide. Skipped without tshark or without ../shared/traces beside the
repository (or CULPRIT_TRACES).
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
CAPTURES = 16
SMALL = 300000
LEAST = 6
FLAGS = (("ACK", 16), ("PSH", 8), ("SYN", 2), ("FIN", 1), ("RST", 4), ("URG", 32))
WANTED = ("frame.number", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "tcp.seq", "tcp.ack",
        "tcp.window_size_value", "tcp.flags", "tcp.len", "ip.id")
SEEN = ("ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "tcp.seq", "tcp.ack", "tcp.window_size_value",
        "tcp.flags")


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def packets(path):
    """The IPv4 packets of a capture, without what the link added behind them."""
    found = []
    out = run("tshark", "-r", path, "-Y", "ip", "-T", "json", "-x", "-j", "ip frame")
    for packet in json.loads(out) if out.strip() else []:
        layers = packet["_source"]["layers"]
        place = layers["ip_raw"]
        while isinstance(place[0], list):
            place = place[0]
        whole = bytes.fromhex(layers["frame_raw"][0])[place[1]:]
        total = int.from_bytes(whole[2:4], "big")
        found.append(whole[:total] if total else whole)
    return found


def fields(path, names, *more):
    arguments = [word for name in names for word in ("-e", name)]
    out = run("tshark", "-r", path, "-o", "tcp.relative_sequence_numbers:false", "-T", "fields",
              *more, *arguments)
    return [[cell.split(",")[0] for cell in line.split("\t")] for line in out.decode().splitlines()]


def section(name, data, offset, is_data):
    lines = [" %-18s: %-16d Data Length: %d      Offset: %X" % (name, len(data), len(data), offset)]
    width = 16 if is_data else max(len(data), 1)
    for at in range(0, len(data), width):
        row = data[at:at + width]
        digits = row.hex().upper()
        words = " ".join(digits[i:i + 8] for i in range(0, len(digits), 8))
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append("%06X %-35s %s" % (at, words, "|%s %s|" % (text, text) if is_data else ""))
    return lines


def full(found):
    lines = ["**** 2011/01/25"]
    for number, packet in enumerate(found):
        ip = (packet[0] & 15) * 4
        tcp = packet[9] == 6 and len(packet) > ip + 12
        data = ip + ((packet[ip + 12] >> 4) * 4 if tcp else 8)
        lines += ["%8d S0W1     PACKET   00000004 14:13:05.%06d Packet Trace" % (number + 1, number),
                  " From Interface    : OSDL             Device: QDIO Ethernet    Full=%d" % len(packet),
                  "  Tod Clock        : 2011/01/25 14:13:05.%06d      Intfx: 9" % number]
        lines += section("Ip Header", packet[:ip], 0, False)
        lines += section("Protocol Header", packet[ip:data], ip, False) if len(packet) > ip else []
        lines += section("Data", packet[data:], data, True) if len(packet) > data else []
    return lines


def summary(rows):
    lines = ["**** 2011/01/25",
             "DP    Nr hh:mm:ss.mmmmmm IpId    Seq_num    Ack_num  Wndw Flags    DatLn Source/Destination"]
    for number, source, to, source_port, port, sequence, ack, window, flags, length, identity in rows:
        words = " ".join(name for name, bit in FLAGS if int(flags, 16) & bit)
        lines.append("OT%6s 14:18:00.%06d %04X %10s %10s %5s %-12s %6s %s-%s" % (
            number, int(number), int(identity, 16), sequence, ack, window, words, length, source,
            source_port))
        lines.append("%60s %s-%s" % ("", to, port))
    return lines


def written(folder, name, lines):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return path


def compare(program, capture, folder):
    found = [packet for packet in packets(capture) if len(packet) >= 20]
    made = os.path.join(folder, "made.pcapng")
    if found:
        run(program, "convert", written(folder, "full.txt", full(found)), made)
        out = run("tshark", "-r", made, "-T", "json", "-x", "-j", "frame")
        got = [packet["_source"]["layers"]["frame_raw"][0] for packet in json.loads(out or b"[]")]
        if got != [packet.hex() for packet in found]:
            return "the packets of FULL differ"
    rows = [row for row in fields(capture, WANTED, "-Y", "tcp && ip && !icmp") if all(row)]
    if rows:
        run(program, "convert", written(folder, "summary.txt", summary(rows)), made)
        wanted = [row[1:8] + ["0x%04x" % (int(row[8], 16) & 0x3f)] for row in rows]
        if fields(made, SEEN) != wanted:
            return "the packets of SUMMARY differ"
    return None


def main():
    program = sys.argv[1]
    here = os.path.dirname(os.path.abspath(__file__))
    traces = os.environ.get("CULPRIT_TRACES", os.path.join(here, "../../../shared/traces"))
    if not shutil.which("tshark") or not os.path.isdir(traces):
        print("skipped: needs tshark and the traces")
        return SKIPPED
    captures = sorted(glob.glob(os.path.join(traces, "**", "*.pcap*"), recursive=True))
    captures = [path for path in captures
                if os.path.getsize(path) < SMALL and os.sep + "malformed" not in path]
    chosen = captures[::max(1, len(captures) // CAPTURES)][:CAPTURES]
    bad = 0
    for capture in chosen:
        with tempfile.TemporaryDirectory() as folder:
            wrong = compare(program, capture, folder)
        if wrong:
            print("%s: %s" % (os.path.basename(capture), wrong))
            bad += 1
    print("%d captures, %d wrong" % (len(chosen), bad))
    return 1 if bad or len(chosen) < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())

"""Prints captures of others as hexadecimal text with tshark and compares what culprit reads from it.

usage: hextext_test.py CULPRIT

tshark -x writes the text, with a summary line that has the time; culprit must read the packets, bytes and
times of the capture, and as many packets as Wireshark's text2pcap. Skipped without
tshark and text2pcap or without ../shared/traces beside the repository (or CULPRIT_TRACES).
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
CAPTURES = 12
SMALL = 60000              # bytes of a capture; the text is four times as long
LEAST = 4


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env={**os.environ, "TZ": "UTC"})


def fields(path, *names):
    arguments = [word for name in names for word in ("-e", name)]
    done = run("tshark", "-r", path, "-T", "fields", *arguments)
    return [tuple(line.split("\t")) for line in done.stdout.decode().splitlines()]


def rows(program, path):
    done = run(program, "packets", "--json", path)
    return [json.loads(line) for line in done.stdout.decode().splitlines() if line.strip()]


def converted(program, path, folder):
    """The bytes that culprit reads, as Wireshark sees them in the pcapng that it makes of them."""
    made = os.path.join(folder, "made.pcapng")
    done = run(program, "convert", path, made)
    if done.returncode:
        return None
    return frames(made)


def frames(path):
    done = run("tshark", "-r", path, "-T", "json", "-x", "-j", "frame")
    if not done.stdout.strip():
        return []
    return [packet["_source"]["layers"]["frame_raw"][0] for packet in json.loads(done.stdout)]


def is_ethernet(path):
    kinds = run("capinfos", "-T", "-r", "-E", path).stdout.decode().split("\t")
    return kinds and kinds[-1].strip() == "ether"


def compare(program, capture, folder):
    text = os.path.join(folder, "dump.txt")
    with open(text, "wb") as out:
        out.write(run("tshark", "-r", capture, "-P", "-x", "-t", "ad").stdout)
    wanted = fields(capture, "frame.time_epoch", "frame.cap_len")
    got = rows(program, text)
    if len(got) != len(wanted):
        return "%d packets instead of %d" % (len(got), len(wanted))
    for number, (row, (time, length)) in enumerate(zip(got, wanted), 1):
        if row["length"] != int(length):
            return "packet %d has %d bytes instead of %s" % (number, row["length"], length)
        fraction = row["time"].rstrip("Z").partition(".")[2].ljust(6, "0")[:6]
        if fraction != time.partition(".")[2][:6]:
            return "packet %d is at %s instead of %s" % (number, row["time"], time)
    if converted(program, text, folder) != frames(capture):
        return "the bytes differ from the capture's"
    return compare_plain(program, capture, folder)


def compare_plain(program, capture, folder):
    """Without the summary lines, which text2pcap would take for bytes."""
    text = os.path.join(folder, "plain.txt")
    dump = run("tshark", "-r", capture, "-x").stdout
    with open(text, "wb") as out:
        out.write(dump)
    got = converted(program, text, folder)
    if got != frames(capture):
        return "the bytes of the plain dump differ from the capture's"
    if b"Frame (" in dump:     # what tshark joined follows, and text2pcap takes it for packets
        return None
    back = os.path.join(folder, "back.pcap")
    run("text2pcap", "-F", "pcap", text, back)
    theirs = frames(back)
    if len(theirs) != len(got):
        return "%d packets, %d with text2pcap" % (len(got), len(theirs))
    # Without knowing the width of rows, text2pcap takes text for bytes in the last one.
    for number, (mine, other) in enumerate(zip(got, theirs), 1):
        if not other.startswith(mine):
            return "packet %d differs from text2pcap's" % number
    return None


def main():
    program = sys.argv[1]
    here = os.path.dirname(os.path.abspath(__file__))
    traces = os.environ.get("CULPRIT_TRACES", os.path.join(here, "../../../shared/traces"))
    if not all(map(shutil.which, ("tshark", "text2pcap", "capinfos"))) or not os.path.isdir(traces):
        print("skipped: needs tshark, text2pcap, capinfos and the traces")
        return SKIPPED
    captures = sorted(glob.glob(os.path.join(traces, "**", "*.pcap*"), recursive=True))
    captures = [path for path in captures if os.path.getsize(path) < SMALL and is_ethernet(path)]
    step = max(1, len(captures) // CAPTURES)
    chosen = captures[::step][:CAPTURES]
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

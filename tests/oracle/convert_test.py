"""Shows what culprit writes to Wireshark's capinfos and tshark: they must find the same packets.

usage: convert_test.py CULPRIT EXAMPLES

Every bundled example, and captures of others where they are, become pcapng and pcap; tshark must read the
same times, lengths and protocols as in the original. Packet comments must be those that culprit's findings
make. Anonymous packets must be as good or bad to tshark as the real ones. Skipped without tshark.
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
CAPTURES = 30              # of others
LARGEST = 200_000
FIELDS = ("frame.time_epoch", "frame.len", "frame.cap_len", "frame.protocols", "frame.encap_type")
HEADERS = ("frame.time_epoch", "frame.len", "ip.len", "ip.checksum.status", "tcp.seq_raw", "tcp.ack_raw",
           "tcp.flags", "tcp.checksum.status", "udp.length", "udp.checksum.status", "icmp.type", "dns.flags",
           "dns.count.answers", "dns.qry.type")


def run(*command, code=0):
    done = subprocess.run(command, capture_output=True)
    assert code is None or done.returncode == code, (command, done.returncode, done.stderr.decode()[-500:])
    return done


def fields(path, names):
    arguments = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    for name in names:
        arguments += ["-e", name]
    done = run("tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=f", *arguments)
    return [line.split("\t") for line in done.stdout.decode(errors="replace").split("\n")[:-1]]


def check_copy(culprit, path):
    """The packets as tshark sees them; a pcap file cannot hold several link types, and says so."""
    before = fields(path, FIELDS)
    run(culprit, "convert", path, "copy.pcapng")
    assert fields("copy.pcapng", FIELDS) == before, path
    count = run("capinfos", "-Tmc", "-r", "copy.pcapng").stdout.decode().split(",")[-1]
    assert int(count) == len(before), (path, count)
    done = run(culprit, "convert", path, "copy.pcap", code=None)
    if done.returncode == 2 and (b"link type" in done.stderr):
        return
    assert done.returncode == 0, (path, done.stderr)
    assert fields("copy.pcap", FIELDS) == before, path


def check_ctrace(culprit, path):
    """Through CTRACE and back only the link layer is lost."""
    names = ("frame.time_epoch", "ip.len", "ip.src", "ip.dst", "tcp.seq_raw", "tcp.flags", "udp.length")
    run(culprit, "convert", path, "a.ctrace")
    run(culprit, "convert", "a.ctrace", "back.pcapng")
    before, after = fields(path, names), fields("back.pcapng", names)
    # z/OS clocks count in 1/4096 microseconds.
    assert len(before) == len(after), path
    for one, other in zip(before, after):
        assert one[1:] == other[1:] and abs(float(one[0]) - float(other[0])) < 1e-6, (path, one, other)


def check_notes(culprit, path):
    document = json.loads(run(culprit, "diagnose", "--json", path).stdout)
    run(culprit, "convert", "--annotate", path, "notes.pcapng")
    done = run("tshark", "-n", "-r", "notes.pcapng", "-T", "json", "-e", "frame.number", "-e", "frame.comment")
    comments = {}
    for packet in json.loads(done.stdout):
        layers = packet["_source"]["layers"]
        comments[int(layers["frame.number"][0])] = "\n".join(layers.get("frame.comment", []))
    expected = {}
    for found in document["findings"]:
        for one in found["evidence"]:
            words = "culprit %s %d %s" % (found["severity"], found["number"], found["id"])
            expected.setdefault(one["packet"], []).append(words + (": " + one["note"] if one["note"] else ""))
    for packet, words in expected.items():
        for line in words:
            assert line in comments[packet].split("\n"), (path, packet, line, comments[packet])
    assert {packet for packet, text in comments.items() if text} == set(expected), path


def check_anonymous(culprit, path):
    done = run(culprit, "convert", "--anonymise=k", path, "anonymous.pcapng", code=None)
    if b"this build cannot" in done.stderr:
        return
    assert done.returncode == 0, done.stderr
    for one, other in zip(fields(path, HEADERS), fields("anonymous.pcapng", HEADERS)):
        for name, a, b in zip(HEADERS, one, other):
            # A packet without its payload cannot be verified (status 2) nor put together from fragments;
            # DNS over TCP is kept only where its messages lie whole in one segment. What an ICMP error quotes
            # behind the headers is wiped.
            quoted = dict(zip(HEADERS, one))["icmp.type"] and name[:4] == "dns." and int(b or "0", 0) == 0
            allowed = name.endswith("checksum.status") and b == "2" or name[:4] in ("dns.", "icmp") and b == ""
            allowed = allowed or quoted
            assert a == b or allowed, (path, name, one, other)


def main():
    culprit, examples = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if not shutil.which("tshark") or not shutil.which("capinfos"):
        print("skipped: no tshark or no capinfos")
        return SKIPPED
    os.environ["LC_ALL"] = "C.UTF-8"
    own = sorted(glob.glob(os.path.join(examples, "*.pcapng")))
    root = os.environ.get("CULPRIT_TRACES", os.path.join(examples, "..", "..", "shared", "traces"))
    others = [path for group in ("tcp", "dns", "icmp", "link") for path in glob.glob(os.path.join(root, group, "*"))
              if os.path.getsize(path) < LARGEST and path.endswith((".pcap", ".pcapng", ".cap", ".dmp"))]
    others = sorted(others, key=lambda path: os.path.basename(path))[:CAPTURES]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for path in own + others:
            check_copy(culprit, path)
            check_anonymous(culprit, path)
        for path in own:
            check_notes(culprit, path)
            check_ctrace(culprit, path)
        os.chdir("/")
    print("%d bundled traces, %d of others" % (len(own), len(others)))
    return 0


sys.exit(main())

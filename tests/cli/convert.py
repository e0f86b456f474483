"""culprit convert, from the command line. usage: convert.py CULPRIT EXAMPLES [TRACES]

EXAMPLES is the folder of bundled traces, TRACES one of real captures, which may be missing.
"""
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
import traces

CULPRIT, EXAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
TRACES = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else ""
SAMPLE = os.path.join(EXAMPLES, "refused.pcapng")
LARGEST = 1_000_000                      # of a real capture, so that the test stays short
tests = []


def test(function):
    tests.append(function)


def run(*arguments, code=0, **more):
    done = subprocess.run([CULPRIT, *arguments], capture_output=True, **more)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done


def convert(*arguments):
    return run("convert", *arguments).stderr.decode()


def refused(code, words, *arguments, **more):
    message = run("convert", *arguments, code=code, **more).stderr.decode()
    assert words in message, (arguments, message)


def rows(path):
    return [json.loads(line) for line in run("packets", "--json", path).stdout.splitlines()]


def findings(path):
    done = run("diagnose", "--json", path)
    return {(found["id"], found["severity"]) for found in json.loads(done.stdout)["findings"]}


def read(path):
    with open(path, "rb") as file:
        return file.read()


@test
def round_trips_keep_every_packet():
    for path in sorted(glob.glob(os.path.join(EXAMPLES, "*.pcapng"))):
        before = rows(path)
        for first in ("one.pcapng", "one.pcap"):
            convert(path, first)
            convert(first, "two.pcapng")
            assert rows(first) == before and rows("two.pcapng") == before, (path, first)


@test
def ctrace_keeps_what_is_ip():
    # The link layer goes: nothing about it can be the same.
    fields = ("src", "dst", "src_port", "dst_port", "message", "tcp.seq", "tcp.ack", "analysis")
    before = [[row[field] for field in fields] for row in rows(SAMPLE)]
    for container in ("raw", "rdw", "bdw", "large", "stripped", "vbs"):
        convert("--container", container, SAMPLE, "c.ctrace")
        convert("c.ctrace", "back.pcapng")
        for path in ("c.ctrace", "back.pcapng"):
            assert [[row[field] for field in fields] for row in rows(path)] == before, (container, path)


@test
def the_same_every_time():
    for name in ("x.pcapng", "x.pcap", "x.ctrace"):
        convert("--anonymise=key", "--annotate", SAMPLE, name)
        first = read(name)
        convert("--anonymise=key", "--annotate", SAMPLE, name)
        assert read(name) == first


@test
def pipes_in_and_out():
    done = subprocess.run([CULPRIT, "convert", "--format", "pcap", "-", "-"], stdin=open(SAMPLE, "rb"),
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    convert(SAMPLE, "file.pcap")
    assert done.stdout == read("file.pcap")
    refused(2, "cannot be read twice", "--annotate", "-", "x.pcapng", stdin=subprocess.DEVNULL)
    refused(2, "cannot be read twice", "--finding", "1", "-", "x.pcapng", stdin=subprocess.DEVNULL)


@test
def slices():
    before = rows(SAMPLE)
    for words, wanted in (("3", [3]), ("-4", [1, 2, 3, 4]), ("2-3,7,25-", [2, 3, 7, 25, 26]),
                          ("1-26", list(range(1, 27)))):
        convert("--slice", words, SAMPLE, "s.pcapng")
        assert [row["time"] for row in rows("s.pcapng")] == [before[n - 1]["time"] for n in wanted], words
    half = before[9]["time"]
    convert("--slice", half + "-", SAMPLE, "s.pcapng")
    assert [row["time"] for row in rows("s.pcapng")] == [r["time"] for r in before if r["time"] >= half]
    convert("--slice", "0s-2s", SAMPLE, "s.pcapng")
    assert 0 < len(rows("s.pcapng")) < len(before)
    refused(2, "is no range", "--slice", "9-3", SAMPLE, "s.pcapng")


@test
def times_move_exactly():
    seconds = [row["time"] for row in rows(SAMPLE)]
    convert("--time-shift", "86400", SAMPLE, "t.pcapng")
    assert [row["time"][10:] for row in rows("t.pcapng")] == [time[10:] for time in seconds]
    convert("--time-shift=-86400.000000001", "t.pcapng", "u.pcapng")
    convert("--time-shift", "+0.000000001", "u.pcapng", "v.pcapng")
    assert [row["time"] for row in rows("v.pcapng")] == seconds
    # Microseconds are not enough any more: the file's clock becomes finer.
    trace = traces.Trace()
    trace.udp("10.0.0.1", 1000, "10.0.0.2", 2000, b"x")
    with open("micro.pcap", "wb") as file:
        file.write(trace.bytes())
    for name in ("n.pcap", "n.pcapng"):
        convert("--time-shift", "0.000000005", "micro.pcap", name)
        assert rows(name)[0]["time"].endswith("005Z"), rows(name)
    assert "1 time outside" in convert("--time-shift", "-4000000000", "micro.pcap", "n.pcap")
    refused(2, "no number of seconds", "--time-shift", "soon", SAMPLE, "t.pcapng")


@test
def snap_length():
    convert("--snaplen", "60", SAMPLE, "cut.pcapng")
    assert [row["length"] for row in rows("cut.pcapng")] == [row["length"] for row in rows(SAMPLE)]
    assert os.path.getsize("cut.pcapng") < os.path.getsize(SAMPLE) / 2
    refused(2, "not a number", "--snaplen", "0", SAMPLE, "cut.pcapng")


@test
def evidence_of_a_finding():
    document = json.loads(run("diagnose", "--json", SAMPLE).stdout)
    packets = rows(SAMPLE)
    for found in document["findings"]:
        convert("--finding", str(found["number"]), SAMPLE, "e.pcapng")
        kept = [row["time"] for row in rows("e.pcapng")]
        cited = [packets[one["packet"] - 1]["time"] for one in found["evidence"]]
        streams = {int(name.split(":")[1]) - 1 for name in found["sessions"] if name.startswith("tcp")}
        assert all(time in kept for time in cited)
        assert all(row["time"] in kept for row in packets if row["stream"] in streams)
        assert kept == [row["time"] for row in packets if row["stream"] in streams or row["time"] in cited]
    refused(2, "there is no finding 999", "--finding", "999", SAMPLE, "e.pcapng")


@test
def formats_and_names():
    refused(2, "does not tell which format", SAMPLE, "out")
    refused(2, "does not tell which format", SAMPLE, "out.gz")
    refused(2, "there is no format \"tar\"", "--format", "tar", SAMPLE, "out")
    refused(2, "there is no container", "--container", "box", SAMPLE, "out.ctrace")
    refused(2, "only ctrace has containers", "--container", "rdw", SAMPLE, "out.pcap")
    refused(2, "needs a trace and where", SAMPLE)
    refused(2, "has no -o", "-o", "x", SAMPLE, "y.pcap")
    refused(3, "no such file", "missing.pcap", "y.pcap")
    assert not os.path.exists("y.pcap")
    done = run("diagnose", "--slice", "1-2", SAMPLE, code=2)
    assert b"is an option of convert" in done.stderr
    hostile = "--\x1b[31m\nname.pcap"
    convert(SAMPLE, "./" + hostile)
    assert "?[31m?" in run("convert", "./" + hostile, "none/" + hostile, code=3).stderr.decode()


@test
def what_must_not_be_overwritten():
    convert(SAMPLE, "keep.pcapng")
    before = read("keep.pcapng")
    os.link("keep.pcapng", "same.pcapng")
    os.symlink("keep.pcapng", "alias.pcapng")
    for name in ("keep.pcapng", "./keep.pcapng", "same.pcapng", "alias.pcapng"):
        refused(2, "would overwrite the trace", "keep.pcapng", name)
    assert read("keep.pcapng") == before


@test
def a_full_disk():
    if not os.path.exists("/dev/full"):
        return
    refused(3, "cannot be written: No space left on device", "--format", "pcap", SAMPLE, "/dev/full")
    refused(3, "cannot be written", SAMPLE, "no/such/folder.pcap")


@test
def several_link_types_do_not_fit_into_pcap():
    raw = traces.Trace()
    raw.udp("10.0.0.1", 1000, "10.0.0.2", 2000, b"x")
    image = bytearray(raw.bytes())
    with open("ethernet.pcap", "wb") as file:
        file.write(image)
    image[20:24] = (101).to_bytes(4, "little")
    with open("raw.pcap", "wb") as file:
        file.write(image)
    refused(2, "several link types (EN10MB, RAW)", "ethernet.pcap", "raw.pcap", "both.pcap")
    assert not os.path.exists("both.pcap")
    convert("ethernet.pcap", "raw.pcap", "both.pcapng")
    assert len(rows("both.pcapng")) == 2


@test
def losses_are_told_unless_nobody_wants_to_know():
    convert("--annotate", SAMPLE, "notes.pcapng")
    assert "could not keep" in convert("notes.pcapng", "notes.pcap")
    assert convert("--quiet", "notes.pcapng", "notes.pcap") == ""
    assert convert("notes.pcapng", "copy.pcapng") == ""
    assert read("notes.pcapng") == read("copy.pcapng")


def can_anonymise():
    done = subprocess.run([CULPRIT, "convert", "--anonymise=k", SAMPLE, "can.pcapng"], capture_output=True)
    assert done.returncode == 0 or b"this build cannot anonymise" in done.stderr, done.stderr
    return done.returncode == 0


@test
def anonymous_traces_tell_the_same_story():
    if not can_anonymise():
        return
    real = [path for group in ("tcp", "dns", "icmp", "link") for path in glob.glob(os.path.join(TRACES, group, "*"))
            if TRACES and os.path.getsize(path) < LARGEST]
    for path in sorted(glob.glob(os.path.join(EXAMPLES, "*.pcapng"))) + sorted(real):
        convert("--anonymise=key", path, "a.pcapng")
        # That payload was cut is new; that a file is damaged is not true of the copy.
        known = {"capture/truncated", "capture/damaged-file"}
        before = {found for found in findings(path) if found[0] not in known}
        after = {found for found in findings("a.pcapng") if found[0] not in known}
        # Handshakes of TLS go with the payload, and so does what they tell. Names of addresses get pseudonyms as all
        # names do, so that nobody can tell any more whose they are.
        lost = {found for found in before - after
                if not found[0].startswith("tls/") and found[0] != "dns/reverse-delay"}
        assert not lost and not after - before, (path, lost, after - before)


@test
def a_check_sequence_that_is_not_there_takes_no_options():
    convert(SAMPLE, "plain.pcap")
    claims = bytearray(read("plain.pcap"))
    order = "little" if claims[0] in (0xd4, 0x4d) else "big"
    link = int.from_bytes(claims[20:24], order) | 0x44000000      # four bytes behind each frame
    claims[20:24] = link.to_bytes(4, order)
    with open("claims.pcap", "wb") as file:
        file.write(claims)
    convert("--anonymise=k", "plain.pcap", "one.pcap")
    convert("--anonymise=k", "claims.pcap", "two.pcap")
    assert read("one.pcap")[24:] == read("two.pcap")[24:]


@test
def anonymous_traces_name_nobody():
    if not can_anonymise():
        return
    trace = traces.Trace()
    client, server = "203.0.113.77", "198.51.77.201"
    name = b"\x08boss-pc7\x06secret\x07example\0"
    question = b"\x12\x34\x01\0\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1"
    answer = b"\x12\x34\x81\x80\0\1\0\1\0\0\0\0" + name + b"\0\1\0\1" + b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + \
        traces.address("198.51.77.202")
    trace.udp(client, 5353, server, 53, question)
    trace.udp(server, 53, client, 5353, answer)
    trace.tcp(client, 4000, server, 21, traces.SYN, 100, 0)
    trace.tcp(server, 21, client, 4000, traces.SYN | traces.ACK, 500, 101)
    trace.tcp(client, 4000, server, 21, traces.PSH | traces.ACK, 101, 501, b"PASS geheim-42\r\n")
    quote = trace.frames[0][1][14:]
    trace.ip(1, server, client, b"\3\1\0\0\0\0\0\0" + quote)
    arp = b"\0\1\x08\0\6\4\0\1\2\0\0\0\0\1" + traces.address(client) + bytes(6) + traces.address(server)
    trace.add(traces.ethernet(0x0806, arp, b"\xff" * 6))
    with open("named.pcap", "wb") as file:
        file.write(trace.bytes())
    for name in ("anon.pcapng", "anon.pcap"):
        convert("--anonymise=key", "named.pcap", name)
        data = read(name)
        for secret in (client, server, "198.51.77.202"):
            assert traces.address(secret) not in data, secret
            assert secret.encode() not in data
        for secret in (b"boss-pc7", b"secret", b"example", b"geheim", b"\2\0\0\0\0\1", b"\2\0\0\0\0\2"):
            assert secret not in data, secret
    before, after = rows("named.pcap"), rows("anon.pcapng")
    alias = {}
    for one, other in zip(before, after):
        for end in ("src", "dst"):
            if one[end]:
                assert alias.setdefault(one[end], other[end]) == other[end]
        for field in ("length", "protocol", "src_port", "dst_port", "tcp.seq", "tcp.ack", "time"):
            assert one[field] == other[field], (field, one, other)
    counts = [json.loads(run("diagnose", "--json", path).stdout)["counts"] for path in ("named.pcap", "anon.pcapng")]
    for name in ("ip.checksum.bad", "tcp.checksum.bad", "udp.checksum.bad", "_ws.malformed", "dns.query", "dns.response"):
        assert counts[0][name] == counts[1][name], name
    convert("--anonymise=other", "named.pcap", "other.pcapng")
    assert read("other.pcapng") != read("anon.pcapng")
    convert("--anonymise", "named.pcap", "one.pcapng")
    convert("--anonymise", "named.pcap", "two.pcapng")
    assert read("one.pcapng") != read("two.pcapng")
    refused(2, "do not go together", "--anonymise=k", "--secrets", "named.pcap", "x.pcapng")
    refused(2, "the key is empty", "--anonymise=", "named.pcap", "x.pcapng")


@test
def damaged_packets_do_no_harm():
    if not can_anonymise():
        return
    dice = random.Random(7)
    for path in sorted(glob.glob(os.path.join(EXAMPLES, "*.pcapng")), key=os.path.getsize)[:3]:
        image = read(path)
        for _ in range(12):
            broken = bytearray(image)
            for _ in range(40):
                broken[dice.randrange(200, len(broken))] = dice.randrange(256)
            with open("broken.pcapng", "wb") as file:
                file.write(broken)
            for out in ("b.pcapng", "b.ctrace"):
                convert("--anonymise=k", "--annotate", "broken.pcapng", out)


def main():
    print("1..%d" % len(tests))
    bad = 0
    os.environ.setdefault("NO_COLOR", "1")
    for number, function in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            name = function.__name__.replace("_", " ")
            try:
                function()
                print("ok %d - %s" % (number, name))
            except AssertionError as problem:
                bad += 1
                print("not ok %d - %s\n# %s" % (number, name, str(problem).replace("\n", "\n# ")[:2000]))
            os.chdir("/")
    return bad != 0


sys.exit(main())

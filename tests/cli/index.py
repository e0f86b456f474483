#!/usr/bin/env python3
"""packet with an index of the trace: the same answers as without, byte for byte, whatever happened to trace and index.

usage: index.py PROGRAM EXAMPLES [TRACES]     TRACES: real traces, where they are present
"""
import glob, os, random, shutil, struct, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import traces
from kit import rows, run, run_tests, test, write

examples = os.path.abspath(sys.argv[2])
shared = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else ""
WITHOUT = dict(os.environ, CULPRIT_INDEX="off")
PACKETS = 6                              # looked at of each trace


def cache():
    return os.path.abspath("cache")


def with_index(**more):
    return dict(os.environ, CULPRIT_INDEX="always", XDG_CACHE_HOME=cache(), **more)


def indexes():
    return sorted(glob.glob(os.path.join(cache(), "culprit", "*")))


def settle(path):
    """Makes a file look as if it had been there for a while: of what was just written no index is made."""
    os.utime(path, (1400000000, 1400000000))


def answers(path, packets, env):
    done = run("packet", "--json", path, *map(str, packets), env=env)
    return done.returncode, done.stdout, done.stderr


def compare(path, choice):
    """How many packets were looked at with an index; None when none was made of the trace."""
    code, whole, _ = answers(path, ["1-300"], WITHOUT)
    if code:
        return None
    shutil.rmtree(cache(), ignore_errors=True)
    settle(path)
    answers(path, [1], with_index())
    if not indexes():
        return None
    lines = whole.splitlines(keepends=True)
    numbers = choice.sample(range(1, len(lines) + 1), min(PACKETS, len(lines)))
    for number in numbers:
        found = answers(path, [number], with_index())
        assert found == (0, lines[number - 1], b""), (path, number, found)
    some = sorted(numbers)[:4]
    assert answers(path, some, with_index()) == (0, b"".join(lines[n - 1] for n in some), b""), (path, some)
    return len(numbers)


def fragments(trace, identification, data):
    for at in range(0, len(data), 16):
        part = data[at:at + 16]
        more = 0x2000 if at + 16 < len(data) else 0
        head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(part), identification, more | at // 8, 64, 17, 0,
                           traces.address("10.0.0.5"), traces.address("10.0.0.9"))
        head = head[:10] + struct.pack("!H", traces.checksum(head)) + head[12:]
        trace.add(traces.ethernet(0x0800, head + part))


def strange():
    """Ports that are used again, fragments, a data connection, packets that were recorded twice, strangers."""
    trace = traces.Trace()
    for turn in range(3):
        trace.web("10.0.0.5", 40000, "10.0.0.9")
        trace.dns("10.0.0.5", "10.0.0.1", b"example.com", turn)
        fragments(trace, 77 + turn, struct.pack("!HHHH", 5000, 6000, 56, 0) + b"fragment" * 6)
        trace.ping("10.0.0.5", "10.0.0.9", 8, turn)
        trace.arp(1, "10.0.0.5", "10.0.0.9")
        trace.frames += [(time + 20, frame) for time, frame in trace.frames[-4:]]
        trace.time += 20
    client, server = ("10.0.0.5", 40021), ("10.0.0.9", 21)
    ack = traces.ACK
    trace.tcp(*client, *server, traces.SYN, 99, 0)
    trace.tcp(*server, *client, traces.SYN | ack, 499, 100)
    trace.tcp(*client, *server, ack | traces.PSH, 100, 500, b"USER a\r\nPASS secret\r\nPORT 10,0,0,5,40,196\r\n")
    trace.tcp(*server, *client, ack | traces.PSH, 500, 143, b"200 fine\r\n")
    trace.tcp("10.0.0.9", 20, "10.0.0.5", 10436, traces.SYN, 7, 0)
    trace.tcp("10.0.0.5", 10436, "10.0.0.9", 20, traces.SYN | ack, 70, 8)
    trace.tcp("10.0.0.9", 20, "10.0.0.5", 10436, ack | traces.PSH, 8, 71, b"file")
    return trace


@test
def answers_are_the_same():
    global PACKETS
    PACKETS, before = 300, PACKETS
    write("strange.pcap", strange().bytes())
    assert compare("strange.pcap", random.Random(1)) == len(rows("packets", "strange.pcap"))
    PACKETS = before
    for name in ("office.pcap", "refused.pcap", "hostile.pcap", "logins.pcap"):
        assert compare(name, random.Random(2)), name
    for path in sorted(glob.glob(os.path.join(examples, "*.pcapng"))):
        shutil.copy(path, "copy.pcapng")
        assert compare("copy.pcapng", random.Random(3)), path


@test
def answers_about_real_traces_are_the_same():
    choice, compared = random.Random(4), 0
    found = [path for path in sorted(glob.glob(os.path.join(shared, "*", "*"))) if os.path.getsize(path) < 300_000]
    for path in choice.sample(found, min(10, len(found))):
        shutil.copy(path, "copy")
        compared += compare("copy", choice) or 0
    assert compared or not found


@test
def text_and_options_are_the_same():
    settle("logins.pcap")
    for more in ((), ("--show-secrets",), ("--hex", "none"), ("--hex", "ebcdic"), ("--json",), ("--time", "epoch")):
        for packets in ("6", "3,9-12", "9999"):
            first = run("packet", *more, "logins.pcap", packets, env=WITHOUT)
            for _ in range(2):
                again = run("packet", *more, "logins.pcap", packets, env=with_index())
                assert (again.returncode, again.stdout, again.stderr) == \
                    (first.returncode, first.stdout, first.stderr), (more, packets, again)


@test
def a_changed_trace_is_read_anew():
    write("growing.pcap", traces.office().bytes())
    settle("growing.pcap")
    last = len(rows("packets", "growing.pcap"))
    answers("growing.pcap", [1], with_index())
    other = traces.office()
    other.ping("10.0.0.5", "10.0.0.9", 8, 9)
    write("growing.pcap", other.bytes())
    assert answers("growing.pcap", [last + 1], with_index()) == answers("growing.pcap", [last + 1], WITHOUT)
    # The same size and time, other bytes.
    data = bytearray(other.bytes())
    data[-1] ^= 0xff
    settle("growing.pcap")
    answers("growing.pcap", [1], with_index())
    write("growing.pcap", bytes(data))
    settle("growing.pcap")
    assert answers("growing.pcap", [last + 1], with_index()) == answers("growing.pcap", [last + 1], WITHOUT)


@test
def a_damaged_index_is_made_anew():
    settle("office.pcap")
    shutil.rmtree(cache(), ignore_errors=True)
    right = answers("office.pcap", [2], with_index())
    path, = indexes()
    good = open(path, "rb").read()
    choice = random.Random(5)
    for attempt in range(40):
        bad = bytearray(good)
        if attempt % 4 == 0:
            bad = bad[:choice.randrange(len(bad))]
        else:
            bad[choice.randrange(len(bad))] ^= 1 << choice.randrange(8)
        write(path, bytes(bad))
        assert answers("office.pcap", [2], with_index()) == right
        assert open(path, "rb").read() == good
    os.remove(path)
    os.symlink("/dev/zero", path)            # not ours, and without an end
    assert answers("office.pcap", [2], with_index()) == right
    shutil.rmtree(cache())
    write("cache", b"a file where the directory should be")
    assert answers("office.pcap", [2], with_index()) == right
    os.remove("cache")


@test
def nothing_is_kept_where_it_is_not_wanted():
    shutil.rmtree(cache(), ignore_errors=True)
    settle("office.pcap")
    for more, env in (((), WITHOUT), (("--no-index",), with_index()), (("-Y", "tcp"), with_index()),
                      (("--profile", "lan"), with_index()), (("--decode-as", "81=http"), with_index()),
                      ((), dict(os.environ, XDG_CACHE_HOME=cache()))):       # a short trace
        assert run("packet", *more, "office.pcap", "1", env=env).returncode == 0
        assert not indexes(), (more, indexes())
    run("packet", "office.pcap", "refused.pcap", "1", env=with_index())
    write("new.pcap", traces.office().bytes())
    run("packet", "new.pcap", "1", env=with_index())
    with open("office.pcap", "rb") as trace:
        run("packet", "-", "1", env=with_index(), stdin=trace)
    assert not indexes()
    run("packet", "office.pcap", "1", env=with_index())
    assert [oct(os.stat(path).st_mode & 0o777) for path in indexes()] == ["0o600"]


sys.exit(run_tests())

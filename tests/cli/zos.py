"""z/OS traces from the command line. usage: zos.py CULPRIT EXAMPLES"""
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile

CULPRIT, EXAMPLES = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SAMPLE = os.path.join(EXAMPLES, "loss-behind-the-firewall.pcapng")
HELD = 32 << 20                          # of a pipe; WRAP_HELD in ctrace_wrap.h
tests = []


def test(function):
    tests.append(function)


def run(*arguments, **more):
    done = subprocess.run([CULPRIT, *arguments], capture_output=True, **more)
    assert done.returncode == 0, (arguments, done.returncode, done.stderr)
    return done


def rows(path, **more):
    return [json.loads(line) for line in run("packets", "--json", path, **more).stdout.splitlines()]


def findings(path, **more):
    return json.loads(run("diagnose", "--json", path, **more).stdout)["findings"]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def entries(data):
    at = 0
    while at < len(data):
        length = struct.unpack_from("!H", data, at)[0]
        yield data[at:at + length]
        at += length


def times(lines):
    return [line["time"] for line in lines]


def wrapped(container):
    """A data set that began again at its start, and the packets in their order."""
    run("convert", "-q", "--container", container, SAMPLE, "whole.ctrace")
    data = read("whole.ctrace")
    if container == "raw":
        cut = len(b"".join(list(entries(data))[:40]))
    else:                                # between two blocks
        cut = struct.unpack_from("!H", data)[0]
        assert cut < len(data)
    return rows("whole.ctrace"), data[cut:] + data[:cut]


@test
def a_wrapped_data_set_is_read_from_its_oldest_record():
    for container in ("raw", "bdw"):
        want, data = wrapped(container)
        write("wrapped.ctrace", data)
        write("wrapped.ctrace.gz", gzip.compress(data))
        for got in (rows("wrapped.ctrace"), rows("wrapped.ctrace.gz"), rows("-", input=data),
                    rows("-", input=gzip.compress(data))):
            assert times(got) == times(want) == sorted(times(want)), container
        for finding in findings("wrapped.ctrace.gz"):
            assert finding["id"] != "capture/time-backwards", finding


@test
def one_that_is_too_long_to_be_held_is_said_to_be_wrapped():
    filler = bytes(60000)
    older, newer = [], []
    base = next(entries(read_raw()))
    time = struct.unpack_from("!Q", base, 8)[0]
    count = HELD // len(filler) + 20
    for i in range(count):
        length = len(filler) + 16 + 92 + 2
        tod = struct.pack("!Q", time + (i << 32))
        data = (struct.pack("!HHI", length, 16, 4) + tod + base[16:21] + len(filler).to_bytes(3, "big")
                + base[24:40] + tod + base[48:108] + base[108:128] + filler[20:] + struct.pack("!H", length))
        (older if i < count // 2 else newer).append(data)
    data = b"".join(newer + older)
    write("long.ctrace", data)
    said = [f for f in findings("-", input=data) if f["id"] == "capture/time-backwards"]
    assert len(said) == 1 and said[0]["kind"] == "wrapped", said
    assert said[0]["severity"] == "warning" and said[0]["evidence"][0]["packet"] == len(newer), said
    assert not [f for f in findings("-", input=data) if f["id"] == "capture/clock-step"]
    # As a file it is put in order.
    assert not [f for f in findings("long.ctrace") if f["id"] == "capture/time-backwards"]


# A NetBIOS query that z/OS discarded, and five bytes of a data trace: doc/formats/ctrace.md.
DISCARDED = bytes.fromhex(
    "00bc001000000004c73bc996ddb95000005c00002700004ed6e2c4d3404040404040404040404040c73bc996ddb95000"
    "00000000000000000000ffffac1d600900000000000000000000ffffac1dbfff00890089034061b20011000000000000"
    "004f004e00000009101200004500004e78b70000521177a4ac1d6009ac1dbfff00890089003a000084e2011000010000"
    "000000002046494641464745" "4a46434548454a454f434143414341434143414341434141" "41000020000100bc")
DATA = bytes.fromhex(
    "0074001000000005c45ffffe509e0000005c000100000005e4e2c5d9f1f240400201060100000058c45ffffe509e0000"
    "00000000000000000000ffff0a01010200000000000000000000ffff0a0100022263a1c80000000700060000007aee88"
    "01f60005000000000000000068656c6c6f000074")


def judged(path, **more):
    return [(f["id"], f["severity"], f["kind"], f["text"], f["blame"], f["values"])
            for f in findings(path, **more)]


@test
def what_zos_knows_goes_through_pcapng():
    write("discarded.ctrace", DISCARDED * 3)
    want = judged("discarded.ctrace")
    assert any("4114 (IP_MAC_BRDCST)" in row[3] and "OSDL" in row[3] for row in want), want
    run("convert", "-q", "discarded.ctrace", "discarded.pcapng")
    assert judged("discarded.pcapng") == want
    run("convert", "-q", "--container", "raw", "discarded.pcapng", "again.ctrace")
    assert read("again.ctrace") == DISCARDED * 3


@test
def socket_data_goes_through_pcapng():
    write("data.ctrace", DATA)
    run("convert", "-q", "data.ctrace", "data.pcapng")
    for before, after in zip(rows("data.ctrace"), rows("data.pcapng")):
        assert after.pop("time") == before.pop("time").replace("Z", "000Z") and after == before
    run("convert", "-q", "--container", "raw", "data.pcapng", "again.ctrace")
    assert read("again.ctrace") == DATA
    sessions = run("sessions", "--csv", "data.pcapng").stdout
    assert sessions.replace(b"000Z", b"Z") == run("sessions", "--csv", "data.ctrace").stdout, sessions
    assert b"10.1.0.2" in sessions


@test
def anonymous_ones_tell_the_same_and_name_nobody():
    hidden = bytearray(DATA)
    hidden[19] |= 0x40                   # AT-TLS confidential: and without data
    hidden[108:114] = b""
    hidden[0:2] = hidden[-2:] = struct.pack("!H", len(hidden))
    write("real.ctrace", DISCARDED * 3 + DATA + bytes(hidden))
    want = sorted((f["id"], f["severity"], f["count"]) for f in findings("real.ctrace"))
    assert {"link/stack-discard", "tls/at-tls-hidden"} <= {row[0] for row in want}, want
    for name in ("anonymous.pcapng", "anonymous.ctrace"):
        done = subprocess.run([CULPRIT, "convert", "-q", "--anonymise=key", "real.ctrace", name],
                              capture_output=True)
        if b"this build cannot anonymise" in done.stderr:
            return
        assert done.returncode == 0, done.stderr
        got = sorted((f["id"], f["severity"], f["count"]) for f in findings(name)
                     if f["id"] != "capture/truncated")
        assert got == want, (name, want, got)
        for word in (b"OSDL", b"USER12", b"\xd6\xe2\xc4\xd3", b"\xe4\xe2\xc5\xd9", b"hello",
                     b"172.29", bytes((172, 29, 96, 9)), bytes((10, 1, 1, 2))):
            assert word not in read(name), (name, word)


@test
def a_transfer_in_text_mode_is_named():
    for container in ("raw", "bdw"):
        run("convert", "-q", "--container", container, SAMPLE, "binary.ctrace")
        data = read("binary.ctrace")
        write("text.ctrace", data.replace(b"\n", b"\r\n"))
        said = [f["kind"] for f in findings("text.ctrace") if f["id"] == "capture/damaged-file"]
        assert said == ["text-mode"], (container, said)
        # Damage alone is none.
        write("cut.ctrace", data[:5000] + data[5100:])
        said = [f["kind"] for f in findings("cut.ctrace") if f["id"] == "capture/damaged-file"]
        assert said == ["damaged"], (container, said)


def read_raw():
    run("convert", "-q", "--container", "raw", SAMPLE, "raw.ctrace")
    return read("raw.ctrace")


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    print("1..%d" % len(tests))
    for number, function in enumerate(tests, 1):
        try:
            function()
            print("ok %d - %s" % (number, function.__name__))
        except AssertionError as error:
            print("not ok %d - %s" % (number, function.__name__))
            print("# " + repr(error).replace("\n", "\n# "))

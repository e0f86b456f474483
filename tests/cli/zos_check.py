"""culprit zos check and diagnose --displays: what z/OS displays, however it was copied.
usage: zos_check.py CULPRIT DISPLAYS SCHEMA"""
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

CULPRIT, DISPLAYS, SCHEMA = (os.path.abspath(path) for path in sys.argv[1:4])
tests = []


def test(function):
    tests.append(function)


def read(name):
    with open(os.path.join(DISPLAYS, name)) as file:
        return file.read()


CONSOLE = read("console.txt")


def run(text, *arguments, status=0):
    done = subprocess.run([CULPRIT, "zos", "check", *arguments, "-"], input=text.encode(), capture_output=True,
                          timeout=60)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done.stdout.decode()


def figures(text):
    """(display, section, name, figure) to value, in capitals."""
    rows = [json.loads(line) for line in run(text, "--figures", "--json").splitlines()]
    return [(row["display"], row["section"], row["name"], row["figure"], str(row["value"]).upper()) for row in rows]


def findings(text, *arguments):
    """The kinds of findings at warning or above, and the document."""
    document = json.loads(run(text, "--json", *arguments))
    return [(found["id"], found["kind"]) for found in document["findings"]
            if found["severity"] not in ("notice", "info")], document


def folded(text, width):
    return "\n".join(line[at:at + width] for line in text.splitlines() for at in range(0, max(len(line), 1), width))


def syslog(text):
    starts = re.compile(r"[A-Z]{3,}\d+I|D ")
    return "\n".join(("N 4020000 S0W1     2012221 00:27:10.12 STC00042 00000090  " if starts.match(line)
                      else "D         789 00000090  ") + line for line in text.splitlines())


def each(text, before, after=""):
    return "".join(before + line + "\n" + after for line in text.splitlines())


@test
def every_way_of_copying_gives_the_same_figures():
    want = figures(CONSOLE)
    assert len(want) == 90, len(want)
    for name, text in {
            "upper": CONSOLE.upper(), "lower": CONSOLE.lower(), "folded at 75": folded(CONSOLE, 75),
            "folded at 71": folded(CONSOLE, 71), "folded at 79 and lower": folded(CONSOLE.lower(), 79),
            "line ends": CONSOLE.replace("\n", "\r\n"), "blanks lost": re.sub(" {2,}", " ", CONSOLE),
            "tabs": CONSOLE.replace("  ", "\t"), "mail": each(CONSOLE, "> "), "SYSLOG": syslog(CONSOLE),
            "job log": each(CONSOLE, "00.27.10 STC00042  "), "ISO": each(CONSOLE, "2012-08-08T00:27:10.123Z "),
            "SDSF": each(CONSOLE, "S0W1     2012221  00:27:10.12             00000290  "),
            "syslogd": each(CONSOLE, "Aug  8 00:27:10 s0w1 console: "), "numbered": each(CONSOLE, "000100 "),
            "console noise": each(CONSOLE, "", "IEF403I JOB1 - STARTED - TIME=00.27.11\n$HASP373 JOB1 STARTED\n"),
            "blank lines": each(CONSOLE, "", "\n")}.items():
        assert figures(text) == want, (name, set(want) ^ set(figures(text)))


@test
def every_start_of_a_text_is_read():
    want = figures(CONSOLE)
    for length in range(0, len(CONSOLE), 97):
        cut = CONSOLE[:length]
        done = subprocess.run([CULPRIT, "zos", "check", "--figures", "--json", "-"], input=cut.encode(),
                              capture_output=True, timeout=60)
        assert done.returncode in (0, 3), (length, done)
        if done.returncode == 0 and done.stdout:
            got = figures(cut)
            assert got[:-1] == want[:len(got) - 1], length


@test
def what_is_not_understood_is_kept_and_named():
    text = CONSOLE.replace("DEVNAME: LOOPBACK", "A LINE OF NO DISPLAY\nDEVNAME: LOOPBACK", 1) + "and \x1b[31mred\n"
    _, document = findings(text)
    displays = document["displays"]
    assert displays["unknown_lines"] == 2 and displays["unknown"][0] == {
        "file": "-", "line": 9, "text": "A LINE OF NO DISPLAY"}, displays["unknown"]
    shown = run(text)
    assert "line 9: A LINE OF NO DISPLAY" in shown and "\x1b" not in shown
    assert "no display" in subprocess.run([CULPRIT, "zos", "check", SCHEMA], capture_output=True, text=True).stderr
    assert subprocess.run([CULPRIT, "zos", "check", SCHEMA], capture_output=True).returncode == 3
    assert subprocess.run([CULPRIT, "zos", "check"], capture_output=True).returncode == 2


@test
def healthy_displays_are_silent():
    for name in os.listdir(DISPLAYS):
        if name not in ("seed-devlinks.txt", "seed-stats.txt", "discarded-packet.txt"):
            found, document = findings(read(name))
            assert not found and document["verdict"]["party"] == "none", (name, found)


LINK = """EZD0101I NETSTAT CS V1R11 TCPIP 791
DEVNAME: DEVOSA1  DEVTYPE: MPCIPA
LNKNAME: OSDL  LNKTYPE: IPAQENET  LNKSTATUS: READY
PACKET TRACE SETTING:
PROTOCOL: TCP TRRECCNT: %08d PCKLENGTH: FULL
LINK STATISTICS:
BYTESIN = %d
INBOUND PACKETS = %d
INBOUND PACKETS IN ERROR = %d
INBOUND PACKETS DISCARDED = %d
OUTBOUND PACKETS = 10
"""


def link(records=5, arrived=100000, errors=0, discarded=0, time="00:00:00"):
    return each(LINK % (records, arrived * 100, arrived, errors, discarded), "2012-08-08 %s " % time)


@test
def the_flood_of_the_seed():
    found, document = findings(read("seed-devlinks.txt") + read("seed-stats.txt"))
    assert found == [("link/inbound-discards", None), ("ip/address-errors", None)], found
    first, second = document["findings"][:2]
    assert first["text"].startswith("99.7 % of the packets arriving at OSDL are thrown away") and \
        first["severity"] == "error" and first["values"]["discarded"] == 194352011 and second["caused_by"] == 1
    assert first["lines"][0]["note"] == "NETSTAT DEVLINKS OSDL: INBOUND PACKETS = 194853959"
    assert run(read("seed-devlinks.txt"), "--fail-on", "error", status=1)
    assert run(read("seed-stats.txt"), "--fail-on", "error")


@test
def two_displays_give_rates():
    before, after = link(), link(6, 160000, 600, 600, "00:01:00")
    found, document = findings(before + after)
    assert found == [("link/inbound-discards", None)], found
    values = document["findings"][0]["values"]
    assert document["findings"][0]["severity"] == "warning" and document["findings"][0]["confidence"] == "certain"
    assert values["share"] == 0.01 and values["rate_per_s"] == 10 and values["apart_s"] == 60, values
    # What was lost before the first display does not count, and what was reset counts from there.
    assert findings(link(5, 100000, 99000, 99000) + link(6, 200000, 99000, 99000, "00:01:00"))[0] == []
    assert findings(link(5, 100000, 99000, 99000) + link(6, 2000, 0, 0, "00:01:00"))[0] == []
    assert findings("IST2273E PACKETS DISCARDED FOR TCPIP - READ QUEUE CONGESTION\n")[0] == \
        [("link/inbound-discards", "queue")]
    # A warning below a tenth, nothing below a hundredth and when hardly anything arrived.
    assert findings(link(5, 100000, 999, 999))[0] == [] and findings(link(5, 500, 400, 400))[0] == []
    assert findings(link(5, 100000, 999, 999), "--set", "link/inbound-discards.warn=0.5%")[0]


@test
def a_trace_that_counts_nothing():
    found, document = findings(link() + link(5, 200000, time="00:01:00"))
    assert found == [("capture/not-recording", "filter")] and "PROTOCOL TCP" in document["findings"][0]["text"]
    for near in (link(6, 200000, time="00:01:00"),           # it records
                 link(5, 100000, time="00:01:00"),           # nothing flows
                 link(5, 200000, time="00:00:10"),           # too soon
                 link(0, 200000, time="00:01:00")):          # cleared in between
        assert findings(link() + near)[0] == [], near
    other = LINK.replace("OSDL", "OSDM").split("\n", 1)[1]
    assert findings(link() + other % (1, 1, 1, 0, 0) + link(5, 200000, time="00:01:00") +
                    other % (9, 1, 1, 0, 0))[0] == []         # another link records


WRITER = """IEE843I 00.27.10 TRACE DISPLAY 789
 WRITER   STATUS   HEAD COMPONENT SUBNAME
 AESWRT   %s
"""
SUBTRACE = """IEE843I 00.27.10 TRACE DISPLAY 789
TRACENAME
=========
SYSTCPDA
     MODE BUFFER HEAD SUBS
     OFF         HEAD    2
     NO HEAD OPTIONS
 SUBTRACE   MODE BUFFER HEAD SUBS
 TCPCS2     %s   0016M
   ASIDS *NONE*
   JOBNAMES *NONE*
   OPTIONS MINIMUM
   WRITER %s
"""
ON = "TRACE CT,ON,COMP=SYSTCPDA,SUB=(TCPIP),PARM=CTAESPRM\n"


@test
def what_is_missing_between_packets_and_data_set():
    for want, text in (
            ("writer-stopped", WRITER % "INACTIVE"), ("not-connected", WRITER % "ACTIVE"),
            ("other-stack", ON + WRITER % "ACTIVE  SYSTCPDA TCPCS2"),
            ("component-off", ON.replace("TCPIP", "TCPCS2") + SUBTRACE % ("OFF", "PTTCP")),
            ("no-writer", SUBTRACE % ("ON", "*NONE*")),
            ("command-failed", "ITT038I NONE OF THE TRANSACTIONS REQUESTED VIA THE TRACE CT COMMAND WERE SUCCESS\n"
                               "FULLY EXECUTED.\n"),
            ("command-failed", "EZZ0059I VARY PKTTRACE COMMAND FAILED: SEE PREVIOUS MESSAGES\n"),
            ("waits-for-reply", "*05 ITT006A SPECIFY OPERAND(S) FOR TRACE CT COMMAND.\n"),
            ("writer-stopped", "ITT111I CTRACE WRITER AESWRT TERMINATED BECAUSE OF AN ABEND.\n")):
        found, document = findings(text)
        assert found == [("capture/not-recording", want)], (want, found)
        assert document["verdict"]["party"] == "capture" and document["findings"][0]["advice"], want
    for near in (WRITER % "ACTIVE  SYSTCPDA TCPIP", ON + WRITER % "ACTIVE  SYSTCPDA TCPIP",
                 ON + "TRACE CT,OFF,COMP=SYSTCPDA,SUB=(TCPIP)\n" + WRITER % "ACTIVE",
                 SUBTRACE % ("ON", "PTTCP"), SUBTRACE % ("OFF", "PTTCP"),
                 "*05 ITT006A SPECIFY OPERAND(S) FOR TRACE CT COMMAND.\nR 05,WTR=AESWRT,END\n",
                 read("seed-start.txt"), read("seed-stop.txt")):
        assert findings(near)[0] == [], near


OSA = CONSOLE[CONSOLE.index("OSA-EXPRESS"):CONSOLE.index("2 OF 2")]
OSA_ON = "V TCPIP,TCPIP,OSAENTA,PORTNAME=DR281920,ON,NOFILTER=ALL\n"


@test
def osaenta_that_records_nothing_or_loses():
    off = OSA.replace("STATUS: ON", "STATUS: OFF")
    trle = read("seed-trle.txt")
    for want, text in (
            (("capture/not-recording", "osaenta-off"), OSA_ON + off),
            (("capture/not-recording", "osaenta-off"), off.replace("TIMEACTIVE: 2", "TIMEACTIVE: 10080")),
            (("capture/not-recording", "not-authorized"), OSA.replace("LOGICAL PARTITION", "DISABLED")),
            (("capture/not-recording", "trace-device"), OSA.replace("OSA INTFSTATUS:  READY", "OSA INTFSTATUS: NOT ACTIVE")),
            (("capture/not-recording", "osaenta-filter"),
             OSA.replace("FRAMES: 23", "FRAMES: 0").replace("NOFILTER: ALL", "NOFILTER: NONE")),
            (("capture/not-recording", "osaenta-filter"), link() + OSA + link(6, 200000, time="00:01:00") + OSA),
            (("capture/not-recording", "trace-device"), OSA_ON + trle),
            (("capture/not-recording", "trace-device"), OSA_ON + trle.replace("TRACE DEV = 0407", "DATA  DEV = 0407")),
            (("capture/drops-reported", "osaenta"), OSA.replace("FRAMESLOST: 0                T", "FRAMESLOST: 9 T"))):
        assert findings(text)[0] == [want], (want, findings(text)[0])
    for near in (off, OSA_ON + OSA, OSA_ON + OSA_ON.replace("ON,NOFILTER=ALL", "OFF") + off, trle,
                 OSA_ON + trle.replace("RESET", "ACTIVE"), OSA.replace("FRAMESLOST: 0\n", "FRAMESLOST: 9\n"),
                 link() + OSA + link(6, 200000, time="00:01:00") + OSA.replace("FRAMES: 23", "FRAMES: 24")):
        assert findings(near)[0] == [], (near, findings(near)[0])
    # The devices were displayed before it was started.
    assert findings(trle + OSA)[0] == [] and findings(OSA + trle)[0] == [("capture/not-recording", "trace-device")]
    buffers = trle.replace("READ BUFFERS = 0", "READ BUFFERS = 7")
    assert findings(trle + buffers)[0] == [("capture/drops-reported", "read-buffers")]
    assert findings(buffers)[0] == []


def diagnose(trace, *displays):
    with tempfile.TemporaryDirectory() as folder:
        words = []
        for number, text in enumerate(displays):
            path = os.path.join(folder, "%d.txt" % number)
            with open(path, "w") as file:
                file.write(text)
            words += ["--displays", path]
        done = subprocess.run([CULPRIT, "diagnose", "--json", *words, trace], capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        return {found["id"]: found for found in document["findings"]}, document


@test
def counters_and_packets_tell_one_story():
    trace = os.path.join(DISPLAYS, "discarded-packet.txt")
    alone, _ = diagnose(trace)
    assert all(found["severity"] in ("info", "notice") for found in alone.values()), alone
    found, document = diagnose(trace, read("seed-devlinks.txt"), read("seed-stats.txt"))
    chain = ["link/mac-broadcast-unicast-ip", "link/stack-discard", "link/inbound-discards", "ip/address-errors"]
    for cause, effect in zip(chain, chain[1:]):
        assert found[effect]["caused_by"] == found[cause]["number"], (cause, effect)
    assert document["verdict"]["finding"] == found[chain[0]]["number"] == 1
    assert document["verdict"]["blame"] == "config:172.29.96.9"
    # What TCP threw away was counted as arrived before: it explains nothing here.
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        with open(trace) as packet:
            file.write(packet.read().replace("4114 (IP_MAC_BRDCST)", "8200").replace("172.29.191.255", "172.29.191.25"))
        file.flush()
        found, _ = diagnose(file.name, read("seed-devlinks.txt"))
        assert found["link/stack-discard"]["kind"] == "transport"
        assert found["link/inbound-discards"]["caused_by"] is None


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def sent(number, whole, to=b"\x0a\x00\x00\x02"):
    """A UDP datagram as a stack hands it to its adapter."""
    source = b"\x0a\x00\x00\x01"
    udp = struct.pack("!4H", 1000 + number, 53, 12, 0) + b"data"
    pseudo = source + to + struct.pack("!2H", 17, len(udp))
    total = checksum(pseudo + udp) if whole else ~checksum(pseudo) & 0xffff
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(udp), number, 0, 64, 17, 0) + source + to
    return ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:] + udp[:6] + struct.pack("!H", total) + udp[8:]


def ctrace(folder, packets):
    """Packets that interface OSDL sent, as a packet trace."""
    def block(kind, body):
        length = 12 + len(body)
        return struct.pack("<II", kind, length) + body + struct.pack("<I", length)
    data = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
    data += block(1, struct.pack("<HHI", 101, 0, 0) + struct.pack("<HH", 2, 4) + b"OSDL" + bytes(4))
    for number, packet in enumerate(packets):
        data += block(6, struct.pack("<5I", 0, 0x60000, number * 1000000, len(packet), len(packet)) +
                      packet + bytes(-len(packet) % 4) + struct.pack("<HHII", 2, 4, 2, 0))
    path = os.path.join(folder, "sent")
    with open(path + ".pcapng", "wb") as file:
        file.write(data)
    subprocess.run([CULPRIT, "convert", "-q", path + ".pcapng", path + ".ctrace"], check=True, timeout=60)
    return path + ".ctrace"


@test
def offload_that_is_configured_and_not_used():
    on = "INTFNAME: OSDL INTFTYPE: IPAQENET INTFSTATUS: READY\nCHECKSUMOFFLOAD: YES\n"
    osa = read("seed-osainfo.txt").replace("LNK29D", "OSDL")
    name = "capture/offload-not-in-effect"
    with tempfile.TemporaryDirectory() as folder:
        whole = ctrace(folder, [sent(number, True) for number in range(30)])
        for displays in (on, osa.replace("OutCkSumEna: 00000000", "OutCkSumEna: 0000003E")):
            found, _ = diagnose(whole, displays)
            assert found[name]["kind"] == "packets" and found[name]["severity"] == "notice", found
        for displays in (on.replace("YES", "NO"), on.replace("OSDL", "OSDM"), osa):
            assert name not in diagnose(whole, displays)[0], displays
        assert name not in diagnose(whole)[0]
        for packets in ([sent(number, number > 0) for number in range(30)], [sent(number, True) for number in range(19)],
                        [sent(number, True, b"\xe0\x00\x00\x05") for number in range(30)]):
            assert name not in diagnose(ctrace(folder, packets), on)[0]
    asked = "IP CONFIGURATION TABLE:\nCHECKSUMOFFLOAD: YES SEGOFFLOAD: YES\n"
    document = json.loads(run(asked + osa, "--json"))
    assert [(found["id"], found["kind"]) for found in document["findings"]] == [(name, "display")]
    assert not json.loads(run(asked.replace("YES", "NO") + osa, "--json"))["findings"]


@test
def every_report_shows_the_lines():
    path = os.path.join(DISPLAYS, "seed-devlinks.txt")
    with tempfile.TemporaryDirectory() as folder:
        trace = ctrace(folder, [sent(0, True)])
        for report in ("--markdown", "--junit", "--sarif", "--html", "--json", "--time=utc"):
            done = subprocess.run([CULPRIT, "diagnose", report, "--displays", path, trace], capture_output=True)
            words = b"INBOUND PACKETS" if report != "--time=utc" else b"PACKETS = 194853959"
            assert done.returncode == 0 and words in b" ".join(done.stdout.split()), report


@test
def hostile_text_is_read_in_bounded_time():
    for text in (b"\x00\xff" * 100000, b"DEVNAME: A LNKNAME: B\n" * 20000, b"=" * 1000000, b"A: " * 300000,
                 (LINK % (1, 1, 1, 0, 0)).encode() * 3000, b"IEE843I TRACE DISPLAY\nWRITER STATUS\n" + b"A ACTIVE\n" * 9999,
                 b"INBOUND PACKETS = " + b"9" * 500000, b"LNKNAME: " + b"%n" * 99999 + b"\n"):
        done = subprocess.run([CULPRIT, "zos", "check", "--json", "-"], input=text, capture_output=True, timeout=50)
        assert done.returncode in (0, 3), done.stderr[:200]
        if done.returncode == 0:
            json.loads(done.stdout)


@test
def the_document_follows_its_schema():
    try:
        import jsonschema
    except ImportError:
        return
    with open(SCHEMA) as file:
        schema = json.load(file)
    for text in (read("seed-devlinks.txt") + read("seed-stats.txt"), WRITER % "ACTIVE", CONSOLE + "noise\n"):
        jsonschema.validate(json.loads(run(text, "--json")), schema)


print("1..%d" % len(tests))
failed = 0
for number, function in enumerate(tests, 1):
    try:
        function()
        print("ok %d - %s" % (number, function.__name__))
    except Exception as problem:
        failed += 1
        print("not ok %d - %s" % (number, function.__name__))
        print("# " + repr(problem).replace("\n", "\n# "))
sys.exit(failed > 0)

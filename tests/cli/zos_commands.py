"""culprit zos: commands of traces, discard codes. usage: zos_commands.py CULPRIT"""
import json
import os
import pty
import subprocess
import sys

CULPRIT = os.path.abspath(sys.argv[1])
tests = []


def test(function):
    tests.append(function)


def run(*arguments):
    return subprocess.run([CULPRIT, "zos", *arguments], capture_output=True, text=True, timeout=60)


def commands(*arguments):
    done = run(*arguments, "--quiet")
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout.splitlines()


def refused(*arguments):
    done = run(*arguments)
    assert done.returncode == 2 and not done.stdout, (arguments, done)
    return done.stderr


# The command sets of the seed's slides, as they stand there.
PACKET_SCREEN = """TRACE CT,WTRSTART=AESWRT
V TCPIP,TCPIP,PKT,CLEAR
V TCPIP,TCPIP,PKT,LINKN=*,ON,FULL,PROT=*,IP=*,SUBN=255.255.255.255,SRCP=*,DEST=*
TRACE CT,ON,COMP=SYSTCPDA,SUB=(TCPIP),PARM=CTAESPRM"""
PACKET_SLIDE = """TRACE CT,WTRSTART=AESWRT
V TCPIP,TCPIP,PKT,CLEAR
V TCPIP,TCPIP,PKT,LINKN=OSDL,ON,FULL,PROT=TCP,IP=172.29.96.9
TRACE CT,ON,COMP=SYSTCPDA,SUB=(TCPIP),PARM=CTAESPRM"""
PACKET_STOP = """V TCPIP,TCPIP,PKT,OFF
TRACE CT,OFF,COMP=SYSTCPDA,SUB=(TCPIP)
TRACE CT,WTRSTOP=AESWRT,FLUSH"""
PACKET_CHECK = """D TRACE,WTR=AESWRT
D TCPIP,TCPIP,NETSTAT,DE"""
DATA_STOP = PACKET_STOP.replace("PKT", "DAT")
DATA_CHECK = """D TRACE,WTR=AESWRT
D TCPIP,TCPIP,NETSTAT,CONFIG"""
OSA_START = """TRACE CT,WTRSTART=AESWRT
V TCPIP,TCPIP,OSAENTA,PORTNAME=DR281920,CLEAR
V TCPIP,TCPIP,OSAENTA,PORTNAME=DR281920,ON,NOFILTER=ALL
TRACE CT,ON,COMP=SYSTCPOT,SUB=(TCPIP),PARM=CTAESPRM"""
OSA_STOP = """V TCPIP,,OSAENTA,PORTNAME=DR281920,OFF
TRACE CT,OFF,COMP=SYSTCPOT,SUB=(TCPIP)
TRACE CT,WTRSTOP=AESWRT,FLUSH"""


@test
def the_command_sets_of_the_slides():
    slide = ["--link", "OSDL", "--length", "FULL", "--protocol", "tcp", "--ip", "172.29.96.9", "--brief"]
    osa = ["osaenta", "--port", "dr281920"]
    for want, arguments in (
            (PACKET_SCREEN, ["packet-trace", "--start"]), (PACKET_SLIDE, ["packet-trace", "--start", *slide]),
            (PACKET_CHECK, ["packet-trace", "--check"]), (PACKET_STOP, ["packet-trace", "--stop"]),
            (DATA_CHECK, ["data-trace", "--check"]), (DATA_STOP, ["data-trace", "--stop"]),
            (OSA_START, [*osa, "--start", "--brief"]), (PACKET_CHECK, [*osa, "--check"]),
            (OSA_STOP, [*osa, "--stop"])):
        assert commands(*arguments) == want.splitlines(), (arguments, commands(*arguments))
    assert commands("packet-trace") == (PACKET_SCREEN + "\n" + PACKET_CHECK + "\n" + PACKET_STOP).splitlines()
    assert "V TCPIP,TCPIP,PKT,ON,DISCARD=ALL" in commands("packet-trace", "--discard", "all", "--brief")
    writer = run("packet-trace").stdout
    assert "//IEFPROC  EXEC PGM=ITTTRCWR,REGION=0K,TIME=1440,DPRTY=15\n//TRCOUT01 DD DISP=SHR,DSN=TRACE.DATASET\n" \
        in writer and "\nTRACEOPTS ON WTR(AESWRT)\n" in writer


@test
def the_commands_name_what_was_chosen():
    on = commands("packet-trace", "--start", "--tcpip", "tcpcs2", "--writer", "PTTCP", "--parm", "none",
                  "--length", "200", "--port", "21", "--also", "--protocol", "17", "--ip", "fe80::1", "--subnet", "64")
    assert on == ["TRACE CT,WTRSTART=PTTCP", "V TCPIP,TCPCS2,PKT,CLEAR",
                  "V TCPIP,TCPCS2,PKT,LINKN=*,ON,ABBREV=200,PROT=*,IP=*,SUBN=255.255.255.255,PORTNUM=21",
                  "V TCPIP,TCPCS2,PKT,LINKN=*,ON,ABBREV=200,PROT=17,IP=FE80::1/64,SRCP=*,DEST=*",
                  "TRACE CT,ON,COMP=SYSTCPDA,SUB=(TCPCS2)", "R nn,WTR=PTTCP,END"], on
    on = commands("packet-trace", "--ip", "10.1.0.0", "--subnet", "20", "--brief", "--start")
    assert on[2] == "V TCPIP,TCPIP,PKT,ON,IP=10.1.0.0,SUBN=255.255.240.0", on
    on = commands("osaenta", "--port", "P", "--start", "--length", "96", "--minutes", "0", "--vlan", "ALL",
                  "--mac", "00:20:78:d9:0d:db", "--ip", "10.1.1.1", "--mask-bits", "24", "--device", "00-01-00-02")
    assert on[2] == ("V TCPIP,TCPIP,OSAENTA,PORTNAME=P,ON,DEVICEID=00010002,MAC=002078D90DDB,VLANID=ALL,"
                     "IPADDR=10.1.1.1/24,ABBREV=96,DATA=0,FRAMES=0,TIME=0,DISCARD=NONE"), on
    assert commands("osaenta", "--port", "P", "--tcpip", "TCPCS", "--stop")[0] == "V TCPIP,TCPCS,OSAENTA,PORTNAME=P,OFF"
    assert commands("osaenta", "--port", "P", "--trle", "OSATRL2E", "--check")[0] == "D NET,TRL,TRLE=OSATRL2E"
    assert commands("data-trace", "--job", "FTPD1", "--port", "21", "--brief")[1] == \
        "V TCPIP,TCPIP,DAT,ON,JOBNAME=FTPD1,PORTNUM=21"


# PANEL, OPTION, what is taken, what is refused and a word of the reason.
VALUES = (
    ("packet-trace", "tcpip", ("TCPIP", "a$1"), (("TCPIP1234", "longer"), ("1ABC", "digit"), ("", "empty"))),
    ("packet-trace", "link", ("*", "LONGINTERFACE16X"), (("OSA*", "patterns"), ("LONGINTERFACE17XX", "longer"))),
    ("packet-trace", "length", ("FULL", "1", "65535"), (("0", "1 - 65535"), ("65536", "65535"), ("x", "number"))),
    ("packet-trace", "protocol", ("icmpv6", "0", "255"), (("256", "0 - 255"), ("QUIC", "number"))),
    ("packet-trace", "ip", ("10.0.0.1", "10.0.0.0/8", "fe80::1/64"), (("10.*", "subnet"), ("10.0.0.0/33", "1 - 32"))),
    ("packet-trace", "source-port", ("*", "65535"), (("0", "1 - 65535"), ("-1", "number"))),
    ("packet-trace", "discard", ("NONE", "all", "*", "4096", "20479"), (("4095", "4096 - 20479"), ("20480", "20479"))),
    ("packet-trace", "dataset", ("SYS1.A-B.C1",), (("A..B", "data set"), ("A.1B", "data set"), ("A.", "data set"))),
    ("data-trace", "length", ("65535",), (("0", "1 - 65535"),)),
    ("osaenta", "length", ("FULL", "64", "65472"), (("63", "64 - 65472"), ("65473", "65472"))),
    ("osaenta", "megabytes", ("0", "2147483647"), (("2147483648", "2147483647"),)),
    ("osaenta", "frames", ("0", "100"), (("99", "100 - "),)),
    ("osaenta", "minutes", ("0", "10080"), (("10081", "1 - 10080"),)),
    ("osaenta", "discard", ("EXCEPTION", "1", "4087"), (("4088", "1 - 4087"), ("0", "1 - 4087"))),
    ("osaenta", "device", ("00010002",), (("0001", "8 hexadecimal"),)),
    ("osaenta", "ethertype", ("ARP", "0600", "ffff"), (("05FF", "802.3"), ("600", "four"))),
    ("osaenta", "mac", ("002078D90DDB",), (("0020", "12 hexadecimal"),)),
    ("osaenta", "vlan", ("0", "4094", "ALL"), (("4095", "0 - 4094"),)),
    ("osaenta", "datapath", ("0406,0407", "(0406,0407)", "0406-0408"), (("0406", "two"), ("x", "list"))),
)


@test
def values_are_checked_and_the_reason_is_said():
    for panel, option, good, bad in VALUES:
        more = ["--port", "P"] if panel == "osaenta" else []
        for value in good:
            assert commands(panel, *more, "--" + option, value), (panel, option, value)
        for value, word in bad:
            said = refused(panel, *more, "--" + option, value)
            assert "--" + option in said and word in said, (option, value, said)


@test
def what_does_not_go_together_is_refused():
    osa = ["osaenta", "--port", "P"]
    for word, arguments in (
            ("either end", ["packet-trace", "--port", "21", "--source-port", "20"]),
            ("no ports", ["packet-trace", "--protocol", "ICMP", "--destination-port", "20"]),
            ("needs an address", ["packet-trace", "--subnet", "255.255.0.0"]),
            ("mask already", ["packet-trace", "--ip", "10.0.0.0/8", "--subnet", "255.0.0.0"]),
            ("no such mask", ["packet-trace", "--ip", "fe80::1", "--subnet", "255.0.0.0"]),
            ("ones must come", ["packet-trace", "--ip", "10.0.0.0", "--subnet", "255.0.255.0"]),
            ("need an address", [*osa, "--mask-bits", "24"]),
            ("only 32 bits", [*osa, "--ip", "10.0.0.1", "--mask-bits", "64"]),
            ("8 values", [*osa, "--vlan", "1"] + ["--also", "--vlan", "2"] * 8),
            ("must be given", ["osaenta"]), ("did you mean --protocol", ["packet-trace", "--protocl", "TCP"]),
            ("leave out", ["packet-trace", "TCPIP"]), ("did you mean culprit zos codes", ["code"]),
            ("more than 32 lines", ["packet-trace"] + ["--also", "--port", "2"] * 32)):
        assert word in refused(*arguments), (arguments, refused(*arguments))


@test
def what_the_osa_makes_of_a_length_is_said():
    for length, word in (("FULL", "becomes 480"), ("2000", "becomes 480"), ("100", "becomes 128")):
        assert word in run("osaenta", "--port", "P", "--length", length).stdout, length
    assert "becomes" not in run("osaenta", "--port", "P", "--length", "480").stdout


@test
def programs_get_the_same_as_people():
    document = json.loads(run("osaenta", "--port", "P", "--json", "--rate", "100", "--size", "1000", "--minutes", "2",
                              "--length", "96").stdout)
    assert document["schema"] == "culprit.zos-commands/1" and document["trace"] == "osaenta"
    assert [step["command"] for part in ("start", "check", "stop") for step in document[part]] == \
        commands("osaenta", "--port", "P", "--minutes", "2", "--length", "96")
    assert document["expected"]["records"] == 12000 and document["expected"]["record_bytes"] == 206
    whole = json.loads(run("osaenta", "--port", "P", "--json", "--size", "1000").stdout)
    assert whole["expected"]["record_bytes"] == 590
    assert document["member"] == {"name": "CTAESPRM", "text": ["TRACEOPTS ON WTR(AESWRT)"]}
    assert document["read"] == "culprit diagnose osaenta.ctrace" and document["transfer"][0] == "binary"


@test
def the_form_asks_for_every_parameter():
    terminal, other = pty.openpty()
    done = subprocess.Popen([CULPRIT, "zos", "packet-trace", "--no-pager"], stdin=other, stdout=other, stderr=other)
    os.close(other)
    os.write(terminal, b"\n\n\n\nOSDL\n70000\n200\nTCP\n\n\n\n\n21\n\n\n\n\n\nn\n")
    said = b""
    try:
        while True:
            said += os.read(terminal, 4096)
    except OSError:
        pass
    said = said.decode().replace("\r", "")
    assert done.wait(30) == 0, said
    assert "Link / INTF         : [*]  (Link / Interface Name, * for all)" in said, said
    assert "is not in 1 - 65535" in said, said
    assert "\nV TCPIP,TCPIP,PKT,LINKN=OSDL,ON,ABBREV=200,PROT=TCP,IP=*,SUBN=255.255.255.255,PORTNUM=21\n" in said, said


@test
def codes_are_explained_and_ranges_called_ranges():
    assert "IP_MAC_BRDCST" in run("codes", "4114").stdout
    said = run("codes", "4105", "9000")
    assert "holds for all of 4104-4113" in said.stdout and "holds for all of 8192-12287" in said.stdout, said
    rows = [json.loads(line) for line in run("codes", "--json").stdout.splitlines()]
    assert [row["first"] for row in rows] == sorted(row["first"] for row in rows) and rows[-1]["last"] == 65535
    assert all(row["range"] == (row["first"] != row["last"]) for row in rows)
    assert json.loads(run("codes", "4167", "--json").stdout)["name"] == "IP_NO_FWD"
    for bad in ("0", "65536", "x", "-3"):
        assert run("codes", "--", bad).returncode == 2, bad


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

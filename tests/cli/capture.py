"""culprit capture, on a veth pair between two namespaces. usage: capture.py CULPRIT

What needs root, or something that this kernel does not have, is skipped, with the reason.
"""
import glob
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab

CULPRIT = os.path.abspath(sys.argv[1])
# The leak checker looks into its own process, which the sandbox does not let it.
ENVIRONMENT = dict(os.environ, ASAN_OPTIONS="detect_leaks=0", NO_COLOR="1")
tests = []


def test(function):
    tests.append((function, False))


def test_in_lab(function):
    tests.append((function, True))


def run(*arguments, code=0, **more):
    done = subprocess.run([CULPRIT, *arguments], capture_output=True, timeout=60, env=ENVIRONMENT, **more)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done


def refused(code, words, *arguments, **more):
    message = run("capture", "-o", "refused.pcapng", *arguments, code=code, **more).stderr.decode()
    assert words in message, (arguments, message)


class Capture:
    """One in the second host, from when it listens."""

    def __init__(self, *arguments, interface="vb", output="t.pcapng"):
        words = ["capture", "--netns", lab.B, "-i", interface, "-o", output, *arguments]
        self.process = subprocess.Popen([CULPRIT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=ENVIRONMENT)
        deadline = time.monotonic() + 20
        # It listens once it gave its rights away.
        while self.process.poll() is None and time.monotonic() < deadline and "NoNewPrivs:\t1" not in self.state():
            time.sleep(0.01)
        time.sleep(0.05)

    def state(self):
        with open("/proc/%d/status" % self.process.pid) as file:
            return file.read()

    def end(self, code=0, signal=signal.SIGINT):
        if signal and self.process.poll() is None:
            self.process.send_signal(signal)
        out, said = self.process.communicate(timeout=30)
        assert self.process.returncode == code, (self.process.returncode, said)
        self.said = said.decode()
        return self.said


def rows(path, *arguments):
    return [json.loads(line) for line in run("packets", "--json", *arguments, path).stdout.splitlines()]


def lengths(path):
    return [row["length"] for row in rows(path)]


def findings(path):
    return {found["id"] for found in json.loads(run("diagnose", "--json", path).stdout)["findings"]}


def blocks(path):
    """(type, body) of every block; an assertion fails where the file ends within one."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        kind, length = (int.from_bytes(data[at + i:at + i + 4], "little") for i in (0, 4))
        assert at + length <= len(data) and length >= 12, (path, at)
        yield kind, data[at + 8:at + length - 4]
        at += length


def counters(path):
    """(received, dropped) of the last statistics block."""
    last = (0, 0)
    for kind, body in blocks(path):
        if kind == 5:
            options, at = {}, 12
            while at + 4 <= len(body):
                code, length = (int.from_bytes(body[at + i:at + i + 2], "little") for i in (0, 2))
                options[code] = int.from_bytes(body[at + 4:at + 4 + length], "little")
                at += 4 + (length + 3) // 4 * 4
            last = (options.get(4, 0), options.get(7, 0))
    return last


@test
def missing_rights_are_named_with_the_command_that_gives_them():
    more = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o777)
        if more and subprocess.run(["test", "-x", CULPRIT], **more).returncode:
            return "other users cannot reach the program here"
        refused(3, "sudo setcap cap_net_raw+ep " + os.path.realpath(CULPRIT), "-i", "lo", cwd=folder, **more)
        refused(3, "the self-test needs cap_net_raw,cap_net_admin,cap_sys_admin", "--self-test", cwd=folder, **more)


@test
def wrong_wishes_are_told_before_missing_rights():
    for words, arguments in (("is wrong", ["tcp", "port"]), ("names a host", ["host", "www.example.org"]),
                             ("--port", ["--port", "80", "--source-port", "80"]),
                             ("--port", ["--port", "65536"]), ("--ethertype", ["--ethertype", "5ff"]),
                             ("--mac", ["--mac", "0200"]), ("--vlan", ["--vlan", "4095"]),
                             ("--protocol", ["--protocol", "256"]), ("--subnet", ["--subnet", "255.255.0.0"]),
                             ("--subnet", ["--ip", "10.0.0.1", "--subnet", "255.0.255.0"]),
                             ("--ip", ["--ip", "10.0.0.300"]), ("no field", ["-Y", "tcp.prot == 1"]),
                             ("twice", ["-f", "tcp", "udp"]), ("no time", ["--duration", "soon"]),
                             ("no size", ["--bytes", "many"]), ("1-65535", ["--length", "65536"])):
        if "libpcap" in run("capture", "-o", "x", "-f", "tcp port", code=2 if HAS_PCAP else 3).stderr.decode():
            continue
        refused(2, words, *arguments)


@test
def interfaces_are_listed():
    lines = [json.loads(line) for line in run("capture", "--list", "--json").stdout.splitlines()]
    assert any("127.0.0.1/8" in line["addresses"] for line in lines if line["name"] == "lo"), lines
    assert b"lo " in run("capture", "--list").stdout


@test_in_lab
def nothing_is_lost_that_the_counters_do_not_tell():
    capture = Capture("-q")
    lab.send(lab.udp(200), times=50000)
    capture.end()
    received, dropped = counters("t.pcapng")
    written = sum(1 for kind, _ in blocks("t.pcapng") if kind == 6)
    assert received == 50000 and written + dropped == 50000, (received, written, dropped)
    assert set(lengths("t.pcapng")) == {200}


@test_in_lab
def rights_are_gone_and_the_sandbox_is_closed():
    capture = Capture()
    state = capture.state()
    said = capture.end()
    assert re.search(r"CapEff:\t0+\n", state) and re.search(r"CapBnd:\t0+\n", state), state
    assert re.search(r"Uid:\t[1-9]", state), state
    assert "no seccomp" in said or "Seccomp:\t2" in state, (said, state)


@test_in_lab
def directions_and_interfaces_are_told():
    capture = Capture(interface="any")
    lab.send(lab.udp(100))
    lab.inside(lab.B, "ping", "-c", "1", "-W", "1", "127.0.0.1")
    capture.end()
    seen = {(row["frame.interface_name"], row["frame.packet_flags_direction"])
            for row in rows("t.pcapng", "-e", "frame.interface_name", "-e", "frame.packet_flags_direction")}
    assert ("vb", 1) in seen and ("lo", 1) in seen and ("lo", 2) not in seen, seen


@test_in_lab
def vlan_tags_are_put_back():
    plain = lab.udp(100)
    tagged = plain[:12] + b"\x81\x00\x00\x05" + plain[12:]
    twice = plain[:12] + b"\x88\xa8\x00\x07\x81\x00\x00\x05" + plain[12:]
    capture = Capture()
    lab.send(plain, tagged, twice)
    capture.end()
    assert lengths("t.pcapng") == [100, 104, 108]
    assert [row["vlan.id"] for row in rows("t.pcapng", "-e", "vlan.id", "-Y", "vlan")] in ([5, [7, 5]], [5, "7,5"])
    if HAS_PCAP:
        capture = Capture("--vlan", "5")
        lab.send(plain, tagged)
        assert "culprit does" in capture.end()
        assert lengths("t.pcapng") == [104]


@test_in_lab
def filters_select_in_the_kernel_or_here():
    if not HAS_PCAP:
        return "this build has no libpcap"
    frames = [lab.udp(100 + i, port=port) for i, port in enumerate((9, 53, 443, 53))]
    for arguments, words, wanted in (
            (["udp", "port", "53"], "", [101, 103]),
            (["--port", "53", "--port", "443"], "", [101, 102, 103]),
            (["--protocol", "UDP", "--ip", "10.98.0.77", "--subnet", "255.255.255.0"], "", [100, 101, 102, 103]),
            (["--protocol", "TCP"], "", []),
            (["--mac", "02-00-00-00-00-0a", "--ethertype", "IPV4", "--destination-port", "9"], "", [100]),
            (["-Y", "udp.dstport == 53 && !(ip.src == 10.98.0.9)"], "the kernel runs", [101, 103]),
            (["-Y", "frame.len > 102"], "the kernel runs", [103]),
            (["-Y", "udp.length == 67"], "culprit does", [101]),
            (["-Y", "udp.length >= 67", "udp", "port", "53", "--length", "60"], "culprit does", [101, 103]),
            (["--direction", "out"], "", [])):
        capture = Capture(*arguments)
        lab.send(*frames)
        said = capture.end()
        assert lengths("t.pcapng") == wanted and words in said, (arguments, lengths("t.pcapng"), said)
    assert {row["frame.cap_len"] for row in rows("t.pcapng", "-e", "frame.cap_len")} == set()


@test_in_lab
def limits_end_it():
    for arguments, wanted in ((["--packets", "3"], 3), (["--bytes", "450B"], 5)):
        capture = Capture(*arguments)
        lab.send(lab.udp(100), times=20)
        capture.end(signal=None)
        assert len(lengths("t.pcapng")) == wanted, arguments
    capture = Capture("--duration", "4s", "--length", "60")
    lab.send(lab.udp(100), times=5)
    capture.end(signal=None)
    assert lengths("t.pcapng") == [100] * 5
    assert {row["frame.cap_len"] for row in rows("t.pcapng", "-e", "frame.cap_len")} == {60}


@test_in_lab
def a_ring_of_files_keeps_the_last():
    capture = Capture("--file-bytes", "20kB", "--files", "3")
    lab.send(*[lab.udp(60 + i % 1000, port=1 + i) for i in range(400)])
    said = capture.end()
    kept = sorted(glob.glob("t_*.pcapng"))
    assert len(kept) == 3 and all(os.path.getsize(path) <= 20500 for path in kept), kept
    assert "files)" in said
    ports = [row["dst_port"] for path in kept for row in rows(path)]
    assert ports == list(range(ports[0], 401)) and len(ports) < 300, ports
    assert all("capture/damaged-file" not in findings(path) for path in kept)


@test_in_lab
def a_killed_capture_leaves_whole_blocks():
    for _ in range(4):
        capture = Capture("-q")
        sender = subprocess.Popen(["ip", "netns", "exec", lab.A, sys.executable, lab.__file__, "va", "3000", "0.0005",
                                   lab.udp(900).hex()])
        time.sleep(random.uniform(0.1, 1.4))
        capture.end(code=-9, signal=signal.SIGKILL)
        sender.kill()
        sender.wait()
        assert set(lengths("t.pcapng")) <= {900}


@test_in_lab
def a_full_disk_is_told_and_the_file_is_whole():
    os.mkdir("small")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k,mode=777", "none", "small"], capture_output=True)
    if mounted.returncode:
        return "no tmpfs can be mounted: " + mounted.stderr.decode().strip()
    try:
        capture = Capture("-q", output="small/t.pcapng")
        lab.send(lab.udp(900), times=2000)
        said = capture.end(code=3, signal=None)
        assert "No space left" in said and "t.pcapng" in said, said
        assert sum(1 for kind, _ in blocks("small/t.pcapng") if kind == 6) > 200
        assert "capture/damaged-file" not in findings("small/t.pcapng")
    finally:
        subprocess.run(["umount", "small"])


@test_in_lab
def an_interface_may_go_away():
    lab.ip("-n", lab.B, "link", "add", "gone0", "type", "veth", "peer", "name", "gone1")
    for name in ("gone0", "gone1"):
        lab.ip("-n", lab.B, "link", "set", name, "up")
    alone = Capture("-q", interface="gone0", output="alone.pcapng")
    both = Capture("-i", "vb", interface="gone0", output="both.pcapng")
    lab.ip("-n", lab.B, "link", "set", "gone0", "down")
    time.sleep(0.3)
    lab.ip("-n", lab.B, "link", "set", "gone0", "up")
    lab.ip("-n", lab.B, "link", "del", "gone0")
    assert "gone0: the interface was removed" in alone.end(code=3, signal=None)
    lab.send(lab.udp(100))
    time.sleep(0.3)
    assert "gone0: the interface was removed" in both.end()
    assert 100 in lengths("both.pcapng")
    assert list(blocks("alone.pcapng"))


def refused_connections(count):
    code = ("import socket\nfor port in range(6000, %d):\n try: socket.create_connection(('10.98.0.2', port), 2)\n"
            " except OSError: pass" % (6000 + count))
    lab.inside(lab.A, sys.executable, "-c", code)


@test_in_lab
def a_finding_ends_it_with_its_history():
    refused(2, "tcp/syn-refused", "-i", "lo", "--until", "tcp/syn-refuse")
    refused(2, "--until", "-i", "lo", "--keep-before", "5s")
    # The last records are diagnosed once a second.
    for arguments, first, last in ((["--until", "tcp/syn-refused"], [60, 61, 74, 54], 62),
                                   (["--until", "tcp/*", "--keep-before", "3s"], [61, 74, 54], 62),
                                   (["--until", "tcp/syn-refused", "--keep-before", "3s", "--keep-after", "4s"],
                                    [61, 74, 54, 62], 63)):
        capture = Capture(*arguments)
        lab.send(lab.udp(60))
        time.sleep(4.5)
        lab.send(lab.udp(61))
        refused_connections(1)
        time.sleep(2)
        lab.send(lab.udp(62))
        if last == 63:
            time.sleep(4)
            lab.send(lab.udp(63))
        said = capture.end(signal=None)
        assert "tcp/syn-refused: " in said, said
        seen = lengths("t.pcapng")
        assert seen[:len(first)] == first and last not in seen, (arguments, seen, said)
    capture = Capture("--until", "tcp/syn-refused", "--keep-before", "1s")
    lab.send(lab.udp(60))
    assert "no finding of --until fired" in capture.end()
    assert lengths("t.pcapng") == []


@test_in_lab
def dropped_packets_are_recorded_with_their_reasons():
    lab.ip("-n", lab.B, "route", "add", "10.99.0.0/24", "via", "10.98.0.1")
    for name in ("ip_forward", "conf.all.rp_filter", "conf.vb.rp_filter"):
        lab.inside(lab.B, "sysctl", "-qw", "net.ipv4.%s=1" % name)
    firewall = lab.inside(lab.B, "nft", "add table ip t; add chain ip t i { type filter hook input priority 0; };"
                          "add rule ip t i udp dport 81 drop") if shutil.which("nft") else None
    capture = Capture("--discard", "all")
    if capture.process.poll() is not None:
        return capture.process.communicate()[1].decode().strip().replace("culprit: ", "")
    me = "10.98.0.2"
    lab.send(lab.udp(101, port=81, target=me), lab.udp(102, port=82, target=me),
             lab.udp(103, port=83, target=me, checksum=0x1234), lab.udp(104, target="10.99.0.7", ttl=1),
             lab.udp(105, target=me, source="203.0.113.5"))
    code = ("import socket, sys, time\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
            "s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2000)\ns.bind(('10.98.0.2', 85))\n"
            "print(flush=True)\ntime.sleep(60)")
    slow = subprocess.Popen(["ip", "netns", "exec", lab.B, sys.executable, "-c", code], stdout=subprocess.PIPE)
    slow.stdout.readline()
    lab.send(lab.udp(906, port=85, target=me), times=20)
    time.sleep(0.3)
    slow.kill()
    slow.wait()
    said = capture.end()
    assert "thrown away by the kernel" in said, said
    seen = {}
    for row in rows("t.pcapng", "-e", "frame.len", "-e", "frame.comment", "-Y", 'frame.interface_name == "discards"'):
        name = re.search(r"linux.drop_name=(\S+) linux.drop_place=\S+ linux.drop_interface=vb", row["frame.comment"])
        seen.setdefault(name.group(1), set()).add(row["frame.len"])
    wanted = {"NETFILTER_DROP": {101}, "NO_SOCKET": {102}, "UDP_CSUM": {103}, "IP_INHDR": {104},
              "IP_RPFILTER": {105}, "SOCKET_RCVBUFF": {906}}
    if not firewall or firewall.returncode:
        del wanted["NETFILTER_DROP"]
    assert {name: seen.get(name) for name in wanted} == wanted, seen
    found = json.loads(run("diagnose", "--json", "t.pcapng").stdout)
    texts = [each["text"] for each in found["findings"] if each["id"] == "link/stack-discard"]
    assert all(any(name in text for text in texts) for name in wanted), texts
    assert found["trace"]["sessions"] == len({5, 4, 3, 2, 1, 0}), found["trace"]
    refused(2, "did you mean NO_SOCKET", "-i", "lo", "--discard", "NO_SOCKETS")
    capture = Capture("--discard", "NO_SOCKET", "udp", "port", "82")
    lab.send(lab.udp(103, port=83, target=me), lab.udp(102, port=82, target=me))
    capture.end()
    assert lengths("t.pcapng") == [102, 102], lengths("t.pcapng")


SERVER = """
import http.server, ssl, sys
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.load_cert_chain("c.pem", "k.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
"""


@test_in_lab
def what_programs_say_is_recorded_before_it_is_encrypted():
    if not shutil.which("curl") or not shutil.which("openssl"):
        return "no curl or openssl"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem",
                    "-subj", "/CN=lab"], check=True, capture_output=True)
    with open("story.txt", "w") as file:
        file.write("once upon a time")
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        port = int(server.stdout.readline())
        capture = subprocess.Popen([CULPRIT, "capture", "-o", "t.pcapng", "--data", "curl", "--cleartext"],
                                   stderr=subprocess.PIPE, env=ENVIRONMENT)
        while capture.poll() is None:
            with open("/proc/%d/status" % capture.pid) as file:
                if "NoNewPrivs:\t1" in file.read():
                    break
            time.sleep(0.02)
        if capture.poll() is not None:
            return capture.communicate()[1].decode().strip().replace("culprit: ", "")
        done = subprocess.run(["curl", "-sk", "https://127.0.0.1:%d/story.txt" % port], capture_output=True)
        assert done.stdout == b"once upon a time", done
        time.sleep(0.5)
        capture.send_signal(signal.SIGINT)
        said = capture.communicate(timeout=30)[1].decode()
        assert capture.returncode == 0, said
    finally:
        server.kill()
        server.wait()
    refused(2, "a filter chooses packets", "--data", "curl", "--port", "80")
    requests = [json.loads(line) for line in run("times", "--json", "--by", "transaction", "t.pcapng").stdout.splitlines()]
    if not requests:
        return "the curl here does not use the OpenSSL or GnuTLS of this system"
    assert [(row["request"], row["status"]) for row in requests] == [("GET /story.txt", "200")], requests
    assert b"once upon a time" in run("sessions", "--follow", "t.pcapng", "data:1").stdout


@test_in_lab
def the_self_test_measures_and_leaves_nothing():
    done = run("capture", "--self-test", "--duration", "2s", "--buffer", "8MiB", "--json",
               *(["--length", "96", "greater", "100"] if HAS_PCAP else []))
    sizes = {row["length"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert list(sizes) == [60, 200, 1514] and sizes[60]["selected"] is not HAS_PCAP, sizes
    for length in (200, 1514):
        row = sizes[length]
        # How much is this machine's affair; a machine that captures nothing at all is none.
        assert row["burst"] or row["burst_lost"], row
        assert row["limit"] in ("sender", "buffer", "disk", "processor"), row
        assert abs(row["bytes_per_second"] - row["packets_per_second"] * length) <= length, row
        assert (row["cpu_per_packet_ns"] > 0) == (row["packets_per_second"] > 0), row
    assert any(row.get("packets_per_second") for row in sizes.values()), sizes
    assert os.listdir() == [] and "cu0" not in os.listdir("/sys/class/net"), os.listdir()
    refused(2, "the self-test takes", "--self-test", "-i", "lo")
    refused(3, "culprit-self-test", "--self-test", "-o", "/no/such/x.pcapng")
    if HAS_PCAP:
        refused(2, "selects none", "--self-test", "--duration", "1s", "tcp")


@test_in_lab
def a_pipe_gets_packets_as_they_come():
    words = [CULPRIT, "capture", "--netns", lab.B, "-i", "vb", "-q", "-c", "4"]
    capture = subprocess.Popen(words, stdout=subprocess.PIPE, env=ENVIRONMENT)
    reader = subprocess.Popen([CULPRIT, "packets", "--json", "-"], stdin=capture.stdout, stdout=subprocess.PIPE,
                              env=ENVIRONMENT)
    capture.stdout.close()
    time.sleep(1)
    lab.send(lab.udp(100), times=4)
    assert len(reader.communicate(timeout=30)[0].splitlines()) == 4
    assert capture.wait(timeout=30) == 0


def one(number, function, in_lab, reason):
    name = function.__name__.replace("_", " ")
    if in_lab and reason:
        print("ok %d - %s # SKIP %s" % (number, name, reason))
        return 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        try:
            if in_lab:
                lab.up()
            skipped = function()
            print("ok %d - %s%s" % (number, name, " # SKIP " + skipped if skipped else ""))
            return 0
        except (AssertionError, subprocess.SubprocessError) as problem:
            print("not ok %d - %s\n# %s" % (number, name, str(problem).replace("\n", "\n# ")[:2000]))
            return 1
        finally:
            os.chdir("/")
            if in_lab:
                lab.down()


def main():
    print("1..%d" % len(tests))
    reason = lab.why_not()
    bad = 0
    try:
        for number, (function, in_lab) in enumerate(tests, 1):
            bad += one(number, function, in_lab, reason)
            sys.stdout.flush()
    finally:
        lab.down()
    return bad != 0


os.chdir("/tmp")
HAS_PCAP = b"libpcap" not in run("capture", "-o", "/dev/null", "-f", "tcp", "-i", "no such one",
                                 code=2 if os.geteuid() == 0 else 3).stderr
sys.exit(main())

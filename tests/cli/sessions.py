#!/usr/bin/env python3
"""sessions and sequence as users and scripts rely on them.

usage: sessions.py PROGRAM EXAMPLES
"""
import json, os, subprocess, sys
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import traces
from kit import program, rows, run, run_tests, test, write

examples = os.path.abspath(sys.argv[2])
LOSS = os.path.join(examples, "loss-behind-the-firewall.pcapng")
WINDOW = os.path.join(examples, "receiver-stopped-reading.pcapng")


def fails(code, words, *arguments, **more):
    done = run(*arguments, **more)
    assert done.returncode == code and words in done.stderr.decode(), (done.returncode, done.stderr)


@test
def what_cannot_be_asked():
    fails(2, "which session?", "sequence", LOSS)
    fails(2, "there is no session tcp:9: the trace has 1 of tcp", "sequence", LOSS, "9")
    fails(2, "there is no session udp:1: the trace has 0 of udp", "sessions", LOSS, "udp:1")
    fails(2, "is no list of packets", "sequence", LOSS, "1", "--packets", "9-1")
    fails(2, "a graph shows one session", "sequence", "office.pcap", "1", "udp:1", "--graph", "rtt")
    fails(2, 'there is no "tsq": choose one of tsg', "sequence", LOSS, "1", "--graph", "tsq")
    fails(2, 'there is no "size"', "sessions", LOSS, "--sort", "size")
    fails(2, "--follow needs one session", "sessions", LOSS, "--follow")
    fails(2, "streams are no CSV", "sessions", LOSS, "1", "--follow", "--csv")
    fails(3, "no such file", "sequence", "nowhere.pcap", "1")


@test
def pictures_are_xml_and_the_same_every_time():
    for words in (["--svg"], ["--svg", "--head", "3", "--tail", "3"], ["--graph", "tsg"], ["--graph", "rtt"],
                  ["--graph", "window", "--direction", "client"], ["--graph", "throughput"]):
        for trace in (LOSS, WINDOW):
            picture = run("sequence", trace, "1", *words).stdout
            assert picture == run("sequence", trace, "1", *words).stdout
            assert xml.fromstring(picture).tag == "{http://www.w3.org/2000/svg}svg"


@test
def a_picture_of_what_is_no_tcp():
    assert xml.fromstring(run("sequence", "office.pcap", "udp:1", "--svg").stdout) is not None
    assert b"There is nothing to show" in run("sequence", "office.pcap", "udp:1", "--graph", "tsg").stdout


@test
def ranges_of_a_sequence():
    numbers = lambda *words: [row["number"] for row in rows("sequence", LOSS, "1", *words)]
    everything = numbers()
    assert everything == list(range(1, 273))
    assert numbers("--head", "3") == [1, 2, 3]
    assert numbers("--tail", "2") == [271, 272]
    assert numbers("--head", "2", "--tail", "1") == [1, 2, 272]
    assert numbers("--packets", "5,10-12,271-") == [5, 10, 11, 12, 271, 272]
    assert numbers("--packets", "-2") == [1, 2]


@test
def sessions_of_a_pair_are_interleaved():
    pair = rows("sequence", "logins.pcap", "2", "--pair")
    assert [row["number"] for row in pair] == list(range(1, len(pair) + 1))
    assert {row["session"] for row in pair} == {"tcp:1", "tcp:2"}
    assert [row["session"] for row in rows("sequence", "logins.pcap", "2")] == ["tcp:2"] * 20


@test
def tftp_goes_on_from_other_ports():
    trace = traces.Trace()
    for port, answer in ((2001, b"\0\3\0\1first"), (2002, b"\0\5\0\1no such file\0")):
        trace.udp("10.0.0.5", port, "10.0.0.9", 69, b"\0\1boot\0octet\0")
        trace.udp("10.0.0.9", port + 1000, "10.0.0.5", port, answer)
    trace.udp("10.0.0.9", 3003, "10.0.0.5", 2003, b"\0\3\0\1nobody asked")
    write("tftp.pcap", trace.bytes())
    assert [row["message"] for row in rows("packets", "tftp.pcap")] == [
        "tftp : Read Request boot", "tftp : Data Packet 1",
        "tftp : Read Request boot", "tftp : Error Code 1 no such file", "16 bytes"]


@test
def elapsed_times_add_up():
    ladder = rows("sequence", WINDOW, "1")
    session = rows("sessions", WINDOW, "1")[0]
    assert abs(sum(row["elapsed_s"] for row in ladder) - session["duration_s"]) < 1e-9
    assert {row["class"] for row in ladder} >= {"syn", "synack", "new", "zero-window-probe", "zero-window-probe-ack"}


@test
def the_list_and_the_session_in_full_agree():
    for row in rows("sessions", LOSS) + rows("sessions", "office.pcap"):
        full = rows("sessions", LOSS if row["app"] == "http" and row["client_port"] > 50000 else "office.pcap",
                    "%s:%d" % (row["protocol"], row["number"]))[0]
        for key in ("client", "server_port", "state", "setup", "teardown", "start", "duration_s"):
            assert full[key] == row[key], key
        assert sorted({finding["id"] for finding in full["findings"]}) == sorted(row["findings"])
        for side in ("client", "server"):
            assert full[side + "_sent"]["packets"] == row["packets_" + side]
            assert full[side + "_sent"]["data_bytes"] == row["bytes_" + side]


@test
def states_of_a_transfer_add_up():
    transfer = rows("sessions", LOSS, "1")[0]["server_sent"]["transfer"]
    assert abs(sum(transfer["states_s"].values()) - transfer["duration_s"]) < 1e-9
    assert transfer["verdict"] == "congestion" and 0.35 < transfer["share"] < 1


@test
def order_and_top():
    ports = lambda *words: [row["client_port"] for row in rows("sessions", "refused.pcap", *words)]
    assert ports() == ports("--sort", "number") == ports("--sort", "start") == [40010, 40011, 40012]
    assert ports("--top", "2") == [40010, 40011]
    assert [row["protocol"] for row in rows("sessions", "office.pcap", "--sort", "bytes")] == ["tcp", "udp", "icmp"]
    assert [row["protocol"] for row in rows("sessions", "office.pcap", "--sort", "start")] == ["udp", "tcp", "icmp"]


@test
def secrets_only_when_asked_for():
    hidden = run("sessions", "logins.pcap", "1", "--follow").stdout
    assert b"hunter2" not in hidden and b"bWU6" not in hidden and b"\x1b" not in hidden
    shown = run("sessions", "logins.pcap", "1", "--follow", "--show-secrets").stdout
    assert b"hunter2" in shown and b"bWU6" in shown and b"\x1b" not in shown
    assert len(hidden) == len(shown)
    assert run("sessions", "logins.pcap", "2", "--follow", "hex").stdout == \
        run("sessions", "logins.pcap", "2", "--follow=hex").stdout


@test
def filters_choose_sessions_and_rows():
    chosen = [row["number"] for row in rows("sessions", "logins.pcap", "--long", "-Y", "tcp.port == 23")]
    assert chosen == [2], chosen
    assert [row["number"] for row in rows("sessions", "logins.pcap", "1", "2", "-Y", "tcp.port == 80")] == [1]
    none = run("sessions", "logins.pcap", "1", "-Y", "tcp.port == 23")
    assert none.returncode == 0 and none.stdout == b"" and b"selects none of these sessions" in none.stderr, none
    every = rows("sequence", "logins.pcap", "1")
    some = rows("sequence", "logins.pcap", "1", "-Y", "tcp.len > 0")
    assert 0 < len(some) < len(every) and all(row in every or row["elapsed_s"] is not None for row in some)
    fails(2, "leave one of them out", "sessions", "logins.pcap", "1", "--follow", "-Y", "tcp")
    fails(2, "leave one of them out", "sequence", "logins.pcap", "1", "--graph", "rtt", "-Y", "tcp")


@test
def what_is_read_twice_can_come_through_a_pipe():
    for arguments in (("sequence", "-", "1", "--pair"), ("packets", "--marks", "-"),
                      ("packets", "-Y", 'finding == "tcp/*"', "-"), ("sessions", "-Y", 'finding == "tcp/*"', "-")):
        words = [LOSS if word == "-" else word for word in arguments]
        want = run(*words).stdout
        piped = subprocess.run([program, *arguments], input=open(LOSS, "rb").read(), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        assert want and piped.returncode == 0 and piped.stdout == want, (arguments, piped.stderr)
        with open(LOSS, "rb") as file:
            redirected = run(*arguments, stdin=file)
        assert redirected.stdout == want, (arguments, redirected.stderr)
    full = dict(os.environ, TMPDIR="/nowhere")
    done = subprocess.run([program, "packets", "--marks", "-"], input=b"", stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=full)
    assert done.returncode == 2 and b"set TMPDIR" in done.stderr, done


@test
def the_speed_of_the_link_tells_how_much_was_used():
    row, = rows("sessions", LOSS, "1", "--speed", "10")
    sent = row["server_sent"]
    used = sent["datagram_bytes"] * 8 * 100 / row["duration_s"] / 10e6
    assert abs(sent["link_use_percent"] - used) < 0.01 and sent["segments_per_window"] > 1, sent
    assert rows("sessions", LOSS, "1")[0]["server_sent"]["link_use_percent"] is None
    for speed in ("0", "-1", "x", "10x", "1e300"):
        assert run("sessions", LOSS, "1", "--speed=" + speed).returncode == 2, speed


@test
def a_pipe_that_closes_is_no_error():
    done = subprocess.run("'%s' sequence '%s' 1 | head -1" % (program, LOSS), shell=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert done.returncode == 0 and done.stderr == b"", done.stderr


sys.exit(run_tests())

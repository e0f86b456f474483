#!/usr/bin/env python3
"""stats and exceptions from the command line: sums that must fit, lists that must be cut where they say.

usage: figures.py PROGRAM
"""
import collections, csv, io, json, os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import traces
from kit import rows, run, run_tests, test, text


def by(key, rows):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


@test
def every_row_has_the_same_keys():
    for command in ("stats", "exceptions"):
        for path in ("office.pcap", "refused.pcap", "no packets.pcap"):
            found = rows(command, path)
            assert len({tuple(row) for row in found}) <= 1
            table = list(csv.reader(io.StringIO(text(command, "--csv", path))))
            assert len(table) == len(found) + 1 and {len(row) for row in table} == {len(table[0])}
            assert not found or table[0] == list(found[0])


@test
def sections_count_the_same_packets():
    packets = rows("packets", "office.pcap")
    sections = by("section", rows("stats", "office.pcap"))
    count, size = len(packets), sum(packet["length"] for packet in packets)
    for section in ("sizes", "rates", "interfaces"):
        assert sum(row["packets"] for row in sections[section]) == count, section
        assert sum(row["bytes"] for row in sections[section]) == size, section
    assert [(row["name"], row["packets"]) for row in sections["protocols"]][0] == ("eth", count)
    in_ip = [row for row in sections["protocols"] if row["name"] == "eth/ip"][0]["packets"]
    assert sum(row["packets"] for row in sections["conversations"]) == in_ip
    assert sum(row["packets"] for row in sections["endpoints"]) == 2 * in_ip
    for row in sections["endpoints"]:
        assert row["packets_sent"] == sum(p["src"] == row["name"] and p["protocol"] != "ARP" for p in packets), row
    for row in sections["ports"]:
        carries = {"tcp": ("TCP", "HTTP"), "udp": ("DNS",)}[row["protocol"]]
        there = [p for p in packets if p["protocol"] in carries and row["port"] in (p["src_port"], p["dst_port"])]
        assert row["packets"] == len(there) and row["bytes"] == sum(p["length"] for p in there), row
    for row in sections["connections"]:
        assert row["packets"] == row["packets_sent"] + row["packets_received"]


def texts_and_messages(path, *more):
    """The lines of the list that people see, and what programs see: only the former takes short cuts."""
    header, *lines = text("packets", *more, path).splitlines()
    start, end = header.index("Messages"), header.index("Local Port")
    return ([(int(line.split()[0]), line[start:end].strip()) for line in lines],
            [(row["number"], row["message"] or "") for row in rows("packets", *more, path)])


@test
def short_cuts_change_no_list():
    trace = traces.Trace()
    for n in range(3):                       # silent after a while; then their ports are used again
        for port, data in ((8080, b"\x01\x02\x03\x04" * 300), (80, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")):
            base = 1000 + n * 100000
            trace.tcp("10.0.0.5", 40000, "10.0.0.9", port, traces.SYN, base, 0)
            trace.tcp("10.0.0.9", port, "10.0.0.5", 40000, traces.SYN | traces.ACK, 5000, base + 1)
            for i in range(6):
                at = base + 1 + i * len(data)
                trace.tcp("10.0.0.5", 40000, "10.0.0.9", port, traces.ACK | traces.PSH, at, 5001, data)
                trace.tcp("10.0.0.9", port, "10.0.0.5", 40000, traces.ACK, 5001, at + len(data))
            trace.tcp("10.0.0.5", 40000, "10.0.0.9", port, traces.FIN | traces.ACK, at + len(data), 5001)
        trace.dns("10.0.0.5", "10.0.0.1", b"example.com", n)
    with open("silent.pcap", "wb") as file:
        file.write(trace.bytes())
    for path in ("silent.pcap", "office.pcap", "refused.pcap"):
        for more in ((), ("-Y", "tcp.port == 80"), ("-Y", "tcp.port == 8080"), ("-Y", "tcp.dstport == 80"),
                     ("-Y", "udp"), ("-Y", "tcp", "--head", "20"), ("-Y", "tcp.port == 80", "--tail", "5")):
            people, programs = texts_and_messages(path, *more)
            assert people == programs, (path, more)
    assert len(texts_and_messages("silent.pcap", "-Y", "tcp.port == 80")[0]) == 45


@test
def a_protocol_is_never_more_than_what_carries_it():
    counts = {row["name"]: row["packets"] for row in rows("stats", "--section", "protocols", "office.pcap")}
    for name, packets in counts.items():
        assert "/" not in name or packets <= counts[name.rsplit("/", 1)[0]], name


@test
def intervals_are_as_long_as_asked():
    for asked, seconds in (("1", 1), ("0.5", 0.5), ("100ms", 0.1), ("1m", 60)):
        found = rows("stats", "--section", "rates", "--interval", asked, "refused.pcap")
        assert {row["duration_s"] for row in found} == {seconds}
        assert sum(row["packets"] for row in found) == 6
    lines = text("stats", "--section", "rates", "--interval", "1", "refused.pcap").splitlines()
    assert sum(line.split()[:1] == ["1"] for line in lines) == 1


@test
def lists_are_cut_where_asked():
    found = by("section", rows("stats", "--top", "1", "office.pcap"))
    assert len(found["endpoints"]) == len(found["ports"]) == 1 and len(found["sizes"]) == 10
    assert "(1 of 2 addresses)" in text("stats", "--top", "1", "office.pcap")


@test
def what_stats_cannot_do():
    for arguments, message in ((["--section", "nonsense"], "there is no section \"nonsense\": choose one of protocols, "),
                               (["--interval", "soon"], "--interval: \"soon\" is no length of time: "),
                               (["--interval", "0"], "--interval: \"0\" is no length of time: ")):
        done = run("stats", *arguments, "office.pcap")
        assert done.returncode == 2 and done.stdout == b"", done
        assert done.stderr.decode().startswith("culprit: " + message), done.stderr


@test
def pages_fit_the_terminal():
    for command in ("stats", "exceptions"):
        for path in ("office.pcap", "refused.pcap"):
            widest = max(map(len, text(command, path).splitlines()))
            assert widest <= 80, (command, path, widest)


@test
def init_and_term_packets_are_all_there():
    found = by("class", rows("exceptions", "office.pcap"))
    init = [row for row in found["IP"] if row["row"] == "packet"]
    term = [row for row in found["TP"] if row["row"] == "packet"]
    assert [row["message"] for row in init] == ["SYN", "SYN-ACK", "ACK"]
    assert [row["message"] for row in term] == ["FIN", "ACK", "FIN", "ACK"]
    packets = {p["number"]: p for p in rows("packets", "office.pcap")}
    for row in init + term:
        assert packets[row["packet"]]["src"] == row["src"] and row["session"] == "tcp:1"
    sums = [row for row in found["IP"] if row["row"] == "class"][0]
    assert sums["count"] == 3 == sum(row["count"] for row in found["IP"] if row["row"] == "interval")
    assert sum(row["count"] for row in found["IP"] if row["row"] == "host") == 3


@test
def classes_have_the_findings_with_their_button():
    for path in ("office.pcap", "refused.pcap"):
        findings = json.loads(text("--json", path))["findings"]
        found = by("class", rows("exceptions", path))
        assert list(found) == ["TE", "SE", "RT", "AE", "IP", "TP", "IE", "XE", "CQ", "SEC"]
        for code, group in found.items():
            wanted = [f["number"] for f in findings if code in f["buttons"]]
            assert [row["finding"] for row in group if row["row"] == "finding"] == wanted, code
            if code not in ("IP", "TP"):
                assert group[0]["count"] == sum(f["count"] for f in findings if code in f["buttons"])


@test
def a_class_by_any_of_its_names():
    want = text("exceptions", "--class", "IE", "refused.pcap")
    assert want.startswith("IE INIT Errors: 3\n") and "tcp:1 tcp:2 tcp:3" in want
    for name in ("ie", "init-errors", "INIT-Errors"):
        assert text("exceptions", "--class", name, "refused.pcap") == want
    done = run("exceptions", "--class", "XX", "refused.pcap")
    assert done.returncode == 2 and b"there is no class \"XX\": choose one of TE, SE" in done.stderr


@test
def lists_of_exceptions_are_cut_and_say_so():
    trace = traces.Trace()
    for i in range(10100):
        trace.tcp("10.0.0.5", 1024 + i, "10.0.0.9", 8080, traces.SYN, 1000 * i, 0)
    with open("many.pcap", "wb") as file:
        file.write(trace.bytes())
    found = [row for row in rows("exceptions", "--class", "IP", "many.pcap")]
    assert found[0]["count"] == 10100 and sum(row["row"] == "packet" for row in found) == 10000
    assert "and 100 more: only the first 10000 packets are kept" in text("exceptions", "--class", "IP", "many.pcap")
    assert "and 10 095 more: --class IP" in text("exceptions", "many.pcap")
    assert sum(row["row"] == "packet" for row in rows("exceptions", "--top", "7", "--class", "IP", "many.pcap")) == 7


@test
def nothing_of_a_trace_reaches_the_terminal_raw():
    for command in ("stats", "exceptions"):
        assert "\033" not in text(command, "hostile.pcap")


sys.exit(run_tests())

#!/usr/bin/env python3
"""Compares `culprit sessions --long` with tcptrace -l, and `sequence --graph` with Wireshark, on captures of
others.

usage: sessions_test.py CULPRIT [-v]

The captures are ../shared/traces beside this repository, or the directory in CULPRIT_TRACES; without them, or
without tcptrace and tshark, the test is skipped. What the two count differently on purpose is explained where
it is compared. A figure must agree in SHARE of all directions, and those marked 1.0 in every one.
"""
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77

# tcptrace's column, ours, and in how many directions they must agree.
FIGURES = [
    ("total_packets", "packets", 1.0),
    ("resets_sent", "rst", 1.0),
    ("ack_pkts_sent", "ack_packets", 1.0),
    # A segment with data or FIN is no pure ACK for both; tcptrace calls a RST with ACK one.
    ("pure_acks_sent", "pure_acks", 0.99),
    ("sack_pkts_sent", "sack_packets", 1.0),
    ("max_sack_blks/ack", "sack_blocks_max", 1.0),
    ("actual_data_pkts", "data_packets", 0.99),
    ("actual_data_bytes", "data_bytes", 0.99),
    # tcptrace takes repeats of what the recorder missed for new bytes, and counts repeated SYN and FIN as
    # repeated data of one byte each: they are added to ours, see repeats_of_flags.
    ("unique_bytes_sent", "unique_bytes", 0.99),
    ("rexmt_data_pkts", "repeated_packets", 0.99),
    ("rexmt_data_bytes", "repeated_bytes", 0.99),
    # tcptrace only knows probes that come while its own idea of the window is 0.
    ("zwnd_probe_pkts", "zero_window_probes", 0.99),
    # A repeat of what was lost before the trace point is out of order for tcptrace, and a repeat for us.
    ("outoforder_pkts", "out_of_order_packets", 0.99),
    ("pushed_data_pkts", "pushed_packets", 0.99),
    ("mss_requested", "mss_bytes", 1.0),     # tcptrace prints 65495 as a negative number
    ("max_segm_size", "segment_max_bytes", 0.99),
    ("min_segm_size", "segment_min_bytes", 0.99),
    # tcptrace takes the window of a RST for one.
    ("max_win_adv", "window_max_bytes", 0.99),
    ("min_win_adv", "window_min_bytes", 0.99),
    ("zero_win_adv", "zero_windows", 0.99),
    ("initial_window_bytes", "initial_window_bytes", 0.98),
    # tcptrace counts one more where a FIN comes twice.
    ("ttl_stream_length", "stream_bytes", 0.99),
    ("data_xmit_time", "data_time_s", 0.99),
    # tcptrace's silence goes from the connection's last packet to this side's next one, and holds garbage
    # when a side's first packet comes late; ours goes between two packets of one side.
    ("idletime_max", "idle_max_s", 0.90),
    ("throughput", "throughput_bytes_per_s", 0.99),
    # tcptrace takes SYN and FIN for data, and a round trip from each of several segments that one ACK covers.
    ("RTT_min", "rtt_min_s", 0.95),
    ("RTT_max", "rtt_max_s", 0.95),
]
MILLISECONDS = {"idletime_max", "RTT_min", "RTT_max"}


def run(*words):
    return subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300)


def tcptrace(path):
    text = run("tcptrace", "-lrn", "--csv", path).stdout.decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip() and line[0] != "#"]
    if not lines or not lines[0].startswith("conn_#"):
        return []
    names = lines[0].split(",")
    return [dict(zip(names, (cell.strip() for cell in line.split(",")))) for line in lines[1:]]


def culprit(program, path):
    out = run(program, "sessions", "--long", "--json", "--quiet", path).stdout
    return [row for row in map(json.loads, out.splitlines()) if row["protocol"] == "tcp"]


def number(words, name):
    """None where tcptrace has nothing to say."""
    try:
        value = float(words)
    except ValueError:
        return None
    if name == "mss_requested":
        return value % 65536
    return value / 1000 if name in MILLISECONDS else value


def repeats_of_flags(sent):
    return max(0, sent["syn"] - 1) + max(0, sent["fin"] - 1)


def same(name, theirs, ours):
    if ours is None:
        return theirs is None or theirs == 0
    if theirs is None:
        return name == "ttl_stream_length" or ours == 0   # tcptrace: NA after resets, too
    if name in MILLISECONDS or name == "data_xmit_time":
        return abs(theirs - ours) <= 0.0011      # it prints tenths and thousandths
    if name == "throughput":
        return abs(theirs - ours) <= 1 + 0.01 * ours
    return theirs == ours


def pair(theirs, ours):
    """Connections in the order of their first packets, whose ends agree. tcptrace's a sends first."""
    for their in theirs:
        a, b = (their["host_a"], int(their["port_a"])), (their["host_b"], int(their["port_b"]))
        for our in ours:
            client, server = (our["client"], our["client_port"]), (our["server"], our["server_port"])
            if our.get("used") or {a, b} != {client, server}:
                continue
            our["used"] = True
            yield their, our, client != a
            break


def compare_tcptrace(program, files, verbose):
    good, all_, examples = {}, {}, {}
    for path in files:
        theirs, ours = tcptrace(path), culprit(program, path)
        # Where they do not even find the same connections (used ports, tunnels) nothing can be compared.
        if len(theirs) != len(ours):
            continue
        for their, our, swapped in pair(theirs, ours):
            # tcptrace counts what was recorded twice twice. Scans and floods would hide the rest.
            packets = our["client_sent"]["packets"] + our["server_sent"]["packets"]
            if our["recorded_twice"] or packets < 4:
                continue
            for side in ("a2b", "b2a"):
                sent = our["client_sent" if (side == "a2b") != swapped else "server_sent"]
                for key in ("repeated_packets", "repeated_bytes"):
                    sent[key] += repeats_of_flags(sent)
                for name, key, _ in FIGURES:
                    value = number(their[name + "_" + side], name)
                    fits = same(name, value, sent[key])
                    all_[name] = all_.get(name, 0) + 1
                    good[name] = good.get(name, 0) + fits
                    if not fits:
                        examples.setdefault(name, []).append(
                            "%s %s %s: tcptrace %s, culprit %s" % (os.path.basename(path), our["session"], side,
                                                                   value, sent[key]))
    failed = 0
    for name, key, share in FIGURES:
        if not all_.get(name):
            continue
        part = good[name] / all_[name]
        bad = part < share
        failed += bad
        print("%s %-24s %5d of %5d (%.1f %%)" % ("BAD " if bad else "good", name, good[name], all_[name], part * 100))
        if bad or verbose:
            for line in examples.get(name, [])[:12 if verbose else 5]:
                print("     " + line)
    return failed


def tshark(path, stream, fields):
    words = ["tshark", "-r", path, "-Y", "tcp.stream == %d" % stream, "-T", "fields", "-E", "separator=|",
             "-o", "tcp.analyze_sequence_numbers:TRUE"]
    for field in fields:
        words += ["-e", field]
    return [line.split("|") for line in run(*words).stdout.decode().splitlines()]


def graph(program, path, session, kind, side):
    out = run(program, "sequence", "--graph", kind, "--direction", side, "--json", "--quiet", path,
              str(session)).stdout
    return list(map(json.loads, out.splitlines()))


def compare_wireshark(program, path, verbose):
    """One session, packet by packet."""
    session = culprit(program, path)[0]
    fields = ["frame.number", "ip.src", "tcp.srcport", "tcp.seq", "tcp.len", "tcp.ack", "tcp.window_size",
              "tcp.analysis.ack_rtt", "tcp.analysis.bytes_in_flight", "tcp.flags.syn", "tcp.nxtseq", "tcp.flags.fin",
              "tcp.options.sack_le"]
    rows = tshark(path, session["number"] - 1, fields)
    failed = 0
    for side in ("client", "server"):
        sender = (session[side], str(session[side + "_port"]))
        mine = [row for row in rows if (row[1], row[2]) == sender]
        other = [row for row in rows if (row[1], row[2]) != sender]
        # In a loss Wireshark's bytes in flight leave out what SACK confirmed; ours are all that the
        # acknowledgement does not cover.
        lossy = [int(row[0]) for row in rows if row[12]] or [1 << 62]
        points = {kind: graph(program, path, session["number"], kind, side) for kind in ("tsg", "rtt", "window")}
        of = lambda kind, *series: {p["number"]: p for p in points[kind] if p["series"] in series}
        data = of("tsg", "data", "again", "disorder")
        checks = [
            ("data", {int(r[0]): int(r[3]) for r in mine if int(r[4])},
             {n: p["value"] for n, p in data.items() if p["value"] < p["end"]}),
            ("ack", {int(r[0]): int(r[5]) for r in other if r[5] and r[5] != "0"},
             {n: p["value"] for n, p in of("tsg", "ack").items()}),
            ("window edge", {int(r[0]): int(r[5]) + int(r[6]) for r in other if r[5] and r[5] != "0"},
             {n: p["value"] for n, p in of("tsg", "window_edge").items()}),
            ("window", {int(r[0]): int(r[6]) for r in other}, {n: p["value"] for n, p in of("window", "window").items()}),
            ("in flight", {int(r[0]): int(r[8]) for r in mine if r[8] and int(r[0]) < lossy[0]},
             {n: p["value"] for n, p in of("window", "in_flight").items()}),
            ("round trips", {int(r[0]): float(r[7]) for r in other if r[7]},
             {n: p["value"] for n, p in of("rtt", "rtt").items()}),
        ]
        for name, want, have in checks:
            # Wireshark counts SYN and FIN among the data that bars show, and takes a round trip from each
            # acknowledgement, where the engine leaves out those of repeats (Karn) and of windows alone.
            common = set(want) & set(have)
            fits = sum(abs(want[n] - have[n]) < 2e-6 * (name == "round trips") + 1e-12 for n in common)
            enough = len(common) >= (0.5 if name == "round trips" else 0.99) * min(len(want), len(have))
            bad = fits < len(common) or not enough
            failed += bad
            print("%s %s %s: %d common of %d and %d, %d equal" % ("BAD " if bad else "good", side, name, len(common),
                                                                 len(want), len(have), fits))
            if bad or verbose:
                for n in sorted(common):
                    if abs(want[n] - have[n]) > 2e-6:
                        print("     packet %d: Wireshark %s, culprit %s" % (n, want[n], have[n]))
    return failed


def main():
    program, verbose = os.path.abspath(sys.argv[1]), "-v" in sys.argv
    here = os.path.dirname(os.path.abspath(__file__))
    traces = os.environ.get("CULPRIT_TRACES", os.path.join(here, "..", "..", "..", "shared", "traces"))
    if not os.path.isdir(traces) or not shutil.which("tcptrace") or not shutil.which("tshark"):
        print("skipped: no traces of others, or no tcptrace and tshark")
        return SKIPPED
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for group in ("tcp", "ftp", "tls", "mixed"):
            for name in sorted(os.listdir(os.path.join(traces, group))):
                # tcptrace reads pcap only, and Ethernet only.
                to = os.path.join(folder, group + "-" + name + ".pcap")
                run("editcap", "-F", "pcap", os.path.join(traces, group, name), to)
                if os.path.exists(to) and os.path.getsize(to) < 20_000_000:
                    files.append(to)
        failed += compare_tcptrace(program, files, verbose)
        for name in ("sack-one-loss.cap", "http-fetch-good.cap"):
            print("-- " + name)
            failed += compare_wireshark(program, os.path.join(traces, "tcp", name), verbose)
    return 1 if failed else 0


sys.exit(main())

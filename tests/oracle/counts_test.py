"""Compares the `counts` of `culprit diagnose --json` with tshark's figures for captures of others.

usage: counts_test.py CULPRIT

The captures and the figures are not part of this repository: ../shared/traces beside it, or the
directory in CULPRIT_TRACES, with the figures in the directory "traces-oracle" next to it. Without
them the test is skipped. Formats that this build does not read yet are skipped too, and named.
"""
import csv
import json
import os
import subprocess
import sys

SKIPPED = 77
TCP_ANALYSIS = """retransmission fast_retransmission spurious_retransmission out_of_order
    duplicate_ack lost_segment ack_lost_segment keep_alive keep_alive_ack zero_window
    zero_window_probe zero_window_probe_ack window_full window_update reused_ports""".split()
OTHERS = {  # culprit's name: where the figures have it
    "tcp.flags.reset": ("tcp", "rst"),
    "tcp.connection.syn": ("tcp", "syn"),
    "tcp.connection.synack": ("tcp", "synack"),
    "tcp.connection.fin": ("tcp", "fin"),
    "dns.query": ("dns", "queries"),
    "dns.response": ("dns", "responses"),
    "dns.error": ("dns", "rcode_not_0"),
    "dns.unanswered": ("dns", "unanswered_queries"),
    "icmp.unreachable": ("icmp", "unreachable"),
    "ip.checksum.bad": ("checksums", "ip", "bad"),
    "tcp.checksum.bad": ("checksums", "tcp", "bad"),
    "udp.checksum.bad": ("checksums", "udp", "bad"),
    "_ws.short": ("truncated_by_snaplen",),
}


def look_up(figures, path):
    for key in path:
        figures = figures.get(key) if isinstance(figures, dict) else None
    return figures


def expected_counts(figures):
    places = {"tcp.analysis." + name: ("tcp", name) for name in TCP_ANALYSIS}
    places.update(OTHERS)
    counts = {name: look_up(figures, path) for name, path in places.items()}
    return {name: value for name, value in counts.items() if value is not None}


def main():
    program = sys.argv[1]
    here = os.path.dirname(os.path.abspath(__file__))
    traces = os.environ.get("CULPRIT_TRACES") or os.path.join(here, "../../../shared/traces")
    figures_directory = os.path.join(traces, "..", "traces-oracle")
    table = os.path.join(traces, "EXPECT.tsv")
    if not os.path.exists(table) or not os.path.isdir(figures_directory):
        print("skipped: no captures at", os.path.normpath(traces))
        return SKIPPED
    compared, unread, wrong = 0, [], []
    with open(table, newline="") as rows:
        names = [row["file"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
                 if row["read"] == "ok" and not row["file"].startswith("malformed/")]
    for name in names:
        figures_path = os.path.join(figures_directory, name + ".json")
        if not os.path.exists(figures_path):
            continue
        with open(figures_path) as figures_file:
            figures = json.load(figures_file)
        run = subprocess.run([program, "diagnose", "--json", os.path.join(traces, name)],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if run.returncode == 3:
            unread.append(name)
            continue
        counts = json.loads(run.stdout.decode())["counts"]
        compared += 1
        for key, value in expected_counts(figures).items():
            if counts.get(key) != value:
                wrong.append("%s: %s %s, tshark %s" % (name, key, counts.get(key), value))
    print("\n".join(wrong))
    print("%d captures compared, %d differences" % (compared, len(wrong)))
    if unread:
        print("not read by this build:", " ".join(unread))
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())

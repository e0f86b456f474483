"""Compares `culprit stats --json` with `tshark -z` on captures of others.

usage: stats_test.py CULPRIT [TRACE...]

The captures are not part of this repository: ../shared/traces beside it, or the directory in
CULPRIT_TRACES: every fourth of them, or all with CULPRIT_ALL=1, since tshark takes a second for each.
Without them or without tshark the test is skipped. What the two count differently by
intention is left out of the comparison: tunnels (tshark counts the addresses of every IP layer, culprit
those of the innermost) and protocols that culprit does not decode.
"""
import collections
import csv
import json
import os
import re
import shutil
import subprocess
import sys

SKIPPED = 77
LARGEST = 4_000_000      # bytes: tshark is slow
INTERVAL = 10            # seconds
MANY = 1000              # intervals: tshark needs long for traces of months
PROTOCOLS = {"eth", "arp", "ip", "ipv6", "tcp", "udp", "icmp", "icmpv6", "sll", "null", "raw"}
EXPLAINED = {            # tshark …
    # … leaves segments out whose header the trace does not hold whole
    "formats/erf-eth.erf": ("tcp connections",), "formats/snoop-truncated-snaplen.snoop": ("tcp connections",),
    # … looks into the last fragment only, culprit into the first as well
    "icmp/fragmented-ping.pcap": ("protocols",),
}
TAPS = ["io,phs", "plen,tree", "endpoints,ip", "endpoints,ipv6", "endpoints,eth",
        "conv,tcp", "conv,udp"]


def sections(output):
    """The output of tshark, cut at its rules."""
    return re.split(r"^=+\n", output, flags=re.M)


def read_tree(text):
    """frames and bytes by path, for paths of known protocols."""
    counts, path = {}, []
    for line in text.splitlines():
        found = re.match(r"^( *)([\w.-]+) +frames:(\d+) bytes:(\d+)", line)
        if found:
            depth = len(found.group(1)) // 2
            path[depth:] = [found.group(2)]
            if set(path) <= PROTOCOLS:
                counts["/".join(path)] = (int(found.group(3)), int(found.group(4)))
    return counts


def read_sizes(text):
    return {found.group(1).replace(" and greater", "-"): int(found.group(2)) for found in
            re.finditer(r"^ (\d+-\d+|5120 and greater) +(\d+)", text, flags=re.M)}


def read_endpoints(text):
    return {row[0]: tuple(map(int, row[1:])) for row in
            (line.split() for line in text.splitlines()) if len(row) == 7 and row[1].isdigit()}


def read_rates(text):
    """Intervals with something in them, by their start. tshark's first columns are seconds."""
    rates = {}
    for found in re.finditer(r"^\| *([\d.]+) <> *[\w.]+ *\| *(\d+) *\| *(\d+) *\|", text, flags=re.M):
        if int(found.group(2)):
            rates[int(float(found.group(1)))] = (int(found.group(2)), int(found.group(3)))
    return rates


def count_pair(pairs, one, forth, other, back):
    """By the pair of ends: tshark makes new conversations for SNMP and RTP, and for ports used again."""
    counts = pairs[" ".join(sorted([one, other]))]
    counts[one] += forth
    counts[other] += back


def read_conversations(text):
    pairs = collections.defaultdict(collections.Counter)
    number = r"(\d+) [\d.]+ ?\w+ +"
    for found in re.finditer(r"^(\S+) +<-> (\S+) +" + number + number, text, flags=re.M):
        one, other, back, forth = found.group(1), found.group(2), int(found.group(3)), int(found.group(4))
        count_pair(pairs, one, forth, other, back)
    return pairs


def end(address, port):
    return "%s:%d" % (address, port)


def ask_tshark(path, rates):
    command = ["tshark", "-q", "-n", "-r", path]
    for tap in TAPS + (["io,stat,%d" % INTERVAL] if rates else []):
        command += ["-z", tap]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if done.returncode != 0:
        return None
    wanted = dict.fromkeys(["tree", "sizes", "rates", "tcp", "udp", "ip", "ipv6", "eth"])
    for text in sections(done.stdout.decode("utf-8", "replace")):
        for title, key, read in (("Protocol Hierarchy", "tree", read_tree), ("Packet Lengths", "sizes", read_sizes),
                                 ("IO Statistics", "rates", read_rates), ("TCP Conv", "tcp", read_conversations),
                                 ("UDP Conv", "udp", read_conversations), ("IPv4 Endp", "ip", read_endpoints),
                                 ("IPv6 Endp", "ipv6", read_endpoints), ("Ethernet Endp", "eth", read_endpoints)):
            if title in text[:400]:
                wanted[key] = read(text)
    return wanted


def ask_culprit(program, path):
    done = subprocess.run([program, "stats", "--json", "-q", "--interval", str(INTERVAL), path],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    if done.returncode != 0:
        return None
    rows = collections.defaultdict(list)
    for line in done.stdout.splitlines():
        row = json.loads(line)
        rows[row["section"]].append(row)
    return rows


def six(row):
    return tuple(row[key] for key in ("packets", "bytes", "packets_sent", "bytes_sent", "packets_received",
                                      "bytes_received"))


def compare(rows, wanted):
    """What differs, as words."""
    problems = []

    def same(what, ours, theirs):
        if ours != theirs:
            differing = [key for key in set(ours) | set(theirs) if ours.get(key) != theirs.get(key)]
            problems.append("%s: %s" % (what, ", ".join("%s: %s, tshark %s" % (
                key, ours.get(key), theirs.get(key)) for key in sorted(differing, key=str)[:3])))

    tree = {row["name"]: (row["packets"], row["bytes"]) for row in rows["protocols"]}
    known = {path: counts for path, counts in tree.items() if set(path.split("/")) <= PROTOCOLS}
    theirs = wanted["tree"] or {}
    if {path.split("/")[0] for path in known} == {path.split("/")[0] for path in theirs}:
        same("protocols", known, theirs)     # tshark does not show every link layer
    same("sizes", {row["name"]: row["packets"] for row in rows["sizes"]}, wanted["sizes"])
    tunnels = any(path.split("/").count("ip") + path.split("/").count("ipv6") > 1 for path in tree)
    addresses = {row["name"]: six(row) for row in rows["endpoints"]}
    if not tunnels:
        same("IPv4 endpoints", {name: row for name, row in addresses.items() if ":" not in name}, wanted["ip"] or {})
        same("IPv6 endpoints", {name: row for name, row in addresses.items() if ":" in name}, wanted["ipv6"] or {})
    if wanted["eth"] and not any(path.split("/").count("eth") > 1 for path in tree):
        same("stations", {row["name"]: six(row) for row in rows["stations"]}, wanted["eth"])
    if wanted["rates"]:
        origin = min(row["first"] for row in rows["rates"])
        ours = {round(i * INTERVAL): (row["packets"], row["bytes"]) for i, row in enumerate(rows["rates"])
                if row["packets"] and row["duration_s"] == INTERVAL}
        assert origin == rows["rates"][0]["first"]
        if ours:
            same("rates", ours, wanted["rates"])
    for protocol in ("tcp", "udp"):
        ours = collections.defaultdict(collections.Counter)
        for row in rows["connections"]:
            if row["protocol"] == protocol:
                count_pair(ours, end(row["name"], row["port"]), row["packets_sent"],
                           end(row["peer"], row["peer_port"]), row["packets_received"])
        if not tunnels and wanted[protocol] is not None:
            same(protocol + " connections", ours, wanted[protocol])
    return problems


def main():
    program, here = sys.argv[1], os.path.dirname(os.path.abspath(__file__))
    traces = os.environ.get("CULPRIT_TRACES") or os.path.join(here, "../../../shared/traces")
    table = os.path.join(traces, "EXPECT.tsv")
    paths = sys.argv[2:]
    if not paths and not os.path.exists(table):
        print("skipped: no captures at", os.path.normpath(traces))
        return SKIPPED
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        return SKIPPED
    if not paths:
        with open(table, newline="") as rows:
            paths = [os.path.join(traces, row["file"]) for row in
                     csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)]
        if not os.environ.get("CULPRIT_ALL"):
            paths = paths[::4]
    compared = wrong = 0
    for path in paths:
        if not os.path.exists(path) or os.path.getsize(path) > LARGEST or "/malformed/" in path:
            continue
        rows = ask_culprit(program, path)
        wanted = rows and ask_tshark(path, len(rows["rates"]) < MANY)
        if not wanted:
            continue
        compared += 1
        problems = [problem for problem in compare(rows, wanted)
                    if problem.split(":")[0] not in EXPLAINED.get(os.path.relpath(path, traces), ())]
        wrong += bool(problems)
        for problem in problems:
            print("%s: %s" % (os.path.relpath(path, traces), problem))
    print("%d captures compared, %d differ" % (compared, wrong))
    return wrong > 0 or compared == 0


sys.exit(main())

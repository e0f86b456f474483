"""Compares the values of fields (`culprit packets -e`) with those of `tshark -T fields`, packet by packet.

usage: fields_test.py CULPRIT fields.tsv [--all] [FILE...]

fields.tsv names the fields that must agree, one a line; behind a tab, in captures whose path contains a word
("*": in all), the reason why they differ there. --all compares every field that both programs have and shows what
differs, to find out what fields.tsv could hold. Most captures are not part of this repository: ../shared/traces
beside it, or the directory in CULPRIT_TRACES. Without them, or without tshark, the test is skipped. Those of tests/data
are decrypted by both programs with the keys beside them.
"""
import collections
import csv
import datetime
import io
import os
import re
import subprocess
import sys

SKIPPED = 77
LARGEST = 1500000      # bytes of a capture: enough of them are smaller
MOST_COLUMNS = 60
AT_LEAST = 300         # fields that must have been seen with a value
OWN = ("dtls", "nginx", "quic", "stun", "vsftpd-implicit")
# Answers of HTTP are told where their heads end, not where their bodies do.
PREFERENCES = ["-o", "http.desegment_body:FALSE", "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]


def run(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode("utf-8", "replace")


def tshark_types():
    types = {}
    for line in run(["tshark", "-G", "fields"]).splitlines():
        cells = line.split("\t")
        if cells[0] == "F":
            types[cells[2]] = cells[3]
    return types


def culprit_names(program):
    return [row["name"] for row in csv.DictReader(io.StringIO(run([program, "fields", "--csv"])))]


def keys_of(path):
    keys = os.path.splitext(path)[0] + ".keys"
    return keys if os.path.exists(keys) else None


def tshark_values(path, names):
    command = ["tshark", "-r", path, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a",
               "-E", "aggregator=,"] + PREFERENCES
    if keys_of(path):
        command += ["-o", "tls.keylog_file:" + keys_of(path)]
    for name in names:
        command += ["-e", name]
    rows = [line.split("\t") for line in run(command).split("\n")]
    return [row for row in rows if len(row) == len(names)]


def culprit_values(program, path, names):
    columns = []
    for start in range(0, len(names), MOST_COLUMNS):
        command = [program, "packets", "--csv", "--no-pager", "-q"]
        if keys_of(path):
            command += ["--keylog", keys_of(path)]
        for name in names[start:start + MOST_COLUMNS]:
            command += ["-e", name]
        rows = list(csv.reader(io.StringIO(run(command + [path]))))[1:]
        columns.append(rows)
    return [sum((block[i] for block in columns), []) for i in range(len(columns[0]))] if columns else []


def as_time(words):
    match = re.match(r"(\w+ +\d+, \d+ \d+:\d+:\d+)(\.\d+)? UTC", words)
    if match:
        words = datetime.datetime.strptime(re.sub(" +", " ", match.group(1)), "%b %d, %Y %H:%M:%S").strftime(
            "%Y-%m-%dT%H:%M:%S") + (match.group(2) or "")
    return words.rstrip("Z").rstrip("0").rstrip(".") if "." in words else words.rstrip("Z")


def plain(value, kind):
    if value in ("<none>", "<MISSING>"):     # there, and empty
        return []
    if kind == "FT_ABSOLUTE_TIME":
        # tshark's own way has a comma inside: "Apr  2, 2026 09:00:14.000000000 UTC".
        parts = re.split(r"(?<=UTC),", value) if "UTC" in value else value.split(",")
        return re.findall(r"\d{4}-[0-9T:.-]+", ",".join(as_time(part) for part in parts))
    if kind == "FT_BYTES":
        value = value.replace(":", "")
    if kind in ("FT_NONE", "FT_PROTOCOL"):
        return ["there"] if value else []
    parts = value.split(",") if value else []
    if kind == "FT_BOOLEAN":
        parts = [{"True": "1", "False": "0"}.get(part, part) for part in parts]
    if kind in ("FT_DOUBLE", "FT_FLOAT"):
        parts = ["%g" % float(part) for part in parts]
    if kind.startswith(("FT_UINT", "FT_INT", "FT_FRAMENUM")):
        parts = [str(int(part, 0)) if re.match(r"^-?(0x[0-9a-f]+|\d+)$", part) else part for part in parts]
    return parts


def compare(program, path, names, types):
    """Per field: packets with a value, packets that differ, and the first of those."""
    theirs = tshark_values(path, names)
    ours = culprit_values(program, path, names)
    if not theirs or len(theirs) != len(ours):
        return None
    results = {}
    for column, name in enumerate(names):
        kind, with_value, different, first = types[name], 0, 0, None
        for packet, (their, our) in enumerate(zip(theirs, ours), 1):
            if not their[column] and not our[column]:
                continue
            with_value += 1
            a, b = plain(their[column], kind), plain(our[column], kind)
            if a != b:
                different += 1
                first = first or (packet, our[column][:60], their[column][:60])
        if with_value:
            results[name] = (with_value, different, first)
    return results


def read_table(path):
    names, known = [], {}
    for line in open(path):
        cells = line.rstrip("\n").split("\t")
        if not cells[0] or cells[0].startswith("#"):
            continue
        names.append(cells[0])
        if len(cells) > 2:
            known[cells[0]] = (cells[1].split(), cells[2])
    return names, known


def is_known(known, name, capture):
    words, _ = known.get(name, ([], ""))
    return any(word == "*" or word in capture for word in words)


def captures(traces):
    with open(os.path.join(traces, "EXPECT.tsv"), newline="") as rows:
        names = [row["file"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
                 if row["read"] == "ok" and not row["file"].startswith("malformed/")]
    return [name for name in names if os.path.getsize(os.path.join(traces, name)) <= LARGEST]


def main():
    program, table = sys.argv[1:3]
    everything = "--all" in sys.argv
    chosen = [word for word in sys.argv[3:] if word != "--all"]
    here = os.path.dirname(os.path.abspath(__file__))
    traces = os.environ.get("CULPRIT_TRACES") or os.path.join(here, "../../../shared/traces")
    if not os.path.exists(os.path.join(traces, "EXPECT.tsv")):
        print("skipped: no captures at", os.path.normpath(traces))
        return SKIPPED
    try:
        types = tshark_types()
    except OSError:
        print("skipped: no tshark")
        return SKIPPED
    names, known = read_table(table)
    have = set(culprit_names(program))
    missing = [name for name in names if name not in have or name not in types]
    if everything:
        names = sorted(name for name in have if name in types)
    names = [name for name in names if name not in missing]
    seen, wrong = {}, []
    own = [os.path.join(here, "../data", folder, name) for folder in ("tls", "quic", "dtls")
           for name in sorted(os.listdir(os.path.join(here, "../data", folder)))
           if name.endswith(".pcap") and name.startswith(OWN)]
    for capture in chosen or captures(traces) + own:
        results = compare(program, os.path.join(traces, capture), names, types)
        if results is None:
            continue
        for name, (count, different, first) in results.items():
            if different and not is_known(known, name, capture):
                wrong.append("%s: %s: %d of %d packets, first %d: %s, tshark: %s" % (
                    (capture, name, different, count) + first))
            elif not different:
                seen[name] = seen.get(name, 0) + count
    print("\n".join(wrong))
    print("%d fields agree in %d values; %d differences" % (len(seen), sum(seen.values()), len(wrong)))
    protocols = collections.Counter(name.split(".")[0] for name in seen)
    print("of protocols:", ", ".join("%s %d" % pair for pair in sorted(protocols.items())))
    if missing:
        print("not in both programs:", " ".join(missing))
    if everything:
        agree = sorted(set(seen) - {line.split(": ")[1] for line in wrong})
        print("agree everywhere:", " ".join(agree))
        return 0
    return 1 if wrong or missing or len(seen) < AT_LEAST else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""culprit times: rows with the same keys whose parts add up, sums that agree with the rows, and its options.

usage: times.py PROGRAM EXAMPLES [TRACES]     TRACES: real traces, where they are present
"""
import csv, io, json, os, subprocess, sys
from decimal import Decimal

program, examples = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
shared = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else ""
CONTRACT = ["session", "transaction", "app", "request_packet", "response_packet", "request", "network_ms",
            "server_ms", "transfer_ms", "client_ms", "total_ms", "status"]
PARTS = ["dns_ms", "connect_retry_ms", "connect_ms", "tls_ms", "request_transfer_ms", "round_trip_ms",
         "server_think_ms", "retransmission_ms", "window_ms", "pause_ms", "delayed_ack_ms",
         "response_transfer_ms"]
tests = []


def test(function):
    tests.append(function)
    return function


def run(*arguments):
    return subprocess.run([program, "times"] + list(arguments), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=300)


def rows(*arguments):
    done = run("--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line, parse_float=Decimal) for line in done.stdout.splitlines()]


def example(name):
    return os.path.join(examples, name + ".pcapng")


def traces(folder):
    for where, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if not name.endswith((".scn", ".build", ".md", ".tsv")):
                yield os.path.join(where, name)


def check_rows(path):
    """How many rows; they all add up to the nanosecond."""
    done = run("--json", path)
    if done.returncode == 3:
        return 0  # no trace
    count = 0
    for line in done.stdout.splitlines():
        row = json.loads(line, parse_float=Decimal)
        assert list(row) == CONTRACT + PARTS + ["slow"], row
        count += 1
        if row["total_ms"] is None:
            assert row["status"] == "no answer" and row["response_packet"] is None, row
            continue
        assert sum(row[part] for part in PARTS) == row["total_ms"], row
        assert row["network_ms"] + row["server_ms"] + row["transfer_ms"] == row["total_ms"], row
        assert min(row[part] for part in PARTS + ["network_ms", "client_ms"]) >= 0, row
    return count


@test
def parts_of_the_examples_add_up():
    assert sum(check_rows(path) for path in traces(examples)) > 10


@test
def parts_of_real_traces_add_up():
    if not os.path.isdir(shared):
        print("# the real traces are not here: skipped")
        return
    assert sum(check_rows(path) for path in traces(shared)) > 10000


@test
def csv_holds_what_json_holds():
    for extra in ([], ["--by", "service"], ["--sort", "total", "--top", "3"]):
        lines = list(csv.DictReader(io.StringIO(run("--csv", example("slow-server"), *extra).stdout.decode())))
        objects = rows(example("slow-server"), *extra)
        assert len(lines) == len(objects) > 0
        for line, row in zip(lines, objects):
            assert list(line) == list(row)
            for key, value in row.items():
                want = "" if value is None else {True: "yes", False: "no"}.get(value, value) \
                    if isinstance(value, bool) else value
                assert line[key] == str(want), (key, line[key], want)


@test
def sums_agree_with_the_rows():
    for name in ("slow-server", "healthy-download", "loss-behind-the-firewall"):
        single = rows(example(name))
        for by in ("session", "service"):
            groups = rows(example(name), "--by", by)
            assert sum(group["transactions"] for group in groups) == len(single)
            for key in PARTS + ["total_ms", "client_ms"]:
                assert sum(group[key] for group in groups) == sum(row[key] for row in single), key
            assert max(group["max_ms"] for group in groups) == max(row["total_ms"] for row in single)
        hosts = rows(example(name), "--by", "host")
        for role in ("client", "server"):
            assert sum(h["transactions"] for h in hosts if h["role"] == role) == len(single)


@test
def percentiles_are_those_of_the_rows():
    totals = sorted(row["total_ms"] for row in rows(example("slow-server")))
    group = rows(example("slow-server"), "--by", "service")[0]
    for share in (50, 90, 95, 99):
        rank = -(-len(totals) * share // 100)
        assert group["p%d_ms" % share] == totals[rank - 1], share


@test
def sorted_rows_are_in_order():
    for key, column in (("total", "total_ms"), ("server", "server_ms"), ("client", "client_ms")):
        values = [row[column] for row in rows(example("slow-server"), "--sort", key)]
        assert values == sorted(values, reverse=True) and len(values) > 3
        assert [row[column] for row in rows(example("slow-server"), "--sort", key, "--top", "2")] == values[:2]


@test
def thresholds_mark_exceptions():
    def slow(*arguments):
        return sum(row["slow"] for row in rows(example("slow-server"), *arguments))
    every = len(rows(example("slow-server")))
    assert slow() == 1
    assert slow("--threshold", "0s") == every
    assert slow("--threshold", "1h") == 0
    assert slow("--threshold", "1h", "--threshold", "postgresql=3s") == 1
    assert slow("--threshold", "0s", "--threshold", "5432=1h") == 0
    assert slow("--set", "perf/response-time.time=7ms") == 4
    assert slow("--profile", "strict") == 1


@test
def wrong_options_are_explained():
    for arguments, words in (
            (["--by", "packet"], "--by: there is no \"packet\": choose one of summary"),
            (["--sort", "name"], "--sort: there is no \"name\": choose one of time, total"),
            (["--top", "0"], "--top: \"0\" is not a count"),
            (["--sort", "p95"], "single transactions cannot be sorted by p95: say by session"),
            (["--threshold", "quick"], "quick is no value for this threshold: write a duration"),
            (["--threshold", "nosuch=1s"], "there is no service \"nosuch\": name a service")):
        done = run(example("slow-server"), *arguments)
        assert done.returncode == 2 and done.stdout == b"", arguments
        assert done.stderr.decode().startswith("culprit: " + words), done.stderr


@test
def text_fits_eighty_columns():
    for name in ("slow-server", "healthy-download"):
        for extra in ([], ["--by", "service"], ["--by", "session"], ["--by", "host"]):
            for line in run(example(name), *extra).stdout.decode().splitlines():
                assert len(line) <= 80 or line.startswith(("Session", "tcp:", "udp:")), line


@test
def the_same_every_time():
    for arguments in ([], ["--json"], ["--by", "host"], ["--by", "session", "--csv"]):
        assert run(example("slow-server"), *arguments).stdout == run(example("slow-server"), *arguments).stdout


def main():
    print("1..%d" % len(tests))
    failed = 0
    for number, function in enumerate(tests, 1):
        try:
            function()
            print("ok %d - %s" % (number, function.__name__))
        except Exception as error:
            failed += 1
            print("not ok %d - %s" % (number, function.__name__))
            print("# %s: %s" % (type(error).__name__, str(error).replace("\n", "\n# ")))
    return failed > 0


sys.exit(main())

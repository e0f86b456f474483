#!/usr/bin/env python3
"""How often culprit is right: holds what it finds in recordings against their truth.

usage: accuracy.py RECORDINGS_TEST [--captures DIR] [--damaged] [--peers] [--shared DIR --culprit PROGRAM]
                   [--write MARKDOWN JSON] [--kept JSON] [--check]

RECORDINGS_TEST is tests/damage/recordings_test of a build. --captures is lab/captures: GROUP/NAME/truth.json with
client, middle and server.pcapng. --damaged analyses each recording damaged in all ways of tests/support/damage_list.c,
too; --peers asks tshark, tcptrace and argus about the same recordings. --write writes the table and its figures;
--kept compares with figures that were written before and prints LOWER for each that fell; --check fails then, looks
only at the scenarios that were there before, and prints the Test Anything Protocol. Only python3's standard library.
"""
import argparse, collections, concurrent.futures, csv, datetime, fnmatch, glob, json, os, re, subprocess, sys

WARNING = ("warning", "error", "critical")
TOLD = ("notice",) + WARNING
POINTS = ("client", "middle", "server")


def matches(finding_id, patterns):
    return any(fnmatch.fnmatchcase(finding_id, p) for p in patterns)


def load(captures):
    """Every recording with its truth: path, scenario, point, must, allow, never, party."""
    for path in sorted(glob.glob(os.path.join(captures, "*", "*", "truth.json"))):
        truth = json.load(open(path))
        for point in POINTS:
            recording = os.path.join(os.path.dirname(path), point + ".pcapng")
            if not os.path.exists(recording):
                continue
            expected = truth["points"][point]
            must = [group.split("|") for group in expected["must"]]
            yield {"path": recording, "point": point, "truth": truth, "healthy": truth["healthy"], "must": must,
                   "allow": [i for group in must for i in group] + expected["allow"], "never": expected["never"],
                   "parties": expected["party"].split("|"), "hours": truth["duration"] / 3600}


def scenario(recording):
    folder = os.path.dirname(recording["path"])
    return os.path.basename(os.path.dirname(folder)) + "/" + os.path.basename(folder)


def side_of(finding):
    """On which side of the trace point a finding puts the fault; None when it does not say."""
    blame = finding["blame"]
    if finding["id"].startswith(("arp/", "dhcp/")) and ":" not in blame:
        return None  # "client" and "server" of a LAN, which is on one side as a whole
    if blame.startswith(("config:", "attacker:")):
        return "client-side" if ":10.1." in blame else "server-side" if ":10.2." in blame else None
    if blame.endswith("-side"):
        return blame.split(":")[1]
    if blame in ("client", "app:client"):
        return "client-side"
    if blame in ("server", "app:server") or blame.startswith("service:"):
        return "server-side"
    return None


def place_of(recording):
    """The same in truth. At its own card a host has the whole network on the other side."""
    place = recording["truth"]["place"]
    if place not in ("client-side", "server-side"):
        return None
    if "network" in recording["parties"] and place == recording["point"] + "-side":
        return "server-side" if place == "client-side" else "client-side"
    return place


class Score:
    """Counts over a set of recordings."""

    def __init__(self):
        self.n = collections.Counter()
        self.ids = collections.defaultdict(collections.Counter)
        self.wrong = collections.Counter()

    def add(self, recording, findings, lenient=False):
        """`lenient`: capture/ may be found, for the recording was damaged."""
        n, ids = self.n, self.ids
        told = [f for f in findings if f["severity"] in TOLD]
        alarms = [f for f in findings if f["severity"] in WARNING]
        n["recordings"] += 1
        if recording["healthy"]:
            n["healthy"] += 1
            n["healthy_hours"] += recording["hours"]
        for group in recording["must"]:
            n["must"] += 1
            hits = [f for f in told if matches(f["id"], group)]
            found = bool(hits)
            n["found"] += found
            n["found_loud"] += any(f["severity"] in WARNING for f in hits)
            name = next((f["id"] for f in hits), group[0])
            ids[name]["must"] += 1
            ids[name]["found"] += found
        wrong = [f for f in alarms if not matches(f["id"], recording["allow"]) or f["id"] in recording["never"]]
        if lenient:
            wrong = [f for f in wrong if not f["id"].startswith("capture/")]
        for id in {f["id"] for f in wrong}:
            self.wrong[id] += 1
            ids[id]["wrong"] += 1
        for id in {f["id"] for f in alarms} - {f["id"] for f in wrong}:
            ids[id]["right"] += 1
        n["wrong"] += len({f["id"] for f in wrong})
        n["right"] += len({f["id"] for f in alarms}) - len({f["id"] for f in wrong})
        n["certain_wrong"] += len({f["id"] for f in wrong if f["confidence"] == "certain"})
        n["certain_right"] += len({f["id"] for f in alarms if f["confidence"] == "certain"} - {f["id"] for f in wrong})
        if recording["healthy"]:
            n["healthy_wrong"] += len({f["id"] for f in wrong})
            n["healthy_silent"] += not wrong
        self.add_blame(recording, told)

    def add_blame(self, recording, told):
        causes = [f for f in told if any(matches(f["id"], group) for group in recording["must"])]
        if recording["healthy"] or not causes:
            return
        n, first = self.n, causes[0]
        n["party"] += 1
        n["party_right"] += first["party"] in recording["parties"]
        n["first"] += 1
        n["first_right"] += told[0]["id"] in [f["id"] for f in causes]
        self.ids[first["id"]]["party"] += 1
        self.ids[first["id"]]["party_right"] += first["party"] in recording["parties"]
        place, side = place_of(recording), side_of(first)
        if place and side:
            n["place"] += 1
            n["place_right"] += side == place
            self.ids[first["id"]]["place"] += 1
            self.ids[first["id"]]["place_right"] += side == place
        elif place:
            n["place_open"] += 1

    def figures(self):
        n = self.n
        figures = {"recall": share(n["found"], n["must"]), "recall as warning": share(n["found_loud"], n["must"]),
                   "precision": share(n["right"], n["right"] + n["wrong"]),
                   "precision, certain": share(n["certain_right"], n["certain_right"] + n["certain_wrong"]),
                   "right party": share(n["party_right"], n["party"]),
                   "right place": share(n["place_right"], n["place"]),
                   "first finding right": share(n["first_right"], n["first"]),
                   "healthy silent": share(n["healthy_silent"], n["healthy"]),
                   "wrong accusations per healthy hour":
                       round(n["healthy_wrong"] / n["healthy_hours"], 2) if n["healthy_hours"] else None}
        return figures


def share(part, whole):
    return round(100.0 * part / whole, 1) if whole else None


def analyse(program, recordings, damaged):
    """Findings by path and damage."""
    found = {}
    paths = [r["path"] for r in recordings]
    for start in range(0, len(paths), 100):
        run = subprocess.run([program, "--findings-damaged" if damaged else "--findings"] + paths[start:start + 100],
                             stdout=subprocess.PIPE, check=True)
        for line in run.stdout.splitlines():
            one = json.loads(line)
            found[one["file"], one["damage"]] = one["findings"]
    return found


# ---- What other programs say ----------------------------------------------------------------------------------

# Which of their words count as naming a cause. Generous: any word about the same events counts.
TSHARK = [
    ("tcp/loss-* tcp/rto* tcp/tail-loss perf/loss-limited tcp/connection-lost tcp/syn-no-answer tcp/idle-drop "
     "icmp/pmtu-black-hole tcp/spurious-retransmission tcp/syn-retransmitted tcp/backlog-drop",
     r"retransmission|segment\(s\) not captured|not captured"),
    ("ip/reordering", r"out-of-order"), ("ip/duplicate-in-network", r"retransmission"),
    ("tcp/zero-window* perf/receiver-window tcp/window-full", r"zero window|window full|window is now completely full"),
    ("tcp/syn-refused tcp/reset-* tls/sni-blocked ftp/data-connection-refused", r"reset \(rst\)"),
    ("tcp/keepalive* tcp/idle-drop", r"keep-alive"), ("tcp/port-reused", r"port numbers reused"),
    ("*checksum*", r"checksum"), ("arp/duplicate-address", r"duplicate ip"), ("arp/storm", r"arp packet storm"),
    ("icmp/echo-loss", r"no response seen to icmp"), ("dns/no-answer", r"dns query retransmission|no response"),
    ("http/*", r"http/1\.[01] [45]"), ("ip/fragment*", r"fragment"), ("capture/*", r"not captured|unseen"),
    ("tls/fatal-alert tls/*", r"alert"),
]
TCPTRACE = [("tcp/loss-* tcp/rto* tcp/tail-loss perf/loss-limited tcp/connection-lost tcp/idle-drop "
             "icmp/pmtu-black-hole tcp/spurious-retransmission ip/duplicate-in-network", "rexmt"),
            ("ip/reordering", "outoforder"), ("tcp/zero-window* perf/receiver-window", "zerowindow"),
            ("tcp/syn-refused tcp/reset-* tls/sni-blocked ftp/data-connection-refused", "reset"),
            ("tcp/syn-no-answer tcp/half-open", "incomplete")]
ARGUS = [("tcp/loss-* tcp/rto* tcp/tail-loss perf/loss-limited tcp/connection-lost tcp/idle-drop "
          "icmp/pmtu-black-hole tcp/spurious-retransmission ip/duplicate-in-network", "loss"),
         ("tcp/syn-refused tcp/reset-* tls/sni-blocked ftp/data-connection-refused", "RST"),
         ("tcp/syn-no-answer tcp/half-open", "REQ"), ("icmp/unreachable icmp/port-unreachable", "URP"),
         ("icmp/unreachable icmp/prohibited", "URH"), ("icmp/ttl-exceeded ip/routing-loop", "TXD")]


def names(table, group, words):
    return any(matches(id, patterns.split()) and any(re.search(pattern, word, re.I) for word in words)
               for id in group for patterns, pattern in table)


def ask(arguments, **more):
    try:
        return subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60,
                              **more).stdout.decode("utf-8", "replace")
    except (OSError, subprocess.TimeoutExpired):
        return ""


def ask_tshark(path):
    """Summaries of expert information; those of severity Warn or Error are alarms."""
    words, alarms, severity = [], [], ""
    for line in ask(["tshark", "-n", "-q", "-r", path, "-z", "expert"]).splitlines():
        if re.match(r"^(Errors|Warns|Notes|Chats) \(", line):
            severity = line.split()[0]
        row = re.match(r"^\s+(\d+)\s+(\S+)\s+(\S+)\s+(.*)$", line)
        if row:
            words.append(row.group(4))
            if severity in ("Errors", "Warns"):
                alarms.append(row.group(4))
    return words, alarms


def ask_tcptrace(path):
    """Events that its long report counts; all but resets behind the end are alarms."""
    words = set()
    text = ask(["tcptrace", "-n", "-l", path])
    for label, word in (("rexmt data pkts", "rexmt"), ("outoforder pkts", "outoforder"),
                        ("zero win adv", "zerowindow"), ("resets sent", "reset")):
        for line in text.splitlines():
            if label in line and any(int(v) for v in re.findall(re.escape(label) + r":\s+(\d+)", line)):
                words.add(word)
    if re.search(r"complete conn: no", text):
        words.add("incomplete")
    return sorted(words), sorted(words & {"rexmt", "outoforder", "zerowindow"})


def ask_argus(path):
    """States and losses of flow records; losses are alarms."""
    words = set()
    flows = ask(["sh", "-c", 'argus -r "$0" -w - 2>/dev/null | ra -n -r - -s state sloss dloss -c , 2>/dev/null', path])
    for line in flows.splitlines():
        cells = line.split(",")
        if len(cells) < 3 or not cells[1].strip().isdigit():
            continue
        words.add(cells[0].strip())
        if int(cells[1]) or (cells[2].strip().isdigit() and int(cells[2])):
            words.add("loss")
    return sorted(words), sorted(words & {"loss"})


# The last column: how many at a time. argus sleeps a second for each recording.
PEERS = (("tcptrace", "tcptrace", ask_tcptrace, TCPTRACE, 2), ("argus", "argus", ask_argus, ARGUS, 24),
         ("tshark -z expert", "tshark", ask_tshark, TSHARK, 2))


def score_peers(recordings):
    scores = {}
    for title, program, asked, table, at_a_time in PEERS:
        if not ask(["sh", "-c", "command -v " + program]).strip():
            print("# %s is not installed: left out" % program, file=sys.stderr)
            continue
        n = collections.Counter()
        with concurrent.futures.ThreadPoolExecutor(at_a_time) as pool:
            answers = list(pool.map(lambda r: asked(r["path"]), recordings))
        for recording, (words, alarms) in zip(recordings, answers):
            for group in recording["must"]:
                n["must"] += 1
                n["found"] += names(table, group, words)
            if recording["healthy"]:
                n["healthy"] += 1
                n["healthy_silent"] += not alarms
                n["healthy_wrong"] += len(set(alarms))
                n["hours"] += recording["hours"]
        scores[title] = {"recall": share(n["found"], n["must"]), "healthy silent": share(n["healthy_silent"], n["healthy"]),
                         "wrong accusations per healthy hour": round(n["healthy_wrong"] / n["hours"], 2)
                         if n["hours"] else None}
    return scores


# ---- The traces of ../shared ----------------------------------------------------------------------------------

def score_shared(folder, program):
    table = os.path.join(folder, "EXPECT.tsv")
    if not os.path.exists(table) or not program:
        print("# no %s: left out" % table, file=sys.stderr)
        return None
    score = Score()
    for row in csv.DictReader(open(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["read"] != "ok":
            continue
        run = subprocess.run([program, "-q", "--json", os.path.join(folder, row["file"])], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
        if run.returncode:
            continue
        document = json.loads(run.stdout)
        must = [group.split("|") for group in row["must"].split() if group != "-"]
        recording = {"point": None, "healthy": not must and row["party"] == "none", "must": must, "never": [],
                     "allow": [i for g in must for i in g] + row["allow"].split(), "parties": row["party"].split("|"),
                     "truth": {"place": None}, "hours": document["trace"]["duration_s"] / 3600}
        score.add(recording, document["findings"])
    return score


# ---- The table ------------------------------------------------------------------------------------------------

def cell(value):
    return "–" if value is None else "%g" % value if isinstance(value, float) else str(value)


def row(to, *cells):
    to.append("| " + " | ".join(cell(c) for c in cells) + " |")


def head(to, *cells):
    row(to, *cells)
    to.append("|" + "---|" * len(cells))


SHOWN = ("recall", "recall as warning", "precision", "precision, certain", "right party", "right place",
         "first finding right", "healthy silent", "wrong accusations per healthy hour")


def write(path, figures, scores, peers, shared, counts):
    to = ["# How often culprit is right", "",
          "Made by `make accuracy` on %s; do not edit. It analyses the recordings of the fault laboratory "
          "(`lab/captures`:" % figures["date"],
          "%d recordings of %d scenarios, %d of them of healthy traffic, %.2f hours of it) and holds the findings "
          "against" % (counts["recordings"], counts["scenarios"], counts["healthy"], counts["hours"]),
          "their truth files. A figure that falls is printed as LOWER, and the test `accuracy` fails.", "",
          "- *recall*: of the findings that a recording must bring, those that are there as a notice or more; and as a "
          "warning or more.",
          "- *precision*: of the findings of warning or more, counted once for each recording and identifier, those "
          "that the truth names or allows; and of those that culprit calls certain.",
          "- *right party*, *right place*: of the recordings whose cause was found, those where its first finding blames "
          "one of the parties that the truth names, and puts it on the right side of the recording point (where it "
          "says a side at all: %s of them do not)." % cell(scores["all"].n["place_open"]),
          "- *wrong accusations per healthy hour*: findings of warning or more in healthy recordings.", "",
          "## In total, and by recording point", ""]
    head(to, "%", "all", *POINTS)
    for name in SHOWN:
        row(to, name, *(scores[k].figures()[name] for k in ("all",) + POINTS))
    to += ["", "## By finding", "",
           "*must*: recordings that must bring it (or one that may stand for it). *right*, *wrong*: recordings in which it "
           "is a warning or more, rightly or not.", ""]
    head(to, "finding", "must", "recall %", "right", "wrong", "precision %", "right party %", "right place %")
    for id, c in sorted(scores["all"].ids.items()):
        row(to, "`%s`" % id, c["must"], share(c["found"], c["must"]), c["right"], c["wrong"],
            share(c["right"], c["right"] + c["wrong"]), share(c["party_right"], c["party"]),
            share(c["place_right"], c["place"]))
    if scores.get("damage"):
        to += ["", "## After damage done by the recorder", "",
               "The same recordings, damaged (`tests/support/damage_list.c`); findings of capture/ are right then. What "
               "a damaged recording cannot show should be missed rather than guessed: recall may fall, precision and "
               "silence should not.", ""]
        head(to, "damage", "recall %", "precision %", "right party %", "healthy silent %", "wrong per healthy hour")
        for name, score in scores["damage"].items():
            f = score.figures()
            row(to, name, f["recall"], f["precision"], f["right party"], f["healthy silent"],
                f["wrong accusations per healthy hour"])
    if peers:
        to += ["", "## Other programs, counted the same way", "",
               "A cause counts as found when the program says any word about the same events (which ones: `TSHARK`, "
               "`TCPTRACE`, `ARGUS` in `tests/accuracy/accuracy.py`; generous: one retransmission names every kind of loss, "
               "and an alert every fault of TLS). Wrong in healthy recordings: each expert summary of severity Warn or "
               "Error (tshark), repeats, disorder and closed windows (tcptrace), losses (argus). None of them names a "
               "party or a place. tshark's notes, which hold most retransmissions, are not counted as wrong.", ""]
        programs = [name for name in peers if name != "date"]
        head(to, "%", "culprit", *programs)
        for name in ("recall", "healthy silent", "wrong accusations per healthy hour"):
            row(to, name, scores["all"].figures()[name], *(peers[program][name] for program in programs))
        to += ["", "The others were asked on %s." % peers["date"]]
    if shared:
        to += ["", "## Traces of others", "",
               "The same figures over `../shared/traces`, which are not part of the project (%d traces, %d healthy)." %
               (shared.n["recordings"], shared.n["healthy"]), ""]
        head(to, "%", "traces")
        for name in SHOWN:
            row(to, name, shared.figures()[name])
    wrong = scores["all"].wrong
    if wrong:
        to += ["", "## Wrong accusations", "", "What is told as a warning or more although the truth does not name or "
               "allow it:", ""]
        head(to, "finding", "recordings")
        for id, count in wrong.most_common():
            row(to, "`%s`" % id, count)
    missed = {id: c["must"] - c["found"] for id, c in scores["all"].ids.items() if c["found"] < c["must"]}
    if missed:
        to += ["", "## Missed", "", "What a recording must bring and does not:", ""]
        head(to, "finding", "recordings")
        for id, count in sorted(missed.items(), key=lambda m: (-m[1], m[0])):
            row(to, "`%s`" % id, count)
    to += ["", "## How to repeat it", "",
           "    make accuracy        # release build, all damages, the other programs where they are installed",
           "    make lab             # first, to record the scenarios anew (root)", ""]
    with open(path, "w") as file:
        file.write("\n".join(to))


LOWER_IS_BETTER = ("wrong accusations per healthy hour",)
TOLERANCE = 0.05  # points: what rounding may hide


def compare(now, kept):
    """Figures that fell."""
    fell = []
    for section, figures in kept.items():
        if not isinstance(figures, dict) or section == "peers":
            continue
        for name, before in figures.items():
            value = now.get(section, {}).get(name)
            if before is None or value is None:
                continue
            worse = value > before if name in LOWER_IS_BETTER else value < before
            if worse and abs(value - before) > TOLERANCE:
                fell.append("%s, %s: %s, was %s" % (section, name, cell(value), cell(before)))
    return fell


def main():
    a = argparse.ArgumentParser(usage=__doc__)
    a.add_argument("program")
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(os.path.dirname(here))
    a.add_argument("--captures", default=os.path.join(root, "lab", "captures"))
    a.add_argument("--damaged", action="store_true")
    a.add_argument("--peers", action="store_true")
    a.add_argument("--shared")
    a.add_argument("--culprit")
    a.add_argument("--write", nargs=2)
    a.add_argument("--kept")
    a.add_argument("--check", action="store_true")
    a.add_argument("--verbose", action="store_true")
    a = a.parse_args()
    recordings = list(load(a.captures))
    if not recordings:
        print("1..0 # SKIP no recordings in %s" % a.captures)
        return 0
    kept = json.load(open(a.kept)) if a.kept and os.path.exists(a.kept) else {}
    if a.check and kept:
        recordings = [r for r in recordings if scenario(r) in kept["scenarios"]]
    found = analyse(a.program, recordings, a.damaged)
    scores = {"all": Score(), **{point: Score() for point in POINTS}}
    for recording in recordings:
        findings = found.get((recording["path"], "none"), [])
        before = scores["all"].n["wrong"]
        missed = scores["all"].n["must"] - scores["all"].n["found"]
        scores["all"].add(recording, findings)
        scores[recording["point"]].add(recording, findings)
        if a.verbose:
            now = scores["all"].n
            if now["wrong"] > before or now["must"] - now["found"] > missed:
                print("%s must %s: %s" % (os.path.relpath(recording["path"], a.captures), recording["must"],
                                          ["%(id)s %(severity)s %(party)s" % f for f in findings]))
    if a.damaged:
        scores["damage"] = {}
        for (path, damage) in found:
            scores["damage"].setdefault(damage, Score())
        by_path = {r["path"]: r for r in recordings}
        for (path, damage), findings in found.items():
            scores["damage"][damage].add(by_path[path], findings, lenient=True)
    peers = dict(score_peers(recordings), date=datetime.date.today().isoformat()) if a.peers else kept.get("peers")
    shared = score_shared(a.shared, a.culprit) if a.shared else None
    figures = {"scenarios": sorted({scenario(r) for r in recordings}), "date": datetime.date.today().isoformat(), "all": scores["all"].figures(),
               **{point: scores[point].figures() for point in POINTS}}
    if peers:
        figures["peers"] = peers
    fell = compare(figures, kept)
    if a.write:
        n = scores["all"].n
        counts = {"recordings": n["recordings"], "scenarios": len({os.path.dirname(r["path"]) for r in recordings}),
                  "healthy": n["healthy"], "hours": n["healthy_hours"]}
        write(a.write[0], figures, scores, peers, shared, counts)
        with open(a.write[1], "w") as file:
            json.dump(figures, file, indent=1, sort_keys=True)
            file.write("\n")
    if a.check:
        print("1..1\n%s 1 - no figure is lower than the kept ones" % ("not ok" if fell else "ok"))
    else:
        for name in SHOWN:
            print("%-36s %s" % (name, cell(scores["all"].figures()[name])))
    for line in fell:
        print("%sLOWER %s" % ("# " if a.check else "", line))
    return 1 if fell and a.check else 0


sys.exit(main())

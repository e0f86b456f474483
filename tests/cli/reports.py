#!/usr/bin/env python3
"""The reports that other programs read: their form, their escapes, what --fail-on does to them.

usage: reports.py PROGRAM EXAMPLES
"""
import csv, html.parser, io, json, os, re, subprocess, sys
import xml.etree.ElementTree as ElementTree

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import traces
from kit import program, run, run_tests, test, text, write

examples = os.path.abspath(sys.argv[2])
window = os.path.join(examples, "receiver-stopped-reading.pcapng")


def findings(path):
    return json.loads(text("--json", path))["findings"]


@test
def rows_of_findings_are_those_of_the_document():
    rows = list(csv.DictReader(io.StringIO(text("--csv", window))))
    wanted = findings(window)
    assert len(rows) == len(wanted) > 0
    for row, finding in zip(rows, wanted):
        for key in ("id", "severity", "text", "blame", "why", "title"):
            assert row[key] == finding[key], (key, row, finding)
        assert row["evidence"].split() == [str(e["packet"]) for e in finding["evidence"]]
        assert int(row["count"]) == finding["count"]
    assert text("--csv", "office.pcap").count("\n") == 1


@test
def a_ticket_has_verdict_evidence_and_advice():
    ticket, document = text("--markdown", window), json.loads(text("--json", window))
    assert document["verdict"]["text"] in ticket
    for evidence in document["findings"][0]["evidence"]:
        assert "| %d | " % evidence["packet"] in ticket
    assert "1. Look at the program" in ticket


@test
def names_from_the_trace_are_no_markdown():
    ticket = text("--markdown", "hostile.pcap")
    assert "\033" not in ticket and "<img" not in ticket and "](" not in ticket, ticket
    for line in ticket.splitlines():         # a table keeps its columns
        if line.startswith("| "):
            assert line.count("|") in (3, 4), line


@test
def junit_fails_where_fail_on_says():
    def failures(*arguments):
        done = run("--junit", *arguments)
        suite = ElementTree.fromstring(done.stdout)[0]
        cases = suite.findall("testcase")
        failed = [case.get("name") for case in cases if case.find("failure") is not None]
        assert int(suite.get("tests")) == len(cases) and int(suite.get("failures")) == len(failed)
        assert len({case.get("name") for case in cases}) == len(cases)
        return done.returncode, failed, [case.get("name") for case in cases]
    code, failed, names = failures("refused.pcap")
    assert code == 0 and failed == ["tcp/syn-refused"], failed
    assert failures("--fail-on", "error", "refused.pcap")[:2] == (1, ["tcp/syn-refused"])
    assert failures("--fail-on", "critical", "refused.pcap")[:2] == (0, [])
    assert failures("office.pcap") == (0, [], names), "the cases are the same in every run"
    kinds = [json.loads(line)["id"] for line in text("explain", "--json").splitlines()]
    assert names == kinds


@test
def junit_says_what_was_found():
    suite = ElementTree.fromstring(text("--junit", window))[0]
    failure = [case for case in suite if case.get("name") == "tcp/zero-window"][0].find("failure")
    assert failure.get("type") == "error" and "stopped reading" in failure.get("message")
    assert "packet 134" in failure.text and "Next: " in failure.text


@test
def xml_takes_any_name():
    root = ElementTree.fromstring(text("--junit", "hostile.pcap"))
    assert len(root[0]) > 10


def check_sarif(log):
    """What SARIF 2.1.0 asks of the parts that we write."""
    assert log["version"] == "2.1.0" and len(log["runs"]) == 1
    one = log["runs"][0]
    rules = one["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"] and re.fullmatch(r"[A-Za-z0-9]+", rule["name"])
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    for artifact in one["artifacts"]:
        assert re.fullmatch(r"(file://)?[-A-Za-z0-9._~/%]*", artifact["location"]["uri"])
    for result in one["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("note", "warning", "error") and result["message"]["text"]
        for place in result["locations"] + result.get("relatedLocations", []):
            where = place["physicalLocation"]
            uri = one["artifacts"][where["artifactLocation"]["index"]]["location"]["uri"]
            assert where["artifactLocation"]["uri"] == uri
            assert where.get("region", {"startLine": 1})["startLine"] >= 1
        ids = [place["id"] for place in result.get("relatedLocations", [])]
        assert len(set(ids)) == len(ids)
        assert all(isinstance(v, str) for v in result["partialFingerprints"].values())
    return one


@test
def sarif_has_its_form_and_the_evidence():
    one = check_sarif(json.loads(text("--sarif", window)))
    wanted = findings(window)
    assert [r["ruleId"] for r in one["results"]] == [f["id"] for f in wanted]
    for result, finding in zip(one["results"], wanted):
        assert ([r["physicalLocation"]["region"]["startLine"] for r in result["relatedLocations"]]
                == [e["packet"] for e in finding["evidence"]])
    for path in ("office.pcap", "refused.pcap", "hostile.pcap", "no packets.pcap"):
        check_sarif(json.loads(text("--sarif", path)))


class Page(html.parser.HTMLParser):
    """A page must be well nested, ask for nothing, and point only to what it holds."""
    EMPTY = ("meta", "br", "path", "input")

    def __init__(self, source):
        super().__init__()
        self.open, self.ids, self.links, self.data, self.tags, self.words = [], set(), set(), {}, {}, []
        self.feed(source)
        assert not self.open, self.open
        assert self.links <= self.ids | {""}, self.links - self.ids

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags[tag] = self.tags.get(tag, 0) + 1
        assert not {"src", "srcset", "onclick", "onerror"} & set(attributes), (tag, attributes)
        if "href" in attributes:
            assert tag == "a" and attributes["href"].startswith("#"), attributes
            self.links.add(attributes["href"][1:])
        if "id" in attributes:
            assert attributes["id"] not in self.ids, attributes
            self.ids.add(attributes["id"])
        if tag not in self.EMPTY:
            self.open.append((tag, attributes.get("id")))

    def handle_endtag(self, tag):
        if tag not in self.EMPTY:
            assert self.open.pop()[0] == tag, tag

    def handle_data(self, data):
        if self.open and self.open[-1][0] == "script" and self.open[-1][1]:
            self.data[self.open[-1][1]] = json.loads(data)
        elif self.open and self.open[-1][0] not in ("script", "style"):
            self.words.append(data)


@test
def a_page_is_whole_and_asks_for_nothing():
    for path in (window, "office.pcap", "refused.pcap", "hostile.pcap", "no packets.pcap"):
        source = text("--html", path)
        page, document = Page(source), json.loads(text("--json", path))
        plain = source.replace("xmlns=\"http://www.w3.org/2000/svg\"", "")     # a name, not a place
        assert not re.search(r"https?://|@import|url\(", plain)
        words = "".join(page.words)
        assert document["verdict"]["text"] in words
        for finding in document["findings"]:
            assert finding["text"] in words and "finding-%d" % finding["number"] in page.ids
            for advice in finding["advice"] if finding["severity"] in ("error", "warning") else []:
                assert advice in words
        sessions = text("sessions", "--json", path).splitlines()
        assert len(page.data.get("session-data", [])) == len(sessions)


@test
def a_page_draws_the_sessions_of_findings():
    source = text("--html", window)
    page = Page(source)
    words = "".join(page.words)
    assert page.tags["svg"] == 3 and "window closed" in words and "Time and sequence of tcp:1" in words
    with open(window, "rb") as trace:        # a pipe cannot be read twice
        piped = subprocess.run([program, "--html", "-"], stdin=trace, stdout=subprocess.PIPE, timeout=60)
    assert piped.returncode == 0 and Page(piped.stdout.decode()).tags["svg"] == 1


@test
def a_page_holds_many_sessions():
    trace = traces.Trace()
    for i in range(300):
        trace.web("10.0.1.%d" % (i % 250 + 1), 20000 + i, "10.9.0.1", 100)
    with open("many.pcap", "wb") as file:
        file.write(trace.bytes())
    source = text("--html", "many.pcap")
    page = Page(source)
    assert len(page.data["session-data"]) == 300 and page.tags["tr"] < 100
    assert "250 more need JavaScript" in source


@test
def a_page_takes_any_name():
    source = run("--html", "</title><script>alert(1)</script>.pcap".replace("/", "_")).stdout.decode()
    page = Page(source)
    assert page.tags["script"] == 2, "only its own and the data of the sessions"


@test
def a_trace_may_have_any_name():
    for flag in ("--html", "--markdown", "--junit", "--sarif", "--csv"):
        done = run(flag, "<b>&\"'a b%.pcap")
        assert done.returncode == 0, (flag, done)
        if flag == "--junit":
            assert ElementTree.fromstring(done.stdout)[0].get("name") == "<b>&\"'a b%.pcap"
        if flag == "--html":
            Page(done.stdout.decode())
        if flag == "--markdown":
            assert b"<b>" not in done.stdout


@test
def they_are_options_of_the_diagnosis_only():
    for flag in ("--html", "--markdown", "--junit", "--sarif"):
        done = run("packets", flag, "office.pcap")
        assert done.returncode == 2 and done.stdout == b"", done
        assert run(flag, "office.pcap").stdout == run("diagnose", flag, "office.pcap").stdout != b""


def prepare():
    write("<_title><script>alert(1)<_script>.pcap", traces.refused().bytes())
    write("<b>&\"'a b%.pcap", traces.refused().bytes())


sys.exit(run_tests(prepare))

#!/usr/bin/env python3
"""why, prove, tune, and what a trace cannot tell, as users and scripts rely on them.

usage: reasons.py PROGRAM EXAMPLES
"""
import glob, json, os, subprocess, sys, tempfile

program, examples = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
WINDOW = os.path.join(examples, "receiver-stopped-reading.pcapng")
SILENT = os.path.join(examples, "name-server-silent.pcapng")
GUESSES = os.path.join(examples, "password-guessing.pcapng")
tests = []


def test(function):
    tests.append(function)
    return function


def run(*arguments, **more):
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, **more)


def document(*arguments):
    done = run(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def fails(code, words, *arguments, **more):
    done = run(*arguments, **more)
    assert done.returncode == code and words in done.stderr.decode(), (done.returncode, done.stderr)


@test
def what_cannot_be_asked():
    fails(2, "no trace given", "why")
    fails(2, "leave out --csv", "why", "--csv", WINDOW)
    fails(2, "there is no finding 99 in this trace", "why", WINDOW, "99")
    fails(2, "there is no finding 0 in this trace", "why", WINDOW, "0")
    fails(2, "there is no finding dns/slow in this trace", "why", WINDOW, "dns/slow")
    fails(3, "no such file", "why", WINDOW, "dns/slwo")


@test
def every_finding_of_the_examples_has_its_reasons():
    for path in sorted(glob.glob(os.path.join(examples, "*.pcapng"))):
        for finding in document(path)["findings"]:
            why = document("why", path, str(finding["number"]))
            assert why["id"] == finding["id"] and why["text"] == finding["text"] and why["rule"], finding
            assert why["confidence_why"].startswith(finding["confidence"]), why
            assert why["severity_why"].startswith(finding["severity"]), why
            assert (why["raises_confidence"] is None) == (finding["confidence"] == "certain"), why
            causes = [c["finding"] for c in why["considered"] if c["outcome"] == "explains"]
            assert causes == [finding["caused_by"]] * (finding["caused_by"] is not None), why
            for name in finding["values"]:
                assert why["values"][name] == finding["values"][name], name


@test
def where_thresholds_come_from():
    def threshold(*arguments):
        why = document("why", *arguments, WINDOW, "tcp/zero-window")
        return [(t["value"], t["default"], t["from"]) for t in why["thresholds"] if t["name"] == "min"]
    assert threshold() == [(0.2, 0.2, "default")]
    assert threshold("--profile", "lan") == [(0.05, 0.2, "profile")]
    assert threshold("--profile", "lan", "--set", "tcp/zero-window.min=1s") == [(1, 0.2, "user")]
    text = run("why", "--profile", "lan", WINDOW, "1").stdout.decode()
    assert "min = 50 ms (from profile lan; the default is 200 ms)" in " ".join(text.split()), text


@test
def one_text_for_several():
    both = run("why", GUESSES).stdout.decode()
    numbers = [str(f["number"]) for f in document(GUESSES)["findings"]]
    assert len(numbers) > 1
    assert both == "\n\n".join(run("why", GUESSES, n).stdout.decode() for n in numbers)


def one_direction(path, to, sender):
    """Only what `sender` sends."""
    done = run("convert", "-q", "-Y", "ip.src == " + sender, path, to)
    assert done.returncode == 0, done.stderr


@test
def silence_of_which_one_direction_is_known_is_no_accusation():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "one.pcapng")
        client = [f["subject"]["client"] for f in document(SILENT)["findings"] if f["id"] == "dns/no-answer"][0]
        one_direction(SILENT, path, client)
        diagnosis = document(path)
        assert all(f["severity"] in ("info", "notice") for f in diagnosis["findings"]
                   if not f["id"].startswith("capture/")), diagnosis["findings"]
        untold = [u for u in diagnosis["cannot_tell"] if u["id"] == "dns/no-answer"]
        assert len(untold) == 1 and "one direction" in untold[0]["reason"], diagnosis["cannot_tell"]
        assert "both directions" in untold[0]["remedy"] and "host " + client in untold[0]["remedy"], untold
        text = run(path).stdout.decode()
        assert "What this trace cannot tell" in text and "[dns/no-answer]" in text, text


@test
def what_a_whole_trace_tells_is_not_doubted():
    for name in ("receiver-stopped-reading", "healthy-download", "refused"):
        path = os.path.join(examples, name + ".pcapng")
        assert [u for u in document(path)["cannot_tell"] if u["severity"] not in ("info", "notice")] == [], name
        assert "cannot tell" not in run(path).stdout.decode()


def proofs(path):
    """All of them in one run, as a list, with the exit status."""
    done = run("prove", "-q", "--json", path)
    text, found, at = done.stdout.decode(), [], 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        one, at = json.JSONDecoder().raw_decode(text, at)
        found.append(one)
    return found, done.returncode


MORE_THAN_WITNESSES = 4  # packets of others: fewer only show that the recording went on


def samples():
    yield from sorted(glob.glob(os.path.join(examples, "*.pcapng")))
    yield from sorted(glob.glob(os.path.join(examples, "..", "lab", "captures", "*", "*", "middle.pcapng")))[::4][:8]


@test
def every_finding_proves_itself():
    for path in samples():
        findings = document(path)["findings"]
        found, code = proofs(path)
        assert code == 0 and [p["number"] for p in found] == [f["number"] for f in findings], (path, code)
        for finding, proof in zip(findings, found):
            assert proof["proved"] and proof["id"] == finding["id"], (path, proof)
            numbers = [p["packet"] for p in proof["packets"]]
            cited = {p["packet"] for p in proof["packets"] if p["role"] == "cited"}
            assert numbers == sorted(set(numbers)), (path, proof)
            assert {e["packet"] for e in finding["evidence"]} <= cited, (path, proof)
            others = proof["count"]["hosts"] + proof["count"]["other"]
            assert (proof["beyond"] is not None) == (others > 0), (path, proof)
            if finding["sessions"] and others > MORE_THAN_WITNESSES:
                assert "recording went on" not in proof["beyond"], "%s: say why in its kind: %s" % (path, proof)


@test
def a_proof_holds_for_what_it_names():
    """Only the packets that it names, cut out, give the same finding; without one of them it does not come."""
    with tempfile.TemporaryDirectory() as folder:
        for path, number in ((WINDOW, 1), (SILENT, 1)):
            proof = document("prove", path, str(number))
            assert proof["least"]
            numbers = [str(p["packet"]) for p in proof["packets"]]
            part = os.path.join(folder, "part.pcapng")
            assert run("convert", "-q", "--slice", ",".join(numbers), path, part).returncode == 0
            assert proof["id"] in [f["id"] for f in document(part)["findings"]], proof
            spare = [str(p["packet"]) for p in proof["packets"] if p["role"] != "cited"]
            left = [n for n in numbers if n != spare[0]]
            assert run("convert", "-q", "--slice", ",".join(left), path, part).returncode == 0
            same = [f for f in document(part)["findings"] if f["id"] == proof["id"] and
                    (f["severity"], f["confidence"]) == ("error", "certain")]
            assert not same or path == SILENT, same


@test
def what_cannot_be_proved():
    fails(2, "a proof is no list", "prove", "--csv", WINDOW)
    fails(2, "reads the trace twice", "prove", "-", stdin=subprocess.DEVNULL)
    fails(2, "there is no finding 99", "prove", WINDOW, "99")
    done = run("prove", os.path.join(examples, "healthy-download.pcapng"))
    assert (done.returncode, done.stdout) == (0, b""), done


@test
def thresholds_hold_for_the_proof_as_well():
    """With a threshold that all of the waiting just reaches, the proof takes all of it."""
    loose = document("prove", GUESSES, "security/brute-force")
    strict = document("prove", "--set", "security/brute-force.minute=40", "--set", "security/brute-force.quarter=40", GUESSES, "security/brute-force")
    assert len(strict["packets"]) > len(loose["packets"]), (len(strict["packets"]), len(loose["packets"]))


SLOW = os.path.join(examples, "slow-server.pcapng")
GOOD = os.path.join(examples, "healthy-download.pcapng")


@test
def tuned_thresholds_silence_what_was_said_to_be_good():
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "made.conf")
        done = run("tune", "-q", "-o", made, GOOD, SLOW)
        assert done.returncode == 0, done.stderr
        words = open(made).read()
        assert "\nprofile = lan\n" in words and "[perf/server-think]" in words, words
        for path in (GOOD, SLOW):
            assert [f["severity"] for f in document("--profile", "lan", path)["findings"]] != [] or path == GOOD
            assert not [f for f in document("--config", made, path)["findings"]
                        if f["severity"] not in ("info", "notice")], path
        # They stand above what was good, not above everything.
        values = {(t["id"], t["name"]): t for t in document("tune", GOOD, SLOW)["thresholds"]}
        one = values["perf/server-think", "time"]
        assert one["raised"] and one["profile"] == 0.5 and one["percentile_99"] > 0.5, one
        assert 1.5 * one["percentile_99"] <= one["value"] <= 1.7 * one["percentile_99"], one
        faults = [f["id"] for f in document("--config", made, WINDOW)["findings"] if f["severity"] == "error"]
        assert faults == ["tcp/zero-window"], faults


@test
def tuned_thresholds_are_never_below_the_profile():
    for profile in ("lan", "wan", "mainframe", "satellite"):
        tuned = document("tune", "--profile", profile, GOOD)
        assert tuned["profile"] == profile and tuned["tuned"]["alarms"] == 0, tuned
        for threshold in tuned["thresholds"]:
            if not threshold["raised"]:
                assert threshold["value"] == threshold["profile"], threshold
        kinds = {k["id"] for k in (json.loads(l) for l in run("explain", "--json").stdout.splitlines())}
        assert {t["id"] for t in tuned["thresholds"]} <= kinds


@test
def what_no_threshold_silences_is_told():
    tuned = document("tune", GOOD, os.path.join(examples, "refused.pcapng"))
    assert [(l["id"], l["count"]) for l in tuned["left"]] == [("tcp/syn-refused", 1)], tuned["left"]
    assert tuned["tuned"]["alarms"] == 1 and tuned["tuned"]["below_per_hour"] > tuned["tuned"]["per_hour"] > 0
    text = run("tune", os.path.join(examples, "refused.pcapng")).stdout.decode()
    assert "tcp/syn-refused: 1" in text and "off = yes" in text, text


@test
def what_cannot_be_tuned():
    fails(2, "no trace given", "tune")
    fails(2, "leave out --csv", "tune", "--csv", GOOD)
    fails(2, "many times", "tune", "-", stdin=subprocess.DEVNULL)
    fails(2, "leave out --set", "tune", "--set", "tcp/zero-window.min=1s", GOOD)
    fails(2, "there is no profile moon", "tune", "--profile", "moon", GOOD)
    fails(3, "no such file", "tune", GOOD, "nowhere.pcap")


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

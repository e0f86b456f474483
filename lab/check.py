"""Holds what culprit says of recordings against the truth beside them, as TAP.

usage: check.py [--live] CULPRIT FOLDER      (FOLDER/GROUP/NAME/truth.json and the three recordings)

At each point every `must` has to be found with the right party, no `never`, and nothing at warning or above that
is neither expected nor allowed. --live: the recordings were made this minute on a machine that may be busy; then
only errors count as unexpected."""
import json
import pathlib
import subprocess
import sys

LOUD = {"warning", "error", "critical"}


def findings_of(culprit, path):
    run = subprocess.run([culprit, "--json", "-q", str(path)], capture_output=True, text=True, timeout=120)
    if run.returncode:
        raise SystemExit(f"{path}: culprit failed: {run.stderr}")
    return json.loads(run.stdout)["findings"]


def wrong_at(point, findings, loud):
    """What is wrong, as a list of words."""
    wrong = []
    expected = set()
    for must in point["must"]:
        names = must.split("|")
        expected.update(names)
        found = [f for f in findings if f["id"] in names]
        if not found:
            wrong.append(f"missed {must}")
        elif not any(f["party"] in point["party"].split("|") for f in found):
            wrong.append(f"{must} blames {', '.join(f['blame'] for f in found)}, not {point['party']}")
    for finding in findings:
        name = finding["id"]
        if name in point["never"] or (
                finding["severity"] in loud and name not in expected and name not in point["allow"]):
            wrong.append(f"unexpected {name} ({finding['severity']}): {finding['text']}")
    return wrong


def main():
    words = sys.argv[1:]
    loud = LOUD - {"warning"} if "--live" in words else LOUD
    culprit, folder = [word for word in words if word != "--live"]
    truths = sorted(pathlib.Path(folder).glob("*/*/truth.json"))
    print(f"1..{len(truths)}")
    bad = 0
    for number, path in enumerate(truths, 1):
        truth = json.loads(path.read_text())
        notes = []
        for name, point in truth["points"].items():
            for words in wrong_at(point, findings_of(culprit, path.parent / f"{name}.pcapng"), loud):
                notes.append(f"{name}: {words}")
        bad += bool(notes)
        print(f"{'not ' if notes else ''}ok {number} - {path.parent.parent.name}/{path.parent.name}")
        for note in notes:
            print(f"# {note}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""What `culprit diagnose --json` prints is what its schema says.

usage: schema.py PROGRAM SCHEMA [TRACE...]
"""
import json, os, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import traces

try:
    import jsonschema
except ImportError:
    print("1..0 # SKIP python3-jsonschema is not installed")
    sys.exit(0)


def once(pairs):
    assert len({key for key, _ in pairs}) == len(pairs), "a key stands twice: %s" % [k for k, _ in pairs]
    return dict(pairs)


def problems(program, path, validator):
    done = subprocess.run([program, "diagnose", "--json", path], stdout=subprocess.PIPE, timeout=120)
    if done.returncode != 0:
        return ["exit %d" % done.returncode]
    document = json.loads(done.stdout, object_pairs_hook=once)
    found = ["%s: %s" % ("/".join(map(str, error.absolute_path)), error.message)
             for error in validator.iter_errors(document)]
    findings = document["findings"]
    if [f["number"] for f in findings] != list(range(1, len(findings) + 1)):
        found.append("findings are not numbered in order")
    if any(a["caused_by"] and not b["caused_by"] for a, b in zip(findings, findings[1:])):
        found.append("a root cause stands behind a consequence")
    return found


def main():
    program, schema = os.path.abspath(sys.argv[1]), json.load(open(sys.argv[2]))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        paths = sys.argv[3:]
        for name in ("office", "refused", "hostile"):
            paths.append(os.path.join(folder, name + ".pcap"))
            with open(paths[-1], "wb") as file:
                file.write(getattr(traces, name)().bytes())
        empty = os.path.join(folder, "no-packets.pcap")
        with open(empty, "wb") as file:
            file.write(traces.Trace().bytes())
        paths.append(empty)
        print("1..%d" % len(paths))
        for number, path in enumerate(paths, 1):
            found = problems(program, path, validator)
            failed += bool(found)
            print("%s %d - %s" % ("not ok" if found else "ok", number, os.path.basename(path)))
            for problem in found[:5]:
                print("# " + problem)
    return failed > 0


sys.exit(main())

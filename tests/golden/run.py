#!/usr/bin/env python3
"""Golden tests: a trace in, a report out, compared byte for byte.

usage: run.py PROGRAM            compare
       run.py PROGRAM --refresh  write what the program says now; look at it with git diff

Each line of `cases` is NAME TRACE ARGUMENTS; the report is in NAME.out. A trace is a function of
tests/cli/traces.py or seed_screens.py (with .ctrace behind it, converted to that format), or a file of examples/ or of tests/data/zos/ (displays). Its name comes last, or where an argument is @.
An argument TZ=… sets the time zone.
"""
import os, subprocess, sys, tempfile

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))
sys.path.insert(0, os.path.join(root, "tests", "cli"))
import seed_screens
import traces


def run(program, trace, arguments, folder):
    """Runs in the folder of the trace, so that its path in the report is its name."""
    stem = trace[:-7] if trace.endswith(".ctrace") else trace
    made = getattr(traces, stem, None) or getattr(seed_screens, stem, None)
    if made:
        name = stem + ".pcap"
        with open(os.path.join(folder, name), "wb") as file:
            file.write(made().bytes())
        if stem != trace:
            subprocess.run([program, "convert", "-q", name, trace], cwd=folder, check=True)
            name = trace
    else:
        displays = os.path.join(root, "tests", "data", "zos")
        name = trace
        folder = displays if os.path.exists(os.path.join(displays, trace)) else os.path.join(root, "examples")
    environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS")}
    environment["TZ"] = "UTC"
    environment.update(word.split("=") for word in arguments if word.startswith("TZ="))
    words = [name if word == "@" else word for word in arguments if not word.startswith("TZ=")]
    done = subprocess.run([program] + words + ([] if "@" in arguments else [name]), cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=environment, timeout=60)
    return done.stdout + done.stderr + b"[exit %d]\n" % done.returncode


def main():
    program, refresh = os.path.abspath(sys.argv[1]), "--refresh" in sys.argv
    cases = [line.split() for line in open(os.path.join(here, "cases")) if line.strip() and line[0] != "#"]
    print("1..%d" % len(cases))
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, trace, *arguments) in enumerate(cases, 1):
            path = os.path.join(here, name + ".out")
            got = run(program, trace, arguments, folder)
            if refresh:
                with open(path, "wb") as file:
                    file.write(got)
            want = open(path, "rb").read() if os.path.exists(path) else b""
            print("%s %d - %s" % ("ok" if got == want else "not ok", number, name))
            if got == want:
                continue
            failed += 1
            with tempfile.NamedTemporaryFile() as file:
                file.write(got)
                file.flush()
                diff = subprocess.run(["diff", "-u", path, file.name], stdout=subprocess.PIPE)
            for line in diff.stdout.decode("utf-8", "replace").splitlines():
                print("# " + line)
    return failed > 0


sys.exit(main())

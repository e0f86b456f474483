"""What tests of the program share: they are functions marked with @test, which run in a folder of small traces and fail
with an exception."""
import json, os, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import traces

program = os.path.abspath(sys.argv[1])
tests = []


def test(function):
    tests.append(function)
    return function


def run(*arguments, **more):
    return subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, **more)


def text(*arguments, **more):
    done = run(*arguments, **more)
    assert done.returncode == 0 and done.stderr == b"", done
    return done.stdout.decode()


def rows(*arguments):
    return [json.loads(line) for line in text(*arguments, "--json").splitlines()]


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def run_tests(prepare=lambda: None):
    """All tests in turn, as TAP. `prepare` can add to the traces."""
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in ("office", "refused", "hostile", "logins"):
            write(name + ".pcap", getattr(traces, name)().bytes())
        write("no packets.pcap", traces.Trace().bytes())
        prepare()
        print("1..%d" % len(tests))
        for number, function in enumerate(tests, 1):
            try:
                function()
                print("ok %d - %s" % (number, function.__name__))
            except Exception as error:
                failed += 1
                print("not ok %d - %s" % (number, function.__name__))
                print("# " + repr(error).replace("\n", "\n# ")[:2000])
        os.chdir("/")
    return failed > 0

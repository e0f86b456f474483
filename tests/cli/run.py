#!/usr/bin/env python3
"""The command line as users and scripts rely on it: exit codes, messages, where output goes.

usage: run.py PROGRAM [EXAMPLE]     EXAMPLE is doc/example.c, built
"""
import gzip, json, os, pty, subprocess, sys, tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import traces

program = os.path.abspath(sys.argv[1])
example = os.path.abspath(sys.argv[-1])
environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "PAGER")}
environment["TERM"] = "xterm"
tests = []


def test(function):
    tests.append(function)
    return function


def run(*arguments, **more):
    more.setdefault("env", environment)
    return subprocess.run([program] + list(arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=60, **more)


def fails(code, message, *arguments):
    """The program ends with `code`, says exactly `message`, and prints nothing else."""
    done = run(*arguments)
    said = done.stderr.decode()
    assert done.returncode == code, "exit %d, said %r" % (done.returncode, said)
    assert said == "culprit: " + message + "\n", said
    assert done.stdout == b"", done.stdout
    return True


def write(name, content):
    with open(name, "wb") as file:
        file.write(content)
    return name


def terminal(*arguments, **variables):
    """What the program shows when standard output is a terminal of 60 columns."""
    import fcntl, struct, termios
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 60, 0, 0))
    process = subprocess.Popen([program] + list(arguments), stdin=subprocess.DEVNULL, stdout=inner,
                               stderr=subprocess.DEVNULL, env=dict(environment, **variables))
    os.close(inner)
    shown = b""
    while True:
        try:
            piece = os.read(outer, 65536)
        except OSError:  # Linux says EIO when the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(outer)
    assert process.wait(timeout=60) == 0
    return shown.decode().replace("\r\n", "\n")


@test
def exit_0_with_and_without_findings():
    assert run("office.pcap").returncode == 0
    assert run("refused.pcap").returncode == 0


@test
def diagnose_is_the_default_command():
    assert run("refused.pcap").stdout == run("diagnose", "refused.pcap").stdout != b""


@test
def fail_on_is_reached_by_what_is_as_bad_or_worse():
    severities = [f["severity"] for f in json.loads(run("--json", "refused.pcap").stdout)["findings"]]
    assert severities[0] == "error", severities
    assert run("--fail-on", "critical", "refused.pcap").returncode == 0
    assert run("--fail-on", "error", "refused.pcap").returncode == 1
    assert run("--fail-on=warning", "refused.pcap").returncode == 1
    assert run("--fail-on", "info", "office.pcap").returncode == 0


@test
def ignored_findings_do_not_fail():
    done = run("--fail-on", "error", "--ignore", "tcp/*", "--json", "refused.pcap")
    assert done.returncode == 0 and json.loads(done.stdout)["findings"] == []


@test
def a_finding_can_be_switched_off():
    done = run("--set", "tcp/syn-refused=off", "--json", "refused.pcap")
    assert done.returncode == 0
    assert "tcp/syn-refused" not in [f["id"] for f in json.loads(done.stdout)["findings"]]


@test
def options_may_stand_anywhere():
    want = run("diagnose", "--json", "office.pcap").stdout
    for arguments in (["--json", "diagnose", "office.pcap"], ["diagnose", "office.pcap", "--json"],
                      ["office.pcap", "--json"], ["--json", "--", "office.pcap"]):
        assert run(*arguments).stdout == want, arguments


@test
def a_trace_may_have_the_name_of_a_command():
    write("packets", open("office.pcap", "rb").read())
    for arguments in (["--", "packets"], ["./packets"], ["diagnose", "packets"]):
        assert json.loads(run("--json", *arguments).stdout)["trace"]["packets"] == 20, arguments
    assert run("packets", "packets").stdout == run("packets", "office.pcap").stdout


@test
def standard_input_is_a_trace():
    content = open("office.pcap", "rb").read()
    for data in (content, gzip.compress(content)):
        done = run("packets", "--json", "-", input=data)
        assert done.returncode == 0 and done.stdout == run("packets", "--json", "office.pcap").stdout


@test
def several_traces_are_one():
    done = run("--json", "office.pcap", "refused.pcap")
    trace = json.loads(done.stdout)["trace"]
    assert [f["path"] for f in trace["files"]] == ["office.pcap", "refused.pcap"]
    assert trace["packets"] == 26


@test
def no_trace():
    fails(2, "no trace given: name a file, or - for standard input")
    fails(2, "no trace given: name a file, or - for standard input", "packets")


@test
def a_file_that_is_not_there():
    fails(3, "none.pcap: no such file: check the spelling and the directory", "none.pcap")


@test
def a_command_with_a_slip():
    fails(3, "pakets: no such file or command: did you mean culprit packets?", "pakets", "office.pcap")


@test
def files_that_are_no_traces():
    write("empty", b"")
    write("words", b"This is no trace, but some words that stand in a file.\n" * 3)
    for name in ("empty", "words", "."):
        done = run(name)
        said = done.stderr.decode()
        assert done.returncode == 3 and done.stdout == b"", (name, done)
        assert said.startswith("culprit: %s: " % name) and said.count("\n") == 1, said
        assert said.count(": ") >= 3, "what is wrong: what to do: " + said


@test
def a_trace_that_ends_early_is_read():
    write("cut.pcap", open("office.pcap", "rb").read()[:-7])
    done = run("--json", "cut.pcap")
    assert done.returncode == 0 and json.loads(done.stdout)["trace"]["packets"] == 19


@test
def options_that_do_not_exist():
    fails(2, "there is no option --jsn: did you mean --json?", "--jsn", "office.pcap")
    fails(2, "there is no option --quux: see culprit --help", "--quux", "office.pcap")
    fails(2, "there is no option -Z: see culprit --help", "-Z", "tcp", "office.pcap")


def numbers(command, *arguments):
    out = run(command, "--csv", "-q", *arguments).stdout.decode().split("\n")[1:]
    return [int(line.split(",")[0]) for line in out if line]


@test
def filters_select_packets_sessions_and_findings():
    everything = numbers("packets", "-e", "frame.number", "office.pcap")
    syn = numbers("packets", "-e", "frame.number", "-Y", "tcp.flags.syn == 1", "office.pcap")
    assert syn and len(syn) < len(everything) and set(syn) < set(everything)
    rest = numbers("packets", "-e", "frame.number", "--filter", "!(tcp.flags.syn == 1)", "office.pcap")
    assert sorted(syn + rest) == everything
    assert numbers("packets", "-Y", "tcp.flags.syn == 1", "office.pcap") == syn
    assert numbers("sessions", "-Y", "session.packets > 100000", "office.pcap") == []
    sessions = numbers("sessions", "office.pcap")
    assert numbers("sessions", "-Y", "tcp or udp or icmp", "office.pcap") == sessions
    found = json.loads(run("diagnose", "--json", "-q", "office.pcap").stdout.decode())["findings"]
    of_one = json.loads(run("diagnose", "--json", "-q", "-Y", "session.packets > 100000",
                            "office.pcap").stdout.decode())["findings"]
    assert len(of_one) == len([finding for finding in found if not finding["sessions"]])


@test
def filters_that_make_no_sense():
    fails(2, "the filter is wrong: there is no field \"tcp.prot\": did you mean tcp.port?\n"
          "    ip && tcp.prot == 80\n    " + 6 * " " + "^", "packets", "-Y", "ip && tcp.prot == 80", "office.pcap")
    fails(2, "the filter is wrong: the expression is empty: "
          "write tcp.port == 80, for example\n    \n    ^", "packets", "-Y", "", "office.pcap")


@test
def columns_are_fields():
    out = run("packets", "--csv", "-e", "frame.number", "-e", "ip.src", "-e", "tcp.port", "office.pcap")
    lines = out.stdout.decode().split("\n")
    assert lines[0] == "frame.number,ip.src,tcp.port", lines[0]
    assert any(line.count(",") == 3 and line.endswith('"') for line in lines), lines[:5]
    rows = [json.loads(line) for line in
            run("packets", "--json", "-e", "tcp.port", "-e", "tcp.flags.syn", "office.pcap").stdout.splitlines()]
    assert all(list(row) == ["tcp.port", "tcp.flags.syn"] for row in rows)
    assert any(isinstance(row["tcp.port"], list) and row["tcp.flags.syn"] is True for row in rows)
    fails(2, "there is no field \"ip.sorce\": did you mean ip.src?", "packets", "-e", "ip.sorce", "office.pcap")
    listed = run("fields", "tcp.flags.*", "--csv").stdout.decode()
    assert listed.startswith("name,type,unit,title,description\n") and "\ntcp.flags.syn,flag" in listed
    fails(2, "no field matches \"quuux\": leave out the pattern to see all", "fields", "quuux")


@test
def values_that_make_no_sense():
    fails(2, "--time: there is no \"noon\": choose one of utc, local, relative, epoch", "--time", "noon",
          "office.pcap")
    fails(2, "--fail-on: there is no \"bad\": choose one of info, notice, warning, error, critical",
          "--fail-on", "bad", "office.pcap")
    fails(2, "--color: there is no \"red\": choose one of auto, always, never", "--color=red", "x")
    fails(2, "--threads: \"0\" is not a count: give a number from 1", "--threads", "0", "office.pcap")
    fails(2, "--threads: \"two\" is not a count: give a number from 1", "--threads=two", "office.pcap")
    fails(2, "--max-sessions: \"-1\" is not a count: give a number from 1", "--max-sessions=-1", "x")
    fails(2, "--json takes no value: leave out \"yes\"", "--json=yes", "office.pcap")
    fails(2, "--output needs a value: --output FILE", "office.pcap", "-o")


@test
def what_a_command_cannot_do():
    fails(2, "--sarif is an option of diagnose: culprit diagnose --help", "packets", "--sarif", "office.pcap")
    fails(2, "formats takes nothing: leave out \"office.pcap\"", "formats", "office.pcap")


@test
def settings_that_do_not_exist():
    for arguments in (["--set", "tcp/zero-windw=off"], ["--set", "nonsense"], ["--profile", "moon"],
                      ["--config", "none.conf"]):
        done = run(*arguments, "office.pcap")
        said = done.stderr.decode()
        assert done.returncode == 2 and said.startswith("culprit: ") and said.count("\n") == 1, (
            arguments, done)


@test
def threads_never_change_the_output():
    want = run("--json", "refused.pcap").stdout
    assert run("--json", "--threads", "1", "refused.pcap").stdout == want
    assert run("--json", "--threads", "8", "refused.pcap").stdout == want


@test
def output_goes_to_a_file():
    for command in ("diagnose", "packets", "sessions"):
        done = run(command, "--json", "office.pcap", "-o", "report.json")
        assert done.returncode == 0 and done.stdout == b""
        assert open("report.json", "rb").read() == run(command, "--json", "office.pcap").stdout


@test
def output_that_cannot_be_written():
    done = run("office.pcap", "-o", "no/such/folder/report")
    assert done.returncode == 3 and done.stderr.decode().startswith("culprit: no/such/folder/report: ")
    if os.path.exists("/dev/full"):
        done = run("packets", "office.pcap", "-o", "/dev/full")
        assert done.returncode == 3 and b"not everything could be written" in done.stderr, done


@test
def output_never_overwrites_the_trace():
    before = open("office.pcap", "rb").read()
    for command in ("diagnose", "packets", "sessions"):
        done = run(command, "office.pcap", "-o", "./office.pcap")
        assert done.returncode == 3 and b"would overwrite the trace" in done.stderr
    assert open("office.pcap", "rb").read() == before


@test
def a_reader_that_leaves_early_is_no_error():
    for arguments in (["packets", "long.pcap"], ["packets", "--json", "long.pcap"], ["long.pcap"]):
        reader, writer = os.pipe()
        process = subprocess.Popen([program] + arguments, stdout=writer, stderr=subprocess.PIPE,
                                   env=environment)
        os.close(writer)
        os.read(reader, 10)
        os.close(reader)
        said = process.stderr.read()
        assert process.wait(timeout=60) == 0 and said == b"", (arguments, said)
        process.stderr.close()


@test
def every_row_has_the_same_keys():
    for command, count in (("packets", 15), ("sessions", 20)):
        rows = [json.loads(line) for line in run(command, "--json", "office.pcap").stdout.splitlines()]
        assert len({tuple(row) for row in rows}) == 1 and len(rows[0]) == count
        head = run(command, "--csv", "office.pcap").stdout.decode().splitlines()[0]
        assert head.split(",") == list(rows[0]), head


@test
def explain_knows_every_finding():
    kinds = [json.loads(line) for line in run("explain", "--json").stdout.splitlines()]
    assert len(kinds) > 5 and [k["id"] for k in kinds] == sorted(k["id"] for k in kinds)
    for kind in kinds:
        done = run("explain", "--json", kind["id"])
        one = json.loads(done.stdout)
        assert done.returncode == 0 and one["title"] == kind["title"] and one["meaning"], kind
        assert run("explain", kind["id"]).stdout.decode().startswith(kind["title"])


@test
def explain_of_something_else():
    fails(2, "there is no finding \"tcp/syn-refusd\": did you mean tcp/syn-refused?", "explain",
          "tcp/syn-refusd")
    fails(2, "there is no finding \"quux\": see the list of `culprit explain`", "explain", "quux")
    fails(2, "an explanation is no list: leave out --csv", "explain", "--csv", "tcp/syn-refused")


@test
def lists_of_what_this_build_knows():
    formats = [json.loads(line)["name"] for line in run("formats", "--json").stdout.splitlines()]
    assert "pcap" in formats and "pcapng" in formats
    protocols = [json.loads(line)["name"] for line in run("protocols", "--json").stdout.splitlines()]
    assert {"tcp", "udp", "dns", "arp"} <= set(protocols)


@test
def help_and_version():
    done = run("--help")
    assert done.returncode == 0 and done.stderr == b""
    for command in ("diagnose", "packets", "sessions", "explain", "formats", "protocols"):
        assert "\n  %s " % command in done.stdout.decode()
        one = run(command, "--help")
        assert one.returncode == 0 and one.stdout.decode().startswith("Usage: culprit %s " % command)
        assert max(map(len, one.stdout.decode().splitlines())) <= 80
    assert run("--version").stdout.decode().startswith("culprit 0.")


@test
def colours_only_for_terminals_that_want_them():
    assert b"\033" not in run("refused.pcap").stdout
    assert b"\033" in run("--color", "always", "refused.pcap").stdout
    assert "\033" in terminal("--no-pager", "refused.pcap")
    assert "\033" not in terminal("--no-pager", "refused.pcap", NO_COLOR="1")
    assert "\033" not in terminal("--no-pager", "refused.pcap", TERM="dumb")
    assert "\033" not in terminal("--no-pager", "--color", "never", "refused.pcap")


@test
def text_fits_the_terminal():
    lines = terminal("--no-pager", "--color", "never", "refused.pcap").splitlines()
    assert 40 < max(map(len, lines)) <= 60
    assert max(map(len, run("refused.pcap").stdout.decode().splitlines())) <= 80


@test
def long_output_goes_through_the_pager():
    assert "PAGED" in terminal("refused.pcap", PAGER="sed s/^/PAGED/")
    assert "PAGED" not in terminal("--no-pager", "refused.pcap", PAGER="sed s/^/PAGED/")
    assert "refused" in terminal("refused.pcap", PAGER="")


@test
def the_example_of_the_library_works():
    if len(sys.argv) < 3:
        return
    done = subprocess.run([example, "refused.pcap"], stdout=subprocess.PIPE, timeout=60)
    verdict = json.loads(run("--json", "refused.pcap").stdout)["verdict"]["text"]
    assert done.returncode == 0 and done.stdout.decode().startswith(verdict + "\ntcp/syn-refused: server: ")
    assert subprocess.run([example, "none.pcap"], stderr=subprocess.PIPE, timeout=60).returncode == 3


@test
def ports_speak_what_they_are_said_to():
    trace = traces.Trace()
    client, server = "10.0.0.1", "10.0.0.2"
    trace.tcp(client, 4000, server, 2121, traces.SYN, 100, 0)
    trace.tcp(server, 2121, client, 4000, traces.SYN | traces.ACK, 500, 101)
    trace.tcp(client, 4000, server, 2121, traces.PSH | traces.ACK, 101, 501, b"NOOP\r\n")
    write("strange.pcap", trace.bytes())
    assert b"ftp command" not in run("packets", "strange.pcap").stdout
    assert b"ftp command NOOP" in run("packets", "--decode-as", "2121=ftp", "strange.pcap").stdout
    fails(2, 'no protocol on TCP is called "fpt": did you mean ftp?', "packets", "--decode-as=2121=fpt", "strange.pcap")
    fails(2, '"ftp" does not say what a port speaks: write PORT=PROTOCOL, as 2121=ftp',
          "packets", "--decode-as=ftp", "strange.pcap")
    fails(2, 'no protocol on TCP is called "arp": `culprit protocols` lists them',
          "packets", "--decode-as=1=arp", "strange.pcap")


@test
def the_same_every_time():
    for arguments in (["--json"], ["--html"], ["packets", "--csv"], ["sessions", "--json"]):
        assert run(*arguments, "office.pcap").stdout == run(*arguments, "office.pcap").stdout


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in ("office", "refused"):
            write(name + ".pcap", getattr(traces, name)().bytes())
        long = traces.Trace()
        for number in range(5000):
            long.ping("10.0.0.5", "10.0.0.9", 8, number)
            long.ping("10.0.0.9", "10.0.0.5", 0, number)
        write("long.pcap", long.bytes())
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
        os.chdir("/")
    return failed > 0


sys.exit(main())

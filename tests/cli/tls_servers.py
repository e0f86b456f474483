#!/usr/bin/env python3
"""Decryption of TLS on connections of a real nginx (HTTP/1.1 and HTTP/2) and a real vsftpd (FTPS), recorded on a loopback
of their own.

usage: tls_servers.py CULPRIT DATA      judges the stored captures
       tls_servers.py --store DIR       makes them anew: needs root, nginx, vsftpd, curl with OpenSSL, tcpdump, iproute2

What must come out of a capture stands beside its recipe: words of the packet list that only decryption brings.
"""
import csv
import io
import ftplib
import os
import shutil
import ssl
import struct
import subprocess
import sys
import tempfile
import time

import traces

NGINX = """
daemon off; master_process off; pid {dir}/nginx.pid; error_log stderr crit; worker_rlimit_nofile 64;
events {{ worker_connections 32; }}
http {{
	access_log off; gzip on; gzip_min_length 100; gzip_types text/plain; keepalive_timeout 1;
	client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3; uwsgi_temp_path {dir}/t4;
	scgi_temp_path {dir}/t5;
	server {{
		listen 127.0.0.1:443 ssl http2; root {dir}/www; default_type text/plain;
		ssl_certificate {dir}/c.pem; ssl_certificate_key {dir}/k.pem;
		ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets on;
		location /old {{ return 301 https://lab.example/new; }}
		location /broken {{ return 503 "later"; }}
		location /api {{ return 200 "{{}}"; }}
	}}
}}
"""
VSFTPD = """
listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
run_as_launching_user=NO
anonymous_enable=YES
anon_upload_enable=YES
no_anon_password=NO
write_enable=YES
anon_root={dir}/ftp
local_enable=NO
secure_chroot_dir={dir}/empty
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=NO
require_ssl_reuse={reuse}
implicit_ssl={implicit}
ssl_ciphers=HIGH
rsa_cert_file={dir}/c.pem
rsa_private_key_file={dir}/k.pem
pasv_min_port=30000
pasv_max_port=30010
seccomp_sandbox=NO
"""
WEB = ["curl", "-sk", "--resolve", "lab.example:443:127.0.0.1"]
URLS = ["https://lab.example/" + name for name in ("page.txt", "missing", "old", "broken")]
# Python's client says AUTH TLS, where curl says AUTH SSL, and does not resume the session of the control connection.
PYTHON = [sys.executable, os.path.abspath(__file__), "--ftp"]
FTP = ["curl", "-sk", "--ssl-reqd", "--user", "anonymous:secret@example"]

# name: server's configuration, the client's commands, words that must be read, how many records stay closed
CASES = {
    "nginx-tls12-http1": (NGINX, [WEB + ["--http1.1", "--tls-max", "1.2", "--compressed"] + URLS,
                                  WEB + ["--http1.1", "--tls-max", "1.2", "-d", "a=b", "https://lab.example/api"]],
                          ["http : GET /page.txt", "http : 200", "http : GET /missing", "http : 404", "http : 301",
                           "http : 503", "http : POST /api"]),
    "nginx-tls13-http1": (NGINX, [WEB + ["--http1.1", "--tlsv1.3"] + URLS],
                          ["http : GET /page.txt", "http : 200", "http : 404", "http : 503"]),
    "nginx-tls12-http2": (NGINX, [WEB + ["--http2", "--tls-max", "1.2", "-Z"] + URLS],
                          ["http2 : ", "GET /page.txt", "200", "404"]),
    "nginx-tls13-http2": (NGINX, [WEB + ["--http2", "--tlsv1.3", "-Z"] + URLS],
                          ["http2 : ", "GET /page.txt", "200", "503"]),
    "vsftpd-tls12": (VSFTPD, [FTP + ["--tls-max", "1.2", "ftp://127.0.0.1/", "ftp://127.0.0.1/page.txt"]],
                     ["ftp command AUTH", "ftp command PROT", "ftp command USER", "ftp command EPSV",
                      "ftp command LIST", "ftp command RETR", "ftp reply code 226"]),
    "vsftpd-tls13": (VSFTPD, [FTP + ["--tlsv1.3", "ftp://127.0.0.1/", "ftp://127.0.0.1/missing.txt"]],
                     ["ftp command AUTH", "ftp command PROT", "ftp command LIST", "ftp reply code 550"]),
    "vsftpd-auth-tls": (VSFTPD, [PYTHON], ["ftp command AUTH", "ftp command PROT", "ftp command RETR",
                                           "ftp reply code 226"]),
    "vsftpd-reuse": (VSFTPD, [PYTHON], ["ftp command AUTH", "ftp command PROT", "ftp command RETR",
                                        "ftp reply code 522"]),
    "vsftpd-implicit": (VSFTPD, [FTP + ["ftps://127.0.0.1:990/page.txt"]],
                        ["ftp command USER", "ftp command RETR", "ftp reply code 226"]),
}


# What is wrong in them, at warning or above, once they are decrypted; without the keys nothing is.
FINDINGS = {name: ["http/server-error"] for name in CASES if name.startswith("nginx")}
FINDINGS["vsftpd-reuse"] = ["ftp/tls-session-reuse"]


def client():
    """Fetches a file twice over a control connection that AUTH TLS has encrypted."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.keylog_filename = os.environ["SSLKEYLOGFILE"]
    ftp = ftplib.FTP_TLS(context=context, timeout=5)
    ftp.connect("127.0.0.1", 21)
    ftp.login("anonymous", "secret@example")
    ftp.prot_p()
    for _ in range(2):
        try:
            ftp.retrbinary("RETR page.txt", lambda data: None)
        except ftplib.all_errors as problem:
            print(problem)
    ftp.quit()


def seal(path):
    """Nobody computes checksums on a loopback."""
    trace = open(path, "rb").read()
    out, at = [trace[:24]], 24
    while at < len(trace):
        length = struct.unpack_from("<I", trace, at + 8)[0]
        head, frame = trace[at:at + 16], trace[at + 16:at + 16 + length]
        size = struct.unpack_from("!H", frame, 16)[0]
        start = 14 + (frame[14] & 15) * 4
        segment = frame[start:start + 16] + b"\0\0" + frame[start + 18:14 + size]
        value = traces.checksum(frame[26:34] + struct.pack("!BBH", 0, 6, len(segment)) + segment)
        out.append(head + frame[:start + 16] + struct.pack("!H", value) + frame[start + 18:])
        at += 16 + length
    with open(path, "wb") as file:
        file.write(b"".join(out))


def make(name, directory):
    """Runs inside a network of its own, as root."""
    template, commands, _ = CASES[name]
    ftp, implicit = template is VSFTPD, "implicit" in name
    path = os.path.join(directory, "server.conf")
    port = 990 if implicit else 21 if ftp else 443
    with open(path, "w") as file:
        file.write(template.format(dir=directory, port=port, implicit="YES" if implicit else "NO",
                                   reuse="NO" if name == "vsftpd-auth-tls" else "YES"))
    subprocess.run(["ip", "link", "set", "lo", "mtu", "1500", "up"], check=True)
    subprocess.run(["ethtool", "-K", "lo", "tso", "off", "gso", "off", "gro", "off"], stderr=subprocess.DEVNULL)
    trace, keys = os.path.join(directory, name + ".pcap"), os.path.join(directory, name + ".keys")
    sniffer = subprocess.Popen(["tcpdump", "-i", "lo", "-Z", "root", "-U", "-q", "-w", trace, "tcp"],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = subprocess.Popen(["vsftpd", path] if ftp else ["nginx", "-c", path, "-p", directory])
    time.sleep(1)
    for command in commands:
        subprocess.run(command, env=dict(os.environ, SSLKEYLOGFILE=keys), stdout=subprocess.DEVNULL, timeout=20)
    time.sleep(2)
    sniffer.terminate()
    sniffer.wait()
    server.terminate()
    server.wait()
    seal(trace)


def store(data):
    tools = ["nginx", "vsftpd", "curl", "tcpdump", "ip", "unshare", "openssl", "ethtool"]
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing or os.getuid():
        sys.exit("needs root and " + " ".join(missing or tools))
    for name in CASES:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as directory:
            os.chmod(directory, 0o755)
            for folder in ("www", "ftp", "empty"):
                os.mkdir(os.path.join(directory, folder))
            for folder in ("www", "ftp"):
                with open(os.path.join(directory, folder, "page.txt"), "w") as file:
                    file.write("".join("line %d of a page\n" % i for i in range(150)))
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", directory + "/k.pem",
                            "-out", directory + "/c.pem", "-days", "36500", "-subj", "/CN=lab.example", "-addext",
                            "subjectAltName=DNS:lab.example"], check=True, stderr=subprocess.DEVNULL)
            subprocess.run(["unshare", "-n", sys.executable, os.path.abspath(__file__), "--make", name, directory],
                           check=True)
            for end in (".pcap", ".keys"):
                shutil.copy(os.path.join(directory, name + end), data)
            print(name, os.path.getsize(os.path.join(data, name + ".pcap")), "bytes")


def said(culprit, trace, *options):
    done = subprocess.run([culprit, "packets", "--csv", "-q", trace, *options], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()
    return list(csv.DictReader(io.StringIO(done.stdout.decode())))


def words(culprit, trace, *options):
    return " | ".join(row["message"] for row in said(culprit, trace, *options))


def secrets(culprit, trace, *options):
    """Why records stay closed, and how many were opened."""
    table = said(culprit, trace, "-e", "tls.decrypted", "-e", "tls.secrets", *options)
    cells = lambda name: [one for row in table for one in row[name].split(",") if one]
    return cells("tls.secrets"), len(cells("tls.decrypted"))


def findings(culprit, trace, *options):
    done = subprocess.run([culprit, "diagnose", "--csv", "-q", trace, *options], stdout=subprocess.PIPE)
    table = csv.DictReader(io.StringIO(done.stdout.decode()))
    # How busy the machine was is not what this is about.
    return sorted({row["id"] for row in table if row["severity"] in ("warning", "error", "critical") and
                   not row["id"].startswith("perf/") and row["id"] != "tls/handshake-slow"})


def judge(culprit, data, name):
    trace, keys = os.path.join(data, name + ".pcap"), os.path.join(data, name + ".keys")
    hidden, open_words = words(culprit, trace), words(culprit, trace, "--keylog", keys)
    for word in CASES[name][2]:
        assert word in open_words, "not read: " + word + " in " + open_words
    closed, opened = secrets(culprit, trace, "--keylog", keys)
    assert opened > 5 and not closed, "%d records opened, closed: %s" % (opened, closed)
    assert secrets(culprit, trace) == ([], 0), "something is opened without keys"
    assert "ftp command USER" not in hidden and "http : GET" not in hidden, hidden
    found = findings(culprit, trace, "--keylog", keys)
    assert found == FINDINGS.get(name, []), found
    found = findings(culprit, trace)
    assert found == [], "without the keys: %s" % found
    with tempfile.NamedTemporaryFile("w", suffix=".keys") as other:
        text = open(keys).read().rstrip("\n")
        other.write("\n".join(line[:-2] + "%02x" % (int(line[-2:], 16) ^ 1) if line[:1].isupper() else line
                              for line in text.split("\n")) + "\n")
        other.flush()
        closed, opened = secrets(culprit, trace, "--keylog", other.name)
        assert not opened and set(closed) == {"2"}, "wrong keys: %d opened, %s" % (opened, set(closed))
    stranger = os.path.join(data, "tls13-chacha.keys")
    closed, opened = secrets(culprit, trace, "--keylog", stranger)
    assert not opened and set(closed) == {"1"}, "keys of others: %d opened, %s" % (opened, set(closed))
    return "%d records" % opened


def main():
    if sys.argv[1] == "--store":
        return store(sys.argv[2])
    if sys.argv[1] == "--ftp":
        return client()
    if sys.argv[1] == "--make":
        return make(*sys.argv[2:])
    culprit, data = os.path.abspath(sys.argv[1]), sys.argv[2]
    failed = 0
    for number, name in enumerate(CASES, 1):
        try:
            judge(culprit, data, name)
            print("ok %d - %s" % (number, name))
        except AssertionError as problem:
            failed += 1
            print("not ok %d - %s\n# %s" % (number, name, str(problem)[:2000]))
    print("1..%d" % len(CASES))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())

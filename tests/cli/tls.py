#!/usr/bin/env python3
"""Decryption of TLS, on connections of a real openssl s_server and s_client, version by version and cipher family by
cipher family.

usage: tls.py CULPRIT DATA            the stored captures, and new ones where there is an openssl
       tls.py --store DIR             makes the stored captures anew

A relay between the two ends writes down what they say, so that neither a recorder nor root is needed: what it saw
becomes a pcap file. The stored captures were made in the same way. Every record that is decrypted has passed its
authentication code, so that counting them is proof enough.
"""
import csv
import hashlib
import io
import json
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import traces

CLIENT, SERVER = "10.99.0.1", "10.99.0.2"
PLAIN = "GET / HTTP/1.0\r\n\r\n"
OLD = ["-cipher", "ALL:@SECLEVEL=0"]

# name: server's options, client's options, what the client types, facts
CASES = {
    "tls10-cbc": (["-tls1"] + OLD, ["-tls1", "-cipher", "ECDHE-RSA-AES256-SHA:@SECLEVEL=0"], PLAIN, "0x0301"),
    "tls11-cbc": (["-tls1_1"] + OLD, ["-tls1_1", "-cipher", "AES128-SHA:@SECLEVEL=0"], PLAIN, "0x0302"),
    "tls12-cbc-sha1": (["-tls1_2"], ["-cipher", "ECDHE-RSA-AES128-SHA"], PLAIN, "0x0303"),
    "tls12-cbc-sha384": (["-tls1_2"], ["-cipher", "ECDHE-RSA-AES256-SHA384"], PLAIN, "0x0303"),
    "tls12-cbc-mac-then-encrypt": (["-tls1_2", "-no_etm"], ["-cipher", "ECDHE-RSA-AES128-SHA256"], PLAIN, "0x0303"),
    "tls12-camellia": (["-tls1_2"] + OLD, ["-cipher", "ECDHE-RSA-CAMELLIA128-SHA256"], PLAIN, "0x0303"),
    "tls12-gcm": (["-tls1_2"], ["-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], PLAIN, "0x0303"),
    "tls12-gcm-256": (["-tls1_2"], ["-cipher", "DHE-RSA-AES256-GCM-SHA384"], PLAIN, "0x0303"),
    "tls12-aria": (["-tls1_2"] + OLD, ["-cipher", "ECDHE-ARIA128-GCM-SHA256"], PLAIN, "0x0303"),
    "tls12-ccm": (["-tls1_2"] + OLD, ["-cipher", "DHE-RSA-AES128-CCM"], PLAIN, "0x0303"),
    "tls12-ccm8": (["-tls1_2"] + OLD, ["-cipher", "AES128-CCM8"], PLAIN, "0x0303"),
    "tls12-chacha": (["-tls1_2"], ["-cipher", "ECDHE-RSA-CHACHA20-POLY1305"], PLAIN, "0x0303"),
    "tls12-rsa": (["-tls1_2"], ["-cipher", "AES128-GCM-SHA256"], PLAIN, "0x0303"),
    "tls12-null": (["-tls1_2", "-cipher", "ALL:eNULL:@SECLEVEL=0"], ["-cipher", "NULL-SHA256:@SECLEVEL=0"], PLAIN,
                   "0x0303"),
    "tls12-renegotiation": (["-tls1_2", "-rev", "-client_renegotiation"],
                            ["-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], "abc\n|R\n|def\n|Q\n", "0x0303"),
    "tls13-aes128": (["-tls1_3"], ["-ciphersuites", "TLS_AES_128_GCM_SHA256"], PLAIN, "0x0304"),
    "tls13-aes256": (["-tls1_3"], ["-ciphersuites", "TLS_AES_256_GCM_SHA384"], PLAIN, "0x0304"),
    "tls13-chacha": (["-tls1_3"], ["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"], PLAIN, "0x0304"),
    "tls13-ccm": (["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"],
                  ["-ciphersuites", "TLS_AES_128_CCM_SHA256"], PLAIN, "0x0304"),
    "tls13-ccm8": (["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"],
                   ["-ciphersuites", "TLS_AES_128_CCM_8_SHA256"], PLAIN, "0x0304"),
    "tls13-retry": (["-tls1_3", "-groups", "P-384"], ["-groups", "X25519:P-384"], PLAIN, "0x0304"),
    "tls13-key-update": (["-tls1_3", "-rev"], [], "abc\n|K\n|def\n|k\n|ghi\n|Q\n", "0x0304"),
    "tls13-client-certificate": (["-tls1_3", "-verify", "1"], ["-cert", "{dir}/c.pem", "-key", "{dir}/k.pem"], PLAIN,
                                 "0x0304"),
}
# With the client's session of a first connection: the second one is kept.
AGAIN = {
    "tls12-resumed": (["-tls1_2", "-no_ticket"], ["-cipher", "AES128-SHA256"], PLAIN, "0x0303"),
    "tls12-ticket": (["-tls1_2"], ["-cipher", "AES128-SHA256"], PLAIN, "0x0303"),
    "tls13-resumed": (["-tls1_3"], [], PLAIN, "0x0304"),
    "tls13-early-data": (["-tls1_3", "-early_data"], ["-early_data", "{dir}/early"], "abc\n|Q\n", "0x0304"),
}
STORED = ["tls10-cbc", "tls12-cbc-mac-then-encrypt", "tls12-gcm", "tls12-chacha", "tls12-ccm8", "tls12-rsa",
          "tls12-renegotiation", "tls13-aes256", "tls13-chacha", "tls13-retry", "tls13-key-update",
          "tls13-early-data", "tls12-ticket"]


class Relay(threading.Thread):
    """Passes one connection on and remembers the pieces: (from the client?, bytes)."""

    def __init__(self, to):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.to, self.pieces = self.listener.getsockname()[1], to, []

    def run(self):
        near, _ = self.listener.accept()
        self.listener.close()
        far = socket.create_connection(("127.0.0.1", self.to))
        open_ends = {near: far, far: near}
        while open_ends:
            for end in select.select(list(open_ends), [], [], 10)[0]:
                try:
                    data = end.recv(1400)
                    self.pieces.append((end is near, data))
                    open_ends[end].sendall(data) if data else open_ends[end].shutdown(socket.SHUT_WR)
                except OSError:
                    data = b""
                if not data:
                    open_ends.pop(end, None)
        near.close(), far.close()

    def trace(self, port=443, earlier=0):
        made = traces.Trace()
        made.time -= earlier
        seq = {True: 1000, False: 5000}
        ends = {True: (CLIENT, 40000, SERVER, port), False: (SERVER, port, CLIENT, 40000)}
        made.tcp(*ends[True], traces.SYN, 999, 0)
        made.tcp(*ends[False], traces.SYN | traces.ACK, 4999, 1000)
        made.tcp(*ends[True], traces.ACK, 1000, 5000)
        for by_client, data in self.pieces:
            flags = traces.ACK | (traces.PSH if data else traces.FIN)
            made.tcp(*ends[by_client], flags, seq[by_client], seq[not by_client], data, 60000)
            seq[by_client] += len(data) or 1
        return made.bytes()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_client(command, typed):
    client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for part in typed.split("|"):
        time.sleep(0.15)
        try:
            client.stdin.write(part.encode())
            client.stdin.flush()
        except OSError:
            break
    try:
        client.wait(3)
    except subprocess.TimeoutExpired:
        client.terminate()
        client.wait()
    try:
        client.stdin.close()
    except OSError:
        pass
    return client.stderr.read().decode(errors="replace")


def connect(directory, case, again):
    """Makes the connection; returns a pcap file, the key log and the connection before it, or what went wrong."""
    server_options, client_options, typed, _ = case
    fill = lambda words: [word.replace("{dir}", directory) for word in words]
    port = free_port()
    mode = [] if {"-rev", "-early_data"} & set(server_options) else ["-www"]
    keys = os.path.join(directory, "keys")
    session = os.path.join(directory, "session")
    server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:%d" % port, "-key", directory + "/k.pem",
                               "-cert", directory + "/c.pem"] + mode + fill(server_options),
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.02)
        quiet = [] if "|" in typed else ["-quiet"]
        early = "-early_data" in client_options
        first = None
        for turn in range(2 if again else 1):
            last = turn == (1 if again else 0)
            relay = Relay(port)
            relay.start()
            if os.path.exists(keys) and not again:
                os.remove(keys)
            options = fill(client_options)
            if early and not last:
                options = []
            options += (["-sess_in", session] if again and last else ["-sess_out", session] if again else [])
            said = run_client(["openssl", "s_client", "-connect", "127.0.0.1:%d" % relay.port, "-keylogfile", keys,
                               "-servername", "lab.example"] + quiet + options, typed)
            relay.join(10)
            first = first or relay
        if not relay.pieces or not os.path.exists(keys) or b"_" not in open(keys, "rb").read():
            return None, said, None
        return relay.trace(), open(keys, "rb").read(), first.trace(444, 10_000_000)
    finally:
        server.terminate()
        server.communicate()


def certificate(directory):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", directory + "/k.pem",
                    "-out", directory + "/c.pem", "-days", "36500", "-subj", "/CN=lab.example", "-addext",
                    "subjectAltName=DNS:lab.example"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(directory + "/early", "w") as file:
        file.write("early\n")


def rows(culprit, trace, *options):
    fields = ["tls.record.content_type", "tls.record.opaque_type", "tls.decrypted", "tls.secrets",
              "tls.handshake.type", "tls.handshake.verify_data"]
    command = [culprit, "packets", "--csv", "-q", trace, *options]
    for field in fields:
        command += ["-e", field]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert said.returncode == 0, said.stderr.decode()
    return list(csv.DictReader(io.StringIO(said.stdout.decode())))


def count(table, field, value=None):
    found = [one for row in table for one in row[field].split(",") if one]
    return len([one for one in found if value is None or one == value])


def judge(culprit, trace, options, least=2):
    """Everything behind the hellos is opened, and both ends' Finished can be read."""
    table = rows(culprit, trace, *options)
    assert count(table, "tls.handshake.verify_data") >= least, "a Finished is missing"
    assert count(table, "tls.secrets") == 0, "a record stays closed"
    opened = count(table, "tls.decrypted")
    hidden = count(rows(culprit, trace), "tls.decrypted")
    assert opened >= least + 2 and hidden == 0, (opened, hidden)
    return opened


number = failed = 0


def report(name, work):
    global number, failed
    number += 1
    try:
        note = work()
        print("ok %d - %s%s" % (number, name, " # SKIP " + note if isinstance(note, str) else ""))
    except AssertionError as problem:
        failed += 1
        print("not ok %d - %s\n# %s" % (number, name, str(problem).replace("\n", "\n# ")))


def quic_rows(culprit, trace):
    said = subprocess.run([culprit, "packets", "--csv", "-q", trace], stdout=subprocess.PIPE).stdout.decode()
    return [row["message"].replace("QUIC: ", "").replace("Initial, ", "") for row in csv.DictReader(io.StringIO(said))]


def shared_ports(culprit, data):
    """Speech, its keys and its addresses on one pair of ports: RFC 7983."""
    stun, answer = (bytes.fromhex(text) for text in (
        "000100002112a442010203040506070809101112",
        "0101000c2112a4420102030405060708091011120020000800010c47e112a643"))
    trace, ends = traces.Trace(), (("10.0.0.5", 40000), ("192.0.2.9", 50000))
    trace.udp(*ends[0], *ends[1], stun, 5000)
    trace.udp(*ends[1], *ends[0], answer, 5000)
    trace.udp(*ends[0], *ends[1], b"\x17\xfe\xfd\0\1" + bytes(6) + b"\0\x08" + bytes(8), 5000)
    for i in range(6):
        trace.udp(*ends[0], *ends[1], struct.pack(">BBHII", 0x80, 0, i, 160 * i, 7) + bytes(160), 20000)
    trace.udp(*ends[0], *ends[1], stun, 5000)
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "shared.pcap")
        with open(path, "wb") as file:
            file.write(trace.bytes())
        said = subprocess.run([culprit, "packets", "--csv", "-q", path], stdout=subprocess.PIPE).stdout.decode()
        assert findings(culprit, path) == [], findings(culprit, path)
    found = [row["message"] for row in csv.DictReader(io.StringIO(said))]
    assert found[:3] == ["stun : Binding request", "stun : Binding success, the client is 192.0.2.1:11605",
                         "DTLS: Application"], found
    assert found[6:] == ["rtp : PCMU %d" % i for i in (3, 4, 5)] + ["stun : Binding request"], found


def datagrams(culprit, data):
    """DTLS of openssl and GnuTLS: cookies, fragments, and what ends it; STUN and TURN of coturn."""
    trace = os.path.join(data, "..", "dtls", "dtls.pcap")
    said = subprocess.run([culprit, "packets", "--csv", "-q", trace], stdout=subprocess.PIPE).stdout.decode()
    found = [row["message"].replace("DTLS: ", "") for row in csv.DictReader(io.StringIO(said))]
    greeting, part = ["Client Hello", "Hello Verify Request", "Client Hello"], "Certificate (part)"
    end = ["Application", "Encrypted Alert", "Encrypted Alert"]
    rest = "Client Key Exchange, Change Cipher Spec, Encrypted Data"
    done = "Certificate, Server Key Exchange, Server Hello Done"
    ticket = "New Session Ticket, Change Cipher Spec, Encrypted Data"
    wanted = (greeting + ["Server Hello, " + done, rest, ticket] + end +
              greeting + ["Server Hello, " + part] + [part] * 5 + [done, rest, ticket] + end +
              greeting + ["Server Hello"] + [part] * 4 + ["Certificate", "Server Key Exchange", "Certificate Request",
                                                          "Server Hello Done", "Certificate, " + rest] +
              ticket.split(", ") + ["Application"] + end[:2] +
              greeting + ["Alert handshake failure"] +
              greeting + ["Server Hello, " + part] + [part] * 3 + [
                  "Certificate, Server Key Exchange (part)", "Server Key Exchange (part)",
                  "Server Key Exchange, Server Hello Done", "Alert unknown CA"] +
              greeting + ["Alert protocol version"])
    assert found == wanted, [pair for pair in zip(found, wanted) if pair[0] != pair[1]][:3]
    rows = quic_fields(culprit, trace, "dtls.handshake.extensions_server_name", "dtls.handshake.cookie_length",
                       "dtls.handshake.ja4", "dtls.handshake.message_seq")
    assert [row[0] for row in rows[:3]] == ["dtls.example", "", "dtls.example"], rows[:3]
    assert [row[1] for row in rows[:3]] == ["0", "20", "20"], rows[:3]
    assert rows[0][2].startswith("dd2d"), rows[0]
    said = subprocess.run([culprit, "sessions", trace, "udp:1"], stdout=subprocess.PIPE).stdout.decode()
    assert "DTLS 1.2, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 for dtls.example; certificate of dtls.example" in " ".join(
        said.split()), said
    wanted = ["tls/cert-untrusted", "tls/no-common-cipher", "tls/version-mismatch"]
    assert findings(culprit, trace) == wanted, findings(culprit, trace)
    trace = os.path.join(data, "..", "dtls", "stun.pcap")
    assert findings(culprit, trace) == [], findings(culprit, trace)
    rows = quic_fields(culprit, trace, "stun.type.method", "stun.att.ipv4", "stun.att.port", "stun.att.error")
    assert rows[1] == ["0x0001", "10.9.9.2,10.9.9.2,10.9.9.1", "52147,52147,3478", ""], rows[1]
    assert rows[3][3] == "1", rows[3]


def findings(culprit, trace, least=("error", "warning", "critical")):
    said = json.loads(subprocess.run([culprit, "--json", trace], stdout=subprocess.PIPE).stdout.decode())
    return sorted(one["id"] for one in said["findings"] if one["severity"] in least)


def quic_fields(culprit, trace, *fields):
    command = [culprit, "packets", "--csv", "-q", trace]
    for field in fields:
        command += ["-e", field]
    return list(csv.reader(io.StringIO(subprocess.run(command, stdout=subprocess.PIPE).stdout.decode())))[1:]


def quic_pieces(culprit, data):
    """Hellos in several datagrams are told with the one that completes them, and once."""
    whole, part, again, server = ("Client Hello (quic.example)", "Client Hello (part)", "Client Hello (again)", "Server Hello")
    wanted = [part, whole, server,                   # in order
              part, "Initial", whole,                # the last part first
              part, again, whole,                    # repeated and overlapping
              part, whole,                           # in small frames out of order
              part,                                  # the first datagram is not in the trace
              part, whole, "Server Hello (part)", server,
              whole + ", 0-RTT",                     # two Initials in one datagram
              part, part, whole]                     # another connection on the same ports
    trace = os.path.join(data, "..", "quic", "pieces.pcap")
    found = quic_rows(culprit, trace)
    assert found[:len(wanted)] == wanted, found
    assert set(found[len(wanted):]) == {part}, found[len(wanted):]
    told = [number for number, row in enumerate(found, 1) if whole in row]
    rows = quic_fields(culprit, trace, "tls.handshake.length", "tls.handshake.extensions_server_name", "tls.handshake.ja4")
    lists = ("1301,1302", "000a,000d,002b,002d,0033_0403,0804")     # github.com/FoxIO-LLC/ja4: sorted, without 0 and 16
    print_ = "_".join(["q13d0207h3"] + [hashlib.sha256(words.encode()).hexdigest()[:12] for words in lists])
    hello = ["1370", "quic.example", print_]
    assert [number for number, row in enumerate(rows, 1) if row[1]] == told, rows
    assert all(rows[number - 1] == hello for number in told), rows
    said = subprocess.run([culprit, "sessions", trace, "udp:1"], stdout=subprocess.PIPE).stdout.decode()
    assert "TLS 1.3, TLS_AES_128_GCM_SHA256 for quic.example" in said, said
    said = subprocess.run([culprit, "sessions", trace, "udp:3"], stdout=subprocess.PIPE).stdout.decode()
    assert findings(culprit, trace) == [], findings(culprit, trace)
    assert "does not hold the answer to the Client Hello for quic.example" in " ".join(said.split()), said


def quic_real(culprit, data):
    """What a real client and server said: a ticket that needs three datagrams, another group, no cipher, a Retry."""
    whole, part = "Client Hello (localhost)", "Client Hello (part)"
    wanted = [part, "Initial", part, whole + ", 0-RTT",
              "Server Hello, Handshake, Protected Payload", "Handshake", whole, "Hello Retry Request", whole,
              "Server Hello, Handshake, Protected Payload", "Handshake, Protected Payload", whole,
              "Connection Close: alert handshake failure"]
    trace = os.path.join(data, "..", "quic", "quic-real.pcap")
    found = quic_rows(culprit, trace)
    assert found == wanted, found
    rows = quic_fields(culprit, trace, "quic.cc.error_code", "quic.cc.error_code.tls_alert")
    assert rows[12] == ["296", "40"], rows[12]
    assert findings(culprit, trace) == ["tls/no-common-cipher"], findings(culprit, trace)
    # Behind the Retry two in version 2 as a draft; in the last connection it is the server who wants it.
    found = quic_rows(culprit, os.path.join(data, "..", "quic", "second.pcap"))
    assert found == [whole, "Retry"] + [whole, "Server Hello, Handshake, Protected Payload", "Handshake",
                                        "Handshake, Protected Payload"] * 3, found


def quic(culprit, data):
    """The keys of Initials follow from the client's first one, or the first one behind a Retry."""
    trace = os.path.join(data, "..", "quic", "quic.pcap")
    wanted = ["Version Negotiation", "Client Hello (quic.example)", "Server Hello, Handshake", "Initial",
              "Protected Payload", "Protected Payload", "Client Hello (quic.example)",
              "Connection Close: alert no application protocol (no application protocol)", "Client Hello (quic.example)",
              "Retry", "Client Hello (quic.example)", "Server Hello, Handshake"]
    found = quic_rows(culprit, trace)
    assert found[1:] == wanted, found
    table = quic_fields(culprit, trace, "quic.packet_number", "quic.crypto.length", "tls.handshake.type",
                        "tls.handshake.ciphersuite", "tls.handshake.extensions_alpn_str", "quic.retry_token",
                        "quic.supported_version", "quic.token", "quic.cc.error_code")
    assert findings(culprit, trace) == ["tls/fatal-alert"], findings(culprit, trace)
    token = b"come back with this".hex()
    expected = {1: ["", "", "", "", "", "", "0x00000001,0x6b3343cf", "", ""],
                2: ["0", "54,100", "1", "0x1301,0x1302", "h3", "", "", "", ""],
                3: ["0", "90", "2", "0x1301", "", "", "", "", ""],
                4: ["1", "", "", "", "", "", "", "", ""],
                8: ["0", "", "", "", "", "", "", "", "376"],
                10: ["", "", "", "", "", token, "", "", ""],
                11: ["1", "154", "1", "0x1301,0x1302", "h3", "", "", token, ""],
                12: ["0", "90", "2", "0x1301", "", "", "", "", ""]}
    for row, values in expected.items():
        assert table[row] == values, table[row]


def stored(culprit, data):
    for name in STORED:
        trace, keys = (os.path.join(data, name + end) for end in (".pcap", ".keys"))
        report("stored " + name, lambda: judge(culprit, trace, ("--keylog", keys)))
    trace = os.path.join(data, "tls12-rsa.pcap")
    report("a private key", lambda: judge(culprit, trace, ("--tls-key", os.path.join(data, "k.pem"))))

    def ticket():
        # The master secret of a session that is resumed is that of the one before it.
        one, other = (os.path.join(data, "tls12-ticket%s.pcap" % end) for end in ("-first", ""))
        table = rows(culprit, one, other, "--tls-key", os.path.join(data, "k.pem"))
        assert count(table, "tls.handshake.verify_data") == 4 and count(table, "tls.secrets") == 0
    report("a private key and a ticket", ticket)

    def wrong(option, file, secrets):
        def work():
            table = rows(culprit, os.path.join(data, "tls12-gcm.pcap"), option, file)
            assert count(table, "tls.decrypted") == 0
            assert count(table, "tls.secrets", secrets) >= 2, table
        return work
    report("QUIC: hellos of both ends, a Retry, other versions", lambda: quic(culprit, data))
    report("QUIC: hellos in several datagrams", lambda: quic_pieces(culprit, data))
    report("QUIC: real ones, and version 2", lambda: quic_real(culprit, data))
    report("DTLS and STUN", lambda: datagrams(culprit, data))
    report("DTLS, STUN and RTP share ports", lambda: shared_ports(culprit, data))
    with tempfile.TemporaryDirectory() as directory:
        changed = os.path.join(directory, "changed")
        text = open(os.path.join(data, "tls12-gcm.keys")).read().rstrip("\n")
        with open(changed, "w") as file:
            file.write("\n".join(line[:-2] + "00" if not line.startswith("#") else line
                                 for line in text.split("\n")) + "\n")
        report("a wrong key is said", wrong("--keylog", changed, "2"))
        report("a missing key is said", wrong("--keylog", os.path.join(data, "tls13-aes256.keys"), "1"))
        report("a private key does not open Diffie-Hellman", wrong("--tls-key", os.path.join(data, "k.pem"), "1"))

        def details(options, words):
            said = subprocess.run([culprit, "sessions", *options, os.path.join(data, "tls12-gcm.pcap"), "1"],
                                  stdout=subprocess.PIPE).stdout.decode()
            said = " ".join(said.split())
            assert words in said and "TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 for lab.example" in said, said
        keys = os.path.join(data, "tls12-gcm.keys")
        def noted(options, expected):
            said = subprocess.run([culprit, "diagnose", *options, os.path.join(data, "tls12-gcm.pcap")],
                                  capture_output=True, text=True).stderr
            assert ("open none of the" in said) == expected, said
        report("keys that open nothing are noted",
               lambda: noted(["--keylog", os.path.join(data, "tls13-aes256.keys")], True))
        report("… but not keys that fit", lambda: noted(["--keylog", keys], False))
        report("… nor without a word asked for",
               lambda: noted(["-q", "--keylog", os.path.join(data, "tls13-aes256.keys")], False))
        report("details say that it was decrypted", lambda: details(["--keylog", keys], "; decrypted"))
        report("… or not, and why", lambda: details(["--keylog", os.path.join(data, "tls13-aes256.keys")],
                                                    "no key for it in the key log"))
        report("… or that the key is wrong", lambda: details(["--keylog", changed], "does not fit"))
        report("… or that nobody tried", lambda: details([], "; encrypted"))

        def inside():
            said = subprocess.run([culprit, "packets", "--keylog", keys, os.path.join(data, "tls12-gcm.pcap")],
                                  stdout=subprocess.PIPE).stdout.decode()
            assert "http : GET /" in said, said
        report("what is inside is told like any other", inside)

        def refuse(option, content):
            path = os.path.join(directory, "no-secrets")
            with open(path, "w") as file:
                file.write(content)
            said = subprocess.run([culprit, "diagnose", option, path, trace], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            assert said.returncode == 2 and b"no-secrets" in said.stderr, (said.returncode, said.stderr)
        report("what is no key log is refused", lambda: refuse("--keylog", "hello\n"))
        report("what is no private key is refused", lambda: refuse("--tls-key", "hello\n"))


def live(culprit):
    if not shutil.which("openssl"):
        report("live", lambda: "there is no openssl")
        return
    with tempfile.TemporaryDirectory() as directory:
        certificate(directory)
        for name, case, again in [(n, c, False) for n, c in CASES.items()] + [(n, c, True) for n, c in AGAIN.items()]:
            def work():
                pcap, keys, _ = connect(directory, case, again)
                if not pcap:
                    return "this openssl cannot: " + " ".join(keys.split("\n")[-2:])[:60]
                paths = os.path.join(directory, name + ".pcap"), os.path.join(directory, name + ".keys")
                for path, content in zip(paths, (pcap, keys)):
                    with open(path, "wb") as file:
                        file.write(content)
                table = rows(culprit, paths[0], "--keylog", paths[1])
                if count(table, "tls.handshake.type", "2") == 0:
                    return "this openssl does not make such a connection"
                return None if judge(culprit, paths[0], ("--keylog", paths[1])) else None
            report("live " + name, work)


def store(data):
    with tempfile.TemporaryDirectory() as directory:
        certificate(directory)
        shutil.copy(directory + "/k.pem", data)
        for name in STORED:
            case = CASES.get(name) or AGAIN[name]
            pcap, keys, first = connect(directory, case, name in AGAIN)
            assert pcap, (name, keys)
            if name == "tls12-ticket":
                with open(os.path.join(data, name + "-first.pcap"), "wb") as file:
                    file.write(first)
            for end, content in ((".pcap", pcap), (".keys", keys)):
                with open(os.path.join(data, name + end), "wb") as file:
                    file.write(content)


if __name__ == "__main__":
    if sys.argv[1] == "--store":
        store(sys.argv[2])
    else:
        stored(os.path.abspath(sys.argv[1]), sys.argv[2])
        live(os.path.abspath(sys.argv[1]))
        print("1..%d" % number)
        sys.exit(failed > 0)

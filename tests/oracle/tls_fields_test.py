#!/usr/bin/env python3
"""Fields of TLS handshakes and certificates against tshark's, packet by packet.

usage: tls_fields_test.py CULPRIT DATA...      captures, or folders of them

Known differences, which are left out: records of application data are told where they begin and tshark tells them where
they end; times are written differently; tshark takes FT_NONE items as 1.
"""
import csv
import io
import os
import shutil
import subprocess
import sys

FIELDS = """tls.handshake.type tls.handshake.length tls.handshake.version tls.handshake.random_bytes
tls.handshake.session_id_length tls.handshake.session_id tls.handshake.cipher_suites_length tls.handshake.ciphersuite
tls.handshake.comp_methods_length tls.handshake.comp_method tls.handshake.extensions_length
tls.handshake.extension.type tls.handshake.extension.len tls.handshake.extensions_server_name
tls.handshake.extensions_server_name_len tls.handshake.extensions_supported_group
tls.handshake.extensions_supported_groups_length tls.handshake.extensions_ec_point_format
tls.handshake.sig_hash_alg_len tls.handshake.extensions_alpn_str
tls.handshake.extensions_alpn_len tls.handshake.extensions.supported_version
tls.handshake.extensions_key_share_group tls.handshake.extensions_key_share_key_exchange_length
tls.extension.psk_ke_mode tls.handshake.extensions_reneg_info_len tls.handshake.certificates_length
tls.handshake.certificate_length tls.handshake.server_named_curve tls.handshake.server_point_len
tls.handshake.client_point_len tls.handshake.sig_len tls.handshake.epms_len tls.handshake.cert_types_count
tls.handshake.session_ticket_lifetime_hint tls.handshake.session_ticket_length tls.handshake.ja3
tls.handshake.ja3s tls.alert_message.desc x509af.serialNumber x509af.utcTime x509sat.uTF8String
x509ce.dNSName x509af.extension.id""".split()
# Drafts of TLS 1.3 that tshark reads with the rules of its final form, and the other way round.
DRAFTS = ("unknown-ca-48", "tls-to-plain-http-port", "chrome-draft")
# Spoken inside a protocol that has decoders of its own; tshark knows FTP's AUTH TLS, but not AUTH SSL.
LATE = ("smtp-starttls", "vsftpd-tls1")
AT_ONCE = 24


def rows(command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode(errors="replace")


def compare(culprit, path, fields):
    wanted = [word for field in fields for word in ("-e", field)]
    theirs = rows(["tshark", "-r", path, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=,"] + wanted)
    ours = list(csv.reader(io.StringIO(rows([culprit, "packets", "--csv", "-q", path] + wanted))))[1:]
    equal, wrong = 0, []
    for number, (line, row) in enumerate(zip(theirs.split("\n"), ours), 1):
        for field, their, our in zip(fields, line.split("\t"), row):
            if their == our:
                equal += bool(our)
            else:
                wrong.append("%s packet %d %s: %s, tshark %s" % (os.path.basename(path), number, field, our[:80],
                                                                their[:80]))
    return equal, wrong


def main():
    if not shutil.which("tshark"):
        print("there is no tshark")
        sys.exit(77)
    paths = []
    for word in sys.argv[2:]:
        if os.path.isdir(word):
            paths += sorted(os.path.join(word, name) for name in os.listdir(word) if ".pcap" in name)
        elif os.path.exists(word):
            paths.append(word)
    equal, wrong = 0, []
    for path in paths:
        if any(name in path for name in DRAFTS + LATE):
            continue
        for start in range(0, len(FIELDS), AT_ONCE):
            same, differ = compare(sys.argv[1], path, FIELDS[start:start + AT_ONCE])
            equal += same
            wrong += differ
    print("%d values are equal, %d differ" % (equal, len(wrong)))
    print("\n".join(wrong[:40]))
    sys.exit(1 if wrong or not equal else 0)


main()

"""Filters select the same packets in culprit and in tshark.

usage: filter_test.py CULPRIT filters.txt

filters.txt has one filter a line; a line may end with " # PACKETS differ: why" where the two differ for a reason that is
known. The packets are those of several captures of others, put into one file by mergecap. The captures are not part of
this repository: ../shared/traces beside it, or the directory in CULPRIT_TRACES. Without them, or without tshark, the
test is skipped.
"""
import os
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
AT_LEAST = 150
CAPTURES = """
    tcp/sack-one-loss.cap tcp/handshake.pcapng tcp/zero-window-10ms.pcapng tcp/fast-retransmit-dupack.pcapng
    tcp/port-closed-3-tries.pcapng tcp/teardown.pcapng tcp/keepalive-idle-iot.pcap tcp/modem-2-losses.pcap
    tcp/span-duplicates-http.pcap tcp/pmtud-works-frag-needed.pcapng tcp/bad-checksum-one-packet.dmp
    icmp/fragmented-ping.pcap icmp/host-unreachable-ping.pcap icmp/ping.pcap icmp/pmtu-traceroute.cap
    icmp/traceroute.pcapng icmp/v6-too-big.pcap dns/query-response.pcapng dns/nxdomain.pcapng
    dns/servers-silent.pcapng dns/tcp-41-queries.pcap dhcp/lease-normal.pcapng dhcp/dhcpv6-lease.pcapng
    link/arp-good.pcapng link/arp-gratuitous.pcapng link/stp-topology-change.cap link/vlan-first-ping-lost.cap
    link/hsrp-failover.cap formats/pcap-linux-sll2-http.pcap formats/pcap-linux-sll-ftp-pasv.dmp
    formats/pcap-gre-ping.cap formats/pcap-mpls-ping.cap formats/pcap-ipv6-icmp.cap formats/pcap-vlan-qinq.cap
    formats/pcap-pppoe-http.dmp formats/pcap-chdlc-ping.cap formats/pcap-frame-relay-ping.cap
    formats/snoop-truncated-snaplen.snoop dhcp/discover-5-tries-then-lease.pcap mixed/web-and-dns-home.pcap
    """.split()
PREFERENCES = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")


def read_filters(path):
    filters = []
    for line in open(path):
        line = line.rstrip("\n")
        if line and not line.startswith("#"):
            match = re.match(r"(.*?)\s+# (\d+) differ: (.*)$", line)
            filters.append((match.group(1), int(match.group(2))) if match else (line, 0))
    return filters


def selected(output):
    return [int(line) for line in output.split() if line.isdigit()]


def main():
    program, path = sys.argv[1:3]
    here = os.path.dirname(os.path.abspath(__file__))
    traces = os.environ.get("CULPRIT_TRACES") or os.path.join(here, "../../../shared/traces")
    captures = [os.path.join(traces, name) for name in CAPTURES]
    captures = [name for name in captures if os.path.exists(name)]
    if len(captures) < 10:
        print("skipped: no captures at", os.path.normpath(traces))
        return SKIPPED
    with tempfile.TemporaryDirectory() as directory:
        merged = os.path.join(directory, "merged.pcapng")
        try:
            run(["mergecap", "-a", "-w", merged] + captures)
        except OSError:
            print("skipped: no mergecap")
            return SKIPPED
        filters = read_filters(path)
        wrong, packets, used = [], 0, 0
        for text, allowed in filters:
            code, out, complaint = run(["tshark", "-r", merged, "-Y", text, "-T", "fields", "-e", "frame.number"]
                                       + PREFERENCES)
            if code:
                print("tshark does not take:", text, complaint.strip().split("\n")[0])
                continue
            theirs = selected(out)
            code, out, complaint = run([program, "packets", "--csv", "-q", "-Y", text, "-e", "frame.number", merged])
            ours = selected(out)
            used += 1
            packets += len(theirs)
            different = sorted(set(ours) ^ set(theirs))
            if code or len(different) != allowed:
                wrong.append("%s: %d of culprit's, %d of tshark's; first that differ: %s %s" % (
                    text, len(ours), len(theirs), different[:5], complaint.strip()[:150]))
    print("\n".join(wrong))
    print("%d filters, %d packets selected, %d differ" % (used, packets, len(wrong)))
    return 1 if wrong or used < AT_LEAST else 0


if __name__ == "__main__":
    sys.exit(main())

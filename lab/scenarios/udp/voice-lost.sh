story="The line to the server's side loses one in twelve packets of a voice stream"
cause=udp/stream-loss party=network place=client-side
must_client="" party_client="network|none"
scene() {
	serve s /usr/bin/python3 "$lab/chat.py" sink 20000
	listens s 20000 udp
	fault r1m in udp dport 20000 chance 8 drop
	chat rtp $S 20000 160
}

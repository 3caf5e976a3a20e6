"""Counts, for some seconds, the UDP packets that this network namespace sees, by pair of ports.

Usage: udp-ports.py SECONDS. Prints a JSON list of [port, other port, packets], the busiest first.
"""

import collections
import json
import socket
import struct
import sys
import time

ALL_PROTOCOLS = 3
IPV4, IPV6, UDP = 0x0800, 0x86DD, 17

capture = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS))
capture.settimeout(0.2)
pairs = collections.Counter()
deadline = time.monotonic() + float(sys.argv[1])
while time.monotonic() < deadline:
    try:
        packet, (_, protocol, *_) = capture.recvfrom(65535)
    except TimeoutError:
        continue
    if protocol == IPV4 and packet[9] == UDP:
        start = (packet[0] & 15) * 4
    elif protocol == IPV6 and packet[6] == UDP:
        start = 40
    else:
        continue
    pairs[tuple(sorted(struct.unpack_from("!HH", packet, start)))] += 1
print(json.dumps([[*ports, count] for ports, count in pairs.most_common()]))

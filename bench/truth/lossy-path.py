"""Two network namespaces with real Linux TCP, joined by a path that loses and delays IP packets.

usage: lossy-path.py LOSS DELAY_MS SEED -- COMMAND...

COMMAND finds the namespaces' names in NET_A and NET_B and the first's address in ADDRESS_A. Nothing is lost until it sends
SIGUSR1 to the process of CARRIER, so that connections are made first, as in an experiment of the simulation. LOSS is the chance of each IP
packet in either direction, DELAY_MS the time of one way. TCP has the settings of a plain Linux (CUBIC, no offloading, so that
a packet on the path is a segment). Needs root and iproute2; the kernel needs no netem.
"""
import ctypes
import fcntl
import heapq
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

SIOCETHTOOL = 0x8946
# Receive and send checksums, scatter/gather, TSO, GSO, GRO: off.
OFFLOADS = (0x15, 0x17, 0x19, 0x1F, 0x24, 0x2C)
ETH_P_ALL, ETH_P_IP = 3, 0x0800


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def without_offloading(name):
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for command in OFFLOADS:
        value = ctypes.create_string_buffer(struct.pack('II', command, 0))
        request = struct.pack('16sP', name.encode(), ctypes.addressof(value))
        try:
            fcntl.ioctl(probe, SIOCETHTOOL, request)
        except OSError:
            pass
    probe.close()


def open_end(namespace, address):
    """A namespace, and a raw socket at the near end of its only cable."""
    inside, near = f'i{namespace}', f'n{namespace}'
    run('ip', 'netns', 'add', namespace)
    run('ip', 'link', 'add', inside, 'type', 'veth', 'peer', 'name', near)
    without_offloading(inside)
    without_offloading(near)
    run('ip', 'link', 'set', inside, 'netns', namespace)
    run('ip', '-n', namespace, 'addr', 'add', f'{address}/24', 'dev', inside)
    run('ip', '-n', namespace, 'link', 'set', inside, 'up')
    run('ip', '-n', namespace, 'link', 'set', 'lo', 'up')
    run('ip', 'link', 'set', near, 'up', 'promisc', 'on')
    settings = 'echo cubic > /proc/sys/net/ipv4/tcp_congestion_control; echo 1 > /proc/sys/net/ipv4/tcp_no_metrics_save'
    run('ip', 'netns', 'exec', namespace, 'sh', '-c', settings)
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    raw.bind((near, 0))
    raw.setblocking(False)
    return raw


def is_ip(frame):
    return struct.unpack_from('!H', frame, 12)[0] == ETH_P_IP


def carry(ends, loss, delay, chance, losing, stop):
    """Until `stop`: takes what comes out at one end, and puts it in at the other after the delay, or, once it is `losing`, loses it."""
    flying, number = [], 0
    while not stop.is_set():
        pause = min(0.05, max(0, flying[0][0] - time.monotonic())) if flying else 0.05
        for end in select.select(ends, [], [], pause)[0]:
            while True:
                try:
                    frame, origin = end.recvfrom(65535)
                except BlockingIOError:
                    break
                if origin[2] == socket.PACKET_OUTGOING:
                    continue
                if losing.is_set() and is_ip(frame) and chance.random() < loss:
                    continue
                number += 1
                # Address resolution is neither lost nor late: it is no part of what is measured.
                due = time.monotonic() + (delay if is_ip(frame) else 0)
                heapq.heappush(flying, (due, number, 1 - ends.index(end), frame))
        now = time.monotonic()
        while flying and flying[0][0] <= now:
            _, _, to, frame = heapq.heappop(flying)
            try:
                ends[to].send(frame)
            except OSError:
                pass


def main():
    loss, delay, seed = float(sys.argv[1]), float(sys.argv[2]) / 1000, int(sys.argv[3])
    command = sys.argv[sys.argv.index('--') + 1:]
    names = [f'{side}{os.getpid()}' for side in 'ab']
    losing, stop = threading.Event(), threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_: losing.set())
    # Ahead of whatever else runs here, and with it COMMAND: a busy machine must not look like a slow network.
    os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        ends = [open_end(name, f'10.99.0.{i}') for i, name in enumerate(names, 1)]
        carrier = threading.Thread(target=carry, args=(ends, loss, delay, random.Random(seed), losing, stop))
        carrier.start()
        environment = {**os.environ, 'NET_A': names[0], 'NET_B': names[1], 'ADDRESS_A': '10.99.0.1', 'CARRIER': str(os.getpid())}
        code = subprocess.run(command, env=environment).returncode
        stop.set()
        carrier.join()
        return code
    finally:
        stop.set()
        for name in names:
            subprocess.run(['ip', 'netns', 'del', name], capture_output=True)


sys.exit(main())

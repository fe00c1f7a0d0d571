"""Runs paho-mqtt (1.6 or 2.x) against a broker and prints one JSON line for each check.

Usage: paho_suite.py HOST TCP_PORT WS_PORT TLS_PORT CA_FILE
"""
import hashlib
import itertools
import json
import sys
import threading
import time

import paho.mqtt.client as mqtt

HOST, TCP, WS, TLS, CA = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
VERSIONS = {"3.1": mqtt.MQTTv31, "3.1.1": mqtt.MQTTv311, "5": mqtt.MQTTv5}
results = []
lock = threading.Lock()


def check(name, ok, detail=""):
    with lock:
        results.append({"name": name, "ok": bool(ok), "detail": str(detail)})


class C:
    """A client with its messages kept and its callbacks turned into events."""

    def __init__(self, cid, version="3.1.1", clean=True, transport="tcp", tls=False, will=None):
        args = {"client_id": cid, "protocol": VERSIONS[version], "transport": transport}
        if version != "5":
            args["clean_session"] = clean
        if hasattr(mqtt, "CallbackAPIVersion"):
            args["callback_api_version"] = mqtt.CallbackAPIVersion.VERSION1
        self.v5, self.clean = version == "5", clean
        self.m = mqtt.Client(**args)
        self.m.max_inflight_messages_set(100)
        self.got, self.flags, self.rc = [], None, None
        self.up, self.subbed, self.down = threading.Event(), threading.Event(), threading.Event()
        self.down_rc = None
        self.m.on_connect = self.on_connect
        self.m.on_message = lambda _c, _u, m: self.got.append(m)
        self.m.on_subscribe = lambda *_a: self.subbed.set()
        self.m.on_disconnect = self.on_disconnect
        if tls:
            self.m.tls_set(ca_certs=CA)
        if will:
            self.m.will_set(*will)
        self.port = TLS if tls else WS if transport == "websockets" else TCP

    def on_connect(self, _c, _u, flags, rc, *_p):
        self.flags, self.rc = flags, rc
        self.up.set()

    def on_disconnect(self, _c, _u, rc, *_p):
        self.down_rc = rc
        self.down.set()

    def start(self, expiry=0):
        kw = {}
        if self.v5:
            from paho.mqtt.packettypes import PacketTypes
            from paho.mqtt.properties import Properties

            kw["clean_start"] = self.clean
            kw["properties"] = Properties(PacketTypes.CONNECT)
            kw["properties"].SessionExpiryInterval = 0 if self.clean else 100
        self.up.clear()
        self.m.connect(HOST, self.port, 30, **kw)
        self.m.loop_start()
        if not self.up.wait(5):
            raise RuntimeError("no CONNACK")
        return self

    def sub(self, *filters):
        self.subbed.clear()
        self.m.subscribe(list(filters))
        if not self.subbed.wait(5):
            raise RuntimeError("no SUBACK")
        return self

    def wait(self, n, seconds=5):
        end = time.time() + seconds
        while len(self.got) < n and time.time() < end:
            time.sleep(0.005)
        return len(self.got) >= n

    def stop(self):
        self.m.disconnect()
        self.m.loop_stop()

    def present(self):
        f = self.flags
        return f["session present"] if isinstance(f, dict) else f.session_present


def combos():
    subs, pubs = {}, {}
    for v in VERSIONS:
        subs[v] = C(f"cs{v}", v).start()
        subs[v].sub(*[(f"c/+/{v}/+/{q}", q) for q in (0, 1, 2)])
        pubs[v] = C(f"cp{v}", v).start()
    for pv, sv, pq, sq in itertools.product(VERSIONS, VERSIONS, (0, 1, 2), (0, 1, 2)):
        pubs[pv].m.publish(f"c/{pv}/{sv}/{pq}/{sq}", f"{pq}{sq}", pq)
    for v in VERSIONS:
        subs[v].wait(27)
    time.sleep(0.2)
    for pv, sv, pq, sq in itertools.product(VERSIONS, VERSIONS, (0, 1, 2), (0, 1, 2)):
        topic = f"c/{pv}/{sv}/{pq}/{sq}"
        found = [m.qos for m in subs[sv].got if m.topic == topic]
        check(f"paho {pv} QoS {pq} to {sv} QoS {sq}", found == [min(pq, sq)], found)
    for c in [*subs.values(), *pubs.values()]:
        c.stop()


def one_version(v):
    pub = C(f"p{v}", v).start()
    base = f"v{v}"

    pub.m.publish(f"{base}/r", "kept", 1, True).wait_for_publish()
    sub = C(f"s{v}", v).start().sub((f"{base}/#", 2))
    sub.wait(1)
    check(f"paho {v} retained", [(m.payload, m.retain) for m in sub.got] == [(b"kept", 1)], sub.got)
    pub.m.publish(f"{base}/r", "", 1, True)
    sub.wait(2)
    late = C(f"l{v}", v).start().sub((f"{base}/r", 1))
    late.wait(1, 0.2)
    check(f"paho {v} retained cleared", late.got == [], late.got)
    late.stop()

    dying = C(f"d{v}", v, will=(f"{base}/will", "gone", 1, False)).start()
    sub.got.clear()
    dying.m.loop_stop()
    dying.m._sock.close()
    sub.wait(1)
    check(f"paho {v} will", [m.payload for m in sub.got] == [b"gone"], sub.got)

    kept = C(f"k{v}", v, clean=False).start().sub((f"{base}/q", 2))
    kept.stop()
    for q in (0, 1, 2):
        pub.m.publish(f"{base}/q", f"q{q}", q).wait_for_publish()
    kept.got.clear()
    kept = C(f"k{v}", v, clean=False)
    kept.start()
    kept.wait(2)
    check(f"paho {v} persistent session", [m.payload for m in kept.got] == [b"q1", b"q2"], kept.got)
    if v != "3.1":
        check(f"paho {v} session present", kept.present() in (1, True), kept.flags)
    kept.stop()

    # the will and the three messages are its too: one that comes late is not to be taken for one of the next
    sub.wait(4)
    sub.got.clear()
    big = bytes(range(256)) * 4096
    for q in (0, 1, 2):
        pub.m.publish(f"{base}/big", big, q)
    sub.wait(3, 10)
    digest = hashlib.sha256(big).digest()
    check(f"paho {v} 1 MB at QoS 0, 1, 2", sorted(m.qos for m in sub.got) == [0, 1, 2]
          and all(hashlib.sha256(m.payload).digest() == digest for m in sub.got), len(sub.got))

    sub.got.clear()
    topic = f"{base}/온도/Straße/🌡"
    pub.m.publish(topic, "유니코드", 1)
    sub.wait(1)
    check(f"paho {v} unicode topic", [(m.topic, m.payload.decode()) for m in sub.got] == [(topic, "유니코드")], sub.got)

    every = C(f"e{v}", v).start().sub(("#", 0), ("+/#", 0))
    C(f"noise{v}", v).start().stop()
    every.wait(1, 0.2)
    check(f"paho {v} $SYS hidden from #", not any(m.topic.startswith("$") for m in every.got), every.got)

    first = C(f"t{v}", v).start()
    C(f"t{v}", v).start().stop()
    first.down.wait(3)
    code = getattr(first.down_rc, "value", first.down_rc)
    check(f"paho {v} takeover", first.down.is_set() and (v != "5" or code == 0x8E), first.down_rc)
    first.m.loop_stop()
    for c in (pub, sub, every):
        c.stop()


def transports():
    for name, kw in {"WebSocket": {"transport": "websockets"}, "TLS": {"tls": True}}.items():
        for v in ("3.1.1", "5"):
            c = C(f"x{name}{v}", v, **kw).start().sub((f"x/{name}/{v}", 2))
            c.m.publish(f"x/{name}/{v}", "y" * 70000, 2)
            c.wait(1)
            check(f"paho {v} over {name}", len(c.got) == 1 and len(c.got[0].payload) == 70000, c.got)
            c.stop()


def guarded(name, task, *args):
    try:
        task(*args)
    except Exception as e:  # a failed task is a failed check, with its reason
        check(name, False, repr(e))


threads = [threading.Thread(target=guarded, args=("combinations", combos))]
threads += [threading.Thread(target=guarded, args=(f"version {v}", one_version, v)) for v in VERSIONS]
threads += [threading.Thread(target=guarded, args=("transports", transports))]
for t in threads:
    t.start()
for t in threads:
    t.join(25)
print(json.dumps({"paho": getattr(mqtt, "__version__", __import__("paho.mqtt").mqtt.__version__), "results": results}))

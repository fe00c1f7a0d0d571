"""96 cases of real clients at one broker; prints what came of each as one line of JSON.

python3 paho_cases.py PORT
"""

import json
import queue
import sys

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PORT = int(sys.argv[1])
SECONDS = 60
LEVELS = (mqtt.MQTTv31, mqtt.MQTTv311, mqtt.MQTTv5)
outcomes = {}
# a filter, and topics of which it matches the last alone
FILTERS = (
    ("w/+/b", ["w/a/c", "w/a/b"]),
    ("h/#", ["g", "h"]),
    ("p/+", ["p", "p/x/y", "p/x"]),
    ("q/+/+", ["q/x", "q/x/y"]),
    ("r//t", ["r/t", "r//t"]),
    ("u/+/#", ["u", "u/v"]),
    ("v/", ["v", "v/"]),
    ("#", ["$own/x", "all/x"]),
)


class Peer:
    """A client of which every answer is waited for."""

    def __init__(self, name, level, clean=True, will=None):
        old = {"callback_api_version": mqtt.CallbackAPIVersion.VERSION1} if hasattr(mqtt, "CallbackAPIVersion") else {}
        session = {} if level == mqtt.MQTTv5 else {"clean_session": clean}
        self.client = mqtt.Client(client_id=name, protocol=level, **session, **old)
        self.happened = queue.Queue()
        self.messages = queue.Queue()
        put = self.happened.put
        self.client.on_connect = lambda _c, _u, flags, rc, *_: put((int(getattr(rc, "value", rc)), flags["session present"]))
        self.client.on_subscribe = lambda _c, _u, _mid, granted, *_: put([int(getattr(g, "value", g)) for g in granted])
        self.client.on_unsubscribe = lambda *_: put("unsubscribed")
        self.client.on_disconnect = lambda *_: put("disconnected")
        self.client.on_message = lambda _c, _u, m: self.messages.put(m)
        if will:
            self.client.will_set(*will)
        more = {}
        if level == mqtt.MQTTv5:
            more["clean_start"] = clean
            if not clean:
                more["properties"] = Properties(PacketTypes.CONNECT)
                more["properties"].SessionExpiryInterval = 600
        self.client.connect("127.0.0.1", PORT, 60, **more)
        self.client.loop_start()
        self.connected = self.happened.get(timeout=SECONDS)

    def subscribe(self, topic, qos=2):
        self.client.subscribe(topic, qos)
        return self.happened.get(timeout=SECONDS)

    def unsubscribe(self, topic):
        self.client.unsubscribe(topic)
        return self.happened.get(timeout=SECONDS)

    def publish(self, topic, payload, qos=1, retain=False, properties=None):
        more = {"properties": properties} if properties else {}
        self.client.publish(topic, payload, qos, retain, **more).wait_for_publish(SECONDS)

    def got(self):
        m = self.messages.get(timeout=SECONDS)
        said = m.properties.json() if getattr(m, "properties", None) else {}
        return [m.topic, len(m.payload), m.payload[:20].decode("latin1"), m.qos, bool(m.retain), said]

    def leave(self):
        self.client.disconnect()
        self.happened.get(timeout=SECONDS)


def handshakes(level):
    sub, pub = Peer(f"sub{level}", level), Peer(f"pub{level}", level)
    outcomes[f"connected {level}"] = [sub.connected, pub.connected]
    for granted in (0, 1, 2):
        for qos in (0, 1, 2):
            topic = f"cases/{level}/{granted}/{qos}"
            answer = sub.subscribe(topic, granted)
            pub.publish(topic, f"{granted} {qos}", qos)
            outcomes[f"publish {topic}"] = [answer, sub.got()]
    for qos in (0, 1, 2):
        topic = f"kept/{level}/{qos}"
        pub.publish(topic, "kept", qos, True)
        # QoS 0 has no answer: one of QoS 1 behind it says that it has arrived.
        pub.publish("kept/end", "x", 1)
        outcomes[f"retained {topic}"] = [sub.subscribe(topic), sub.got()]
        pub.publish(topic, b"", 1, True)
        sub.got()
    for filter_, topics in FILTERS:
        answer = sub.subscribe(f"{level}{filter_}" if filter_ != "#" else filter_)
        for topic in topics:
            pub.publish(f"{level}{topic}" if filter_ != "#" else topic, "x", 1)
        outcomes[f"filter {level} {filter_}"] = [answer, sub.got()]
    sub.unsubscribe("#")
    topic = f"cases/{level}/0/0"
    answer = sub.unsubscribe(topic)
    pub.publish(topic, "nobody", 1)
    pub.publish(f"cases/{level}/1/1", "somebody", 1)
    outcomes[f"unsubscribe {level}"] = [answer, sub.got()]
    for qos in (0, 1, 2):
        sub.subscribe(f"will/{level}/{qos}")
        dying = Peer(f"dying{level}", level, will=(f"will/{level}/{qos}", "gone", qos, False))
        dying.client.socket().shutdown(2)
        outcomes[f"will {level} {qos}"] = sub.got()
        dying.client.disconnect()
    sub.leave()
    sessions(level, pub)
    pub.leave()


def sessions(level, pub):
    topic = f"away/{level}"
    first = Peer(f"away{level}", level, clean=False)
    first.subscribe(topic)
    first.leave()
    for qos in (1, 2):
        pub.publish(topic, f"while away {qos}", qos)
    again = Peer(f"away{level}", level, clean=False)
    outcomes[f"session {level}"] = [first.connected, again.connected]
    for qos in (1, 2):
        outcomes[f"queued {level} {qos}"] = again.got()
    again.leave()
    Peer(f"away{level}", level, clean=True).leave()


def properties():
    both = Peer("both", mqtt.MQTTv5)
    for size in (0, 1, 127, 128, 16_383, 16_384, 70_000):
        both.subscribe(f"size/{size}")
        both.publish(f"size/{size}", b"x" * size, 2)
        outcomes[f"size {size}"] = both.got()
    given = {
        "UserProperty": ("name", "value"),
        "ContentType": "text/plain",
        "ResponseTopic": "answer/here",
        "CorrelationData": b"\x00\x01",
        "PayloadFormatIndicator": 1,
    }
    both.subscribe("properties")
    for name, value in given.items():
        some = Properties(PacketTypes.PUBLISH)
        setattr(some, name, value)
        both.publish("properties", "x", 1, properties=some)
        outcomes[f"property {name}"] = both.got()
    both.leave()


for each in LEVELS:
    handshakes(each)
properties()
print(json.dumps(outcomes))

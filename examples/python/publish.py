#!/usr/bin/env python3
"""Publishes a small JSON message, again and again. Works with paho-mqtt 1.6 and 2.x.

    python3 publish.py --host 127.0.0.1 --port 1883

With QoS 1 or 2 each message is waited for, so that the count printed at the end is what the broker has acknowledged.
"""

import argparse
import json
import sys
import time

import paho.mqtt.client as mqtt

# The spelling is that of the exercise this belongs to; subscribers look for exactly this.
MESSAGE = {"succcess": "ok"}


def new_client(client_id):
    """A client for either generation of the library: 2.x requires the callback API version."""
    if hasattr(mqtt, "CallbackAPIVersion"):
        return mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=client_id)
    return mqtt.Client(client_id=client_id)


def read_arguments():
    parser = argparse.ArgumentParser(description="Publish JSON to an MQTT topic.")
    parser.add_argument("--host", default="127.0.0.1", help="address of the broker")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--topic", default="common")
    parser.add_argument("--qos", type=int, choices=(0, 1, 2), default=1)
    parser.add_argument("--count", type=int, default=0, help="messages to send, 0 for no end")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between messages")
    parser.add_argument("--id", default="", help="client identifier")
    return parser.parse_args()


def main():
    args = read_arguments()
    client = new_client(args.id)
    try:
        client.connect(args.host, args.port, keepalive=30)
    except OSError as error:
        sys.exit(f"no broker at {args.host}:{args.port}: {error}")
    client.loop_start()
    payload = json.dumps(MESSAGE)
    sent = 0
    try:
        while args.count == 0 or sent < args.count:
            if sent > 0:
                time.sleep(args.interval)
            client.publish(args.topic, payload, qos=args.qos).wait_for_publish()
            sent += 1
            print(f"{sent}: {args.topic} {payload}", flush=True)
    except KeyboardInterrupt:
        pass
    client.disconnect()
    client.loop_stop()
    print(f"published {sent} at QoS {args.qos}")


if __name__ == "__main__":
    main()

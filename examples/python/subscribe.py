#!/usr/bin/env python3
"""Prints what is published to a topic. Works with paho-mqtt 1.6 and 2.x.

    python3 subscribe.py --host 127.0.0.1 --port 1883
"""

import argparse
import json
import sys

import paho.mqtt.client as mqtt


def new_client(client_id):
    """A client for either generation of the library: 2.x requires the callback API version."""
    if hasattr(mqtt, "CallbackAPIVersion"):
        return mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=client_id)
    return mqtt.Client(client_id=client_id)


def read_arguments():
    parser = argparse.ArgumentParser(description="Print the messages of an MQTT topic.")
    parser.add_argument("--host", default="127.0.0.1", help="address of the broker")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--topic", default="common", help="topic filter; + and # are wildcards")
    parser.add_argument("--qos", type=int, choices=(0, 1, 2), default=1)
    parser.add_argument("--count", type=int, default=0, help="messages to wait for, 0 for no end")
    parser.add_argument("--id", default="", help="client identifier")
    return parser.parse_args()


def describe(payload):
    """JSON as the values in it, anything else as text."""
    text = payload.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def main():
    args = read_arguments()
    client = new_client(args.id)
    received = 0

    # The last parameters differ between the library's generations; none of them is needed here.
    def on_connect(client, _userdata, _flags, reason, *_):
        if reason != 0:
            sys.exit(f"the broker refused the connection: {reason}")
        client.subscribe(args.topic, qos=args.qos)

    def on_subscribe(*_):
        print(f"subscribed to {args.topic} at QoS {args.qos}", flush=True)

    def on_message(client, _userdata, message):
        nonlocal received
        received += 1
        again = " (sent again)" if message.dup else ""
        print(f"{received}: {message.topic} QoS {message.qos} {describe(message.payload)}{again}", flush=True)
        if received == args.count:
            client.disconnect()

    client.on_connect = on_connect
    client.on_subscribe = on_subscribe
    client.on_message = on_message
    try:
        client.connect(args.host, args.port, keepalive=30)
        client.loop_forever()
    except OSError as error:
        sys.exit(f"no broker at {args.host}:{args.port}: {error}")
    except KeyboardInterrupt:
        pass
    print(f"received {received}")


if __name__ == "__main__":
    main()

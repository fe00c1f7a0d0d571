import type { BrokerAddress } from '../lab/client-snippets'

/** A whole client for this broker: subscribes, publishes once, prints what arrives. Runs with paho-mqtt 1 and 2. */
export function pythonLines(a: BrokerAddress, topic: string): string {
  return [
    'import random',
    'import paho.mqtt.client as mqtt',
    '',
    'def on_connect(client, *_):',
    `    client.subscribe("${topic}", qos=1)`,
    '',
    'def on_subscribe(client, *_):',
    `    client.publish("${topic}", "Hello from Python", qos=1)`,
    '',
    'def on_message(client, userdata, message):',
    '    print(message.topic, message.payload.decode())',
    '',
    'name = f"python-{random.randrange(1000, 10000)}"',
    'api = getattr(mqtt, "CallbackAPIVersion", None)',
    'args = [api.VERSION2] if api else []',
    'client = mqtt.Client(*args, client_id=name)',
    'client.on_connect = on_connect',
    'client.on_subscribe = on_subscribe',
    'client.on_message = on_message',
    `client.connect("${a.host}", ${a.port})`,
    'client.loop_forever()',
  ].join('\n')
}

export const CLIENT_KINDS = ['paho', 'mosquitto', 'MQTTX'] as const
export type ClientKind = (typeof CLIENT_KINDS)[number]

export interface BrokerAddress {
  scheme: string
  host: string
  port: number
}

/** Reads `mqtt://127.0.0.1:1883`; null for what is not such an address. */
export function parseBrokerUrl(url: string | null): BrokerAddress | null {
  const found = /^(mqtts?|wss?):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?/.exec(url ?? '')
  if (!found) return null
  const [, scheme = 'mqtt', host = '', port] = found
  const defaults: Record<string, number> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 }
  return { scheme, host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? defaults[scheme]) }
}

/** Lines that connect a client to this broker, subscribe and publish; ready to paste. */
export function clientLines(kind: ClientKind, a: BrokerAddress, topic: string): string {
  switch (kind) {
    case 'paho':
      return [
        'import paho.mqtt.client as mqtt',
        'api = getattr(mqtt, "CallbackAPIVersion", None)  # paho 2',
        'c = mqtt.Client(*([api.VERSION2] if api else []), client_id="my-client")',
        `c.connect("${a.host}", ${a.port})`,
        'c.loop_start()',
        `c.publish("${topic}", "21.4", qos=1).wait_for_publish()`,
      ].join('\n')
    case 'mosquitto':
      return [
        `mosquitto_sub -h ${a.host} -p ${a.port} -t '#' -v`,
        `mosquitto_pub -h ${a.host} -p ${a.port} -i my-client \\`,
        `  -t '${topic}' -m '21.4' -q 1`,
      ].join('\n')
    case 'MQTTX':
      return [
        `mqttx sub -h ${a.host} -p ${a.port} -t '#'`,
        `mqttx pub -h ${a.host} -p ${a.port} -i my-client \\`,
        `  -t '${topic}' -m '21.4' -q 1`,
      ].join('\n')
  }
}

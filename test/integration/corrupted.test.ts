import { connect } from 'node:net'
import mqtt from 'mqtt'
import { afterEach, describe, expect, test } from 'vitest'
import { publishFrame } from '../helpers/link-rig'
import { mosquittoPath, NO_MOSQUITTO, startMosquitto } from '../helpers/mosquitto'
import { closeProxies, proxyTo } from '../helpers/proxy'
import { until } from '../helpers/until'

const CLIENTS = 40

afterEach(closeProxies)

/** CONNECT of MQTT 3.1.1 with a clean session. */
function connectFrame(clientId: string): Buffer {
  const id = Buffer.from(clientId)
  const body = Buffer.concat([Buffer.from('00044d5154540402003c00', 'hex'), Buffer.from([id.length]), id])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}

describe.skipIf(mosquittoPath === null)(
  `mosquitto and corrupted packets ${mosquittoPath === null ? `(${NO_MOSQUITTO})` : ''}`,
  () => {
    test('one bit turned over in a PUBLISH is passed on as another message, or ends that connection; never as what was sent', async () => {
      const broker = await startMosquitto()
      const straight = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { reconnectPeriod: 0 })
      try {
        const sent = mqttMessage(publishFrame(0, 0, 1))
        const got: string[] = []
        straight.on('message', (topic, payload) => got.push(`${topic}=${payload.toString('latin1')}`))
        await straight.subscribeAsync('#')
        const { proxy, port } = await proxyTo(`mqtt://127.0.0.1:${broker.port}`, {
          corrupt: 1,
          recovery: 'none',
        })
        let ended = 0
        for (let i = 0; i < CLIENTS; i++) {
          const socket = connect(port, '127.0.0.1')
          socket.on('error', () => undefined)
          socket.on('close', () => ended++)
          socket.write(Buffer.concat([connectFrame(`c${i}`), publishFrame(0, 0, 1)]))
          socket.resume()
        }
        await until(() => got.length + ended === CLIENTS, 'a message or an end for each')
        expect(proxy.report().altered).toEqual({ duplicate: 0, corrupt: CLIENTS })
        expect(got).not.toContain(sent)
        expect(got.length).toBeGreaterThan(0)
        expect(ended).toBeGreaterThan(0)
        // The broker is as well as before.
        await straight.publishAsync('after', 'x', { qos: 1 })
      } finally {
        await straight.endAsync(true)
        broker.stop()
      }
    })
  },
)

/** Topic and payload of a PUBLISH at QoS 0 with a short header. */
function mqttMessage(frame: Buffer): string {
  const end = 4 + frame.readUInt16BE(2)
  return `${frame.toString('utf8', 4, end)}=${frame.toString('latin1', end)}`
}

import { execFileSync, spawnSync } from 'node:child_process'
import type { PacketRow } from '../../../electron/contract/model'
import { PACKET_TYPES } from '../../../electron/contract/packet'

export const hasTshark = spawnSync('tshark', ['--version']).status === 0

/** What tshark and this program both say of an MQTT packet. */
export interface Compared {
  type: string
  id: number | null
  qos: number | null
  dup: boolean
  bytes: number
}

interface Layer {
  'mqtt.hdrflags_tree'?: Record<string, string>
  'mqtt.len'?: string
  'mqtt.msgid'?: string
}

const headerBytes = (length: number): number =>
  1 + (length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4)

/** The MQTT packets of a file by tshark, in its order. @param ports at which it must be told that MQTT is spoken */
export function byTshark(file: string, ports: readonly number[] = []): Compared[] {
  const decode = ports.flatMap((p) => ['-d', `tcp.port==${p},mqtt`])
  const args = ['-r', file, ...decode, '-Y', 'mqtt', '-T', 'json', '--no-duplicate-keys', '-J', 'mqtt']
  const text = execFileSync('tshark', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1e9,
  })
  const frames = JSON.parse(text) as { _source: { layers: { mqtt: Layer | Layer[] } } }[]
  return frames.flatMap(({ _source: { layers } }) => [layers.mqtt].flat().map(compared))
}

function compared(layer: Layer): Compared {
  const flags = layer['mqtt.hdrflags_tree'] ?? {}
  const type = PACKET_TYPES[Number(flags['mqtt.msgtype'])] ?? '?'
  const length = Number(layer['mqtt.len'])
  return {
    type,
    id: layer['mqtt.msgid'] === undefined ? null : Number(layer['mqtt.msgid']),
    qos: type === 'PUBLISH' ? Number(flags['mqtt.qos']) : null,
    dup: type === 'PUBLISH' && flags['mqtt.dupflag'] === '1',
    bytes: length + headerBytes(length),
  }
}

export const byUs = (rows: readonly PacketRow[]): Compared[] =>
  rows.map(({ type, packetId, qos, dup, bytes }) => ({ type, id: packetId, qos, dup, bytes }))

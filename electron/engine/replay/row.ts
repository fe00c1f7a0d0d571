import type { Seen } from './collector'
import { RecordingError } from './reader'

/** The names that a column, or a member of a line, may have; in this order where there are several. */
const NAMES = {
  topic: ['topic'],
  text: ['payload'],
  base64: ['payload_base64'],
  hex: ['payload_hex'],
  time: ['tst', 'time', 'timestamp'],
  seconds: ['seconds'],
  client: ['client', 'clientId', 'client_id', 'device'],
  direction: ['direction'],
  packetId: ['packet_id', 'mid'],
  dup: ['dup'],
  /** Bytes of the payload, and of those how many are missing. */
  length: ['payloadlen'],
  missing: ['payload_missing'],
} as const
export type Cell = keyof typeof NAMES

/** What stands in a row; undefined for what it does not have. */
export type Row = (cell: Cell) => string | undefined

/** Which of the names that a file has stands for what. */
export function cellsOf(names: readonly string[]): Partial<Record<Cell, string>> {
  const found = Object.entries(NAMES).map(([cell, known]) => [cell, known.find((n) => names.includes(n))])
  return Object.fromEntries(found.filter(([, name]) => name !== undefined)) as Partial<Record<Cell, string>>
}

/**
 * Unix ms of a time: ISO 8601, as mosquitto_sub writes it too (2026-11-26T18:17:23.481419Z+0900, local time with its offset),
 * or a number of seconds, or from 10^11 on of milliseconds.
 * @throws RecordingError
 */
export function timeOf(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return Math.abs(number) < 1e11 ? number * 1000 : number
  const [, fraction = ''] = /\.(\d+)/.exec(text) ?? []
  const whole = text.replace(/\.\d+/, '').replace(/Z?([+-]\d\d):?(\d\d)$/, '$1:$2')
  const ms = Date.parse(whole) + (fraction === '' ? 0 : Number(`0.${fraction}`) * 1000)
  if (Number.isNaN(ms))
    throw new RecordingError(`found the time ${text}; expected one such as 2026-11-26T18:17:23.5Z`)
  return ms
}

/** The message of a row. @throws RecordingError for one that has no topic, or a time that is none */
export function messageOf(row: Row): Seen {
  const topic = row('topic')
  if (topic === undefined) throw new RecordingError('found no topic; expected topic and payload in each row')
  const [time, seconds] = [row('time'), row('seconds')]
  return {
    // This program saves both; seconds are the finer ones.
    atMs: seconds ? timeOf(seconds) : time ? timeOf(time) : null,
    topic,
    payload: payloadOf(row),
    client: row('client') || null,
    downlink: row('direction') === 'downlink',
    packetId: Number(row('packetId') ?? 0) || 0,
    dup: ['1', 'true'].includes(row('dup') ?? ''),
  }
}

/** Null where the row says that it has not the payload as it was sent. */
function payloadOf(row: Row): Buffer | null {
  const [base64, hex] = [row('base64'), row('hex')]
  const payload = base64
    ? Buffer.from(base64, 'base64')
    : hex
      ? Buffer.from(hex.replace(/\s/g, ''), 'hex')
      : Buffer.from(row('text') ?? '')
  const length = row('length')
  const whole =
    Number(row('missing') ?? 0) === 0 && (length === undefined || Number(length) === payload.length)
  return whole ? payload : null
}

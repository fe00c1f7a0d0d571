/** A payload as the Traffic screen shows it. Input: one byte for what is kept of it, then the payload. */
import { jsonLines } from '../../../renderer/features/traffic/json-text'
import { hexRows, numericSeries, readPayload } from '../../../renderer/features/traffic/payload'
import { payloadText } from '../../../electron/engine/observe/traffic/payload-text'
import { check, same } from './check'

export function fuzz(data: Buffer): void {
  const truncated = ((data[0] ?? 0) & 1) === 1
  const bytes = data.subarray(1)
  const payload = readPayload(bytes, truncated)
  same(hexRows(bytes).length, Math.ceil(bytes.length / 8), 'every byte stands in the hexadecimal form')
  check(payloadText(bytes).length <= 200, 'the tree shows 200 characters')
  if (payload.kind === 'empty') return
  const signs = payload.parts.filter((p) => p.sign)
  check(
    signs.every((p) => /^[0-9A-F]{2}$/.test(p.text)),
    'a sign is the number of one byte',
  )
  const kept = payload.parts.reduce((n, p) => n + (p.sign ? 1 : Buffer.byteLength(p.text)), 0)
  check(
    kept === bytes.length || (truncated && bytes.length - kept < 4),
    'every byte is shown as text or as a sign',
  )
  numericSeries([
    { payload: bytes, truncated },
    { payload: bytes, truncated },
  ])
  if (payload.kind !== 'json') return
  const { lines, more } = jsonLines(payload.json, payload.json)
  check(!lines.some((l) => l.added || l.was !== null), 'nothing has changed since the same message')
  if (truncated || more > 0) return
  const text = lines.map((l) => `${l.key}${l.key && ':'}${l.value}${l.comma ? ',' : ''}`).join('')
  same(JSON.parse(text), JSON.parse(payload.text), 'the text that is laid out is the value that was sent')
}

import type { EngineApi } from '@contract/api'
import type { FilePart } from '@contract/model'

/** Reads a file part by part. @param next the part that begins at a byte */
async function readParts(next: (from: number) => Promise<FilePart>, type: string): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for (;;) {
    const part = await next(bytes)
    parts.push(part.bytes as Uint8Array<ArrayBuffer>)
    bytes += part.bytes.length
    if (part.done) return new Blob(parts, { type })
  }
}

const fromOf = (from: number): { from?: number } => (from === 0 ? {} : { from })

/** Reads the packets that match as a pcapng file. @param run with the scenario, as a kept run */
export const readCaptureFile = (api: EngineApi, filter: string, run = false): Promise<Blob> =>
  readParts(
    (from) => api.exportPcapng(from === 0 ? { filter, run } : { filter, from }),
    'application/x-pcapng',
  )

/** Reads the messages that match as lines of text. */
export const readMessages = (api: EngineApi, filter: string, as: 'csv' | 'jsonl'): Promise<Blob> =>
  readParts(
    (from) => api.exportMessages({ filter, as, ...fromOf(from) }),
    as === 'csv' ? 'text/csv' : 'application/x-ndjson',
  )

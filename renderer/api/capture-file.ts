import type { EngineApi } from '@contract/api'

/** Reads the packets that match as a pcapng file, part by part. @param run with the scenario, as a kept run */
export async function readCaptureFile(api: EngineApi, filter: string, run = false): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for (;;) {
    const part = await api.exportPcapng(bytes === 0 ? { filter, run } : { filter, from: bytes })
    parts.push(part.bytes as Uint8Array<ArrayBuffer>)
    bytes += part.bytes.length
    if (part.done) return new Blob(parts, { type: 'application/x-pcapng' })
  }
}

import type { EngineApi } from '@contract/api'

/** Bytes of one part: it is read by the engine within a few milliseconds. */
const PART_BYTES = 262_144

/** True for a file whose name says that it is a capture of Wireshark or tcpdump. */
export const isCaptureFile = (name: string): boolean => /\.(pcap|pcapng|cap)$/i.test(name)

/**
 * Sends a capture file to the engine part by part; it is never read as a whole.
 * @param sent told how much of it has gone, 0 to 1
 */
export async function uploadCapture(
  api: EngineApi,
  file: File,
  sent: (fraction: number) => void,
): Promise<void> {
  let at = 0
  do {
    const bytes = new Uint8Array(await file.slice(at, at + PART_BYTES).arrayBuffer())
    const done = at + bytes.length >= file.size
    await api.openCapture({ name: file.name, at, bytes, done })
    at += bytes.length
    sent(file.size === 0 ? 1 : at / file.size)
    if (done || bytes.length === 0) return
  } while (at < file.size)
}

import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { InspectReport } from '../contract/inspect-report'
import { CaptureFileError } from '../engine/import/file/frames'
import { Recording } from '../engine/import/recording'
import { EXIT, type Subcommand } from './command'
import { UsageError } from './failure'
import { inspectText } from './print/inspect-text'
import { checkOutputs, writeOutput } from './write-output'

const CHUNK_BYTES = 256 * 1024

/** `fleetlab inspect`: the MQTT handshakes of a capture file, and what is wrong with them. */
export const inspectCommand: Subcommand = (program, context, report) => {
  program
    .command('inspect')
    .description('read a capture of Wireshark or tcpdump and print what became of its MQTT handshakes')
    .argument('<file>', 'pcap or pcapng file')
    .option('--json <file>', 'write the result as JSON, - for standard output')
    .action(async (path: string, flags: { json?: string }) => {
      await checkOutputs([flags.json])
      const result = await readCapture(path, context.interrupt)
      if (result === null) {
        report(EXIT.interrupted)
        return
      }
      const text = `${JSON.stringify(result, null, 2)}\n`
      if (flags.json === '-') context.stdout.write(text)
      else context.stdout.write(inspectText(result))
      if (flags.json !== undefined && flags.json !== '-') await writeOutput(flags.json, text)
    })
}

/** Null when it was interrupted. @throws UsageError where it cannot be read */
async function readCapture(path: string, interrupt: AbortSignal): Promise<InspectReport | null> {
  const recording = new Recording(basename(path))
  try {
    const chunks = createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>
    for await (const chunk of chunks) {
      if (interrupt.aborted) return null
      recording.push(chunk)
    }
    recording.end()
  } catch (thrown) {
    if (thrown instanceof CaptureFileError) throw new UsageError(`${path}: ${thrown.message}`)
    if (thrown instanceof Error && 'syscall' in thrown) throw new UsageError(`${path}: cannot be read`)
    throw thrown
  }
  return recording.report()
}

import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { CaptureFileError } from '../engine/import/file/frames'
import { Recording } from '../engine/import/recording'
import { portNumber } from './arguments'
import { EXIT, type Subcommand } from './command'
import { UsageError } from './failure'
import { serveRecording } from './inspect-page'
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
    .option('--page', 'then show it on a page in the browser, until Ctrl-C')
    .option('--port <number>', 'port of the page, 0 for any free port', portNumber, 0)
    .action(async (path: string, flags: { json?: string; page?: true; port: number }) => {
      await checkOutputs([flags.json])
      const recording = await readCapture(path, context.interrupt)
      if (recording === null) {
        report(EXIT.interrupted)
        return
      }
      const result = recording.report()
      const text = `${JSON.stringify(result, null, 2)}\n`
      if (flags.json === '-') context.stdout.write(text)
      else context.stdout.write(inspectText(result))
      if (flags.json !== undefined && flags.json !== '-') await writeOutput(flags.json, text)
      if (flags.page) await serveRecording(context, recording, flags.port)
    })
}

/** Null when it was interrupted. @throws UsageError where it cannot be read */
async function readCapture(path: string, interrupt: AbortSignal): Promise<Recording | null> {
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
  return recording
}

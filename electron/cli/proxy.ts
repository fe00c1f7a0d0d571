import { createWriteStream, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { Option, type Command } from 'commander'
import { PACKET_TYPES } from '../contract/packet'
import { printable } from '../contract/printable'
import { scenarioSchema } from '../contract/scenario'
import { Type } from '../engine/mqtt/packet'
import type { PacketTransit } from '../engine/mqtt/transit'
import { startProxy } from '../engine/proxy/proxy'
import { duration, wholeNumber } from './arguments'
import type { CliContext, Subcommand } from './command'
import { UsageError } from './failure'
import { aborted } from './interrupt'
import { chance, dropText, listenAt, proxyScenario, type ProxyFlags } from './proxy-flags'
import { checkOutputs, writeOutput } from './write-output'

/** `fleetlab proxy`: a lossy network between any clients and any broker, until Ctrl-C. */
export const proxyCommand: Subcommand = (program, context) => {
  const command = program
    .command('proxy')
    .description('stand between real clients and a real broker, and lose, delay or cut, until Ctrl-C')
    .requiredOption(
      '--listen <address>',
      '[HOST:]PORT for the clients, or mqtts:// or ws:// before it',
      listenAt,
    )
    .requiredOption('--target <url>', 'the broker: mqtt://, mqtts://, ws:// or wss://')
    .option('--clients <pattern>', 'only for these client identifiers; * stands for any text', '*')
    .option('--seed <number>', 'which packets are lost follows from it', wholeNumber(0, 4_294_967_295), 1)
  linkOptions(command)
  command
    .option('--ca <file>', 'certificate to trust at the target')
    .option('--insecure', 'accept any certificate of the target')
    .option('--cert <file>', 'certificate for mqtts:// clients (default: one made on the spot)')
    .option('--key <file>', 'its private key')
    .option('--json <file>', 'write what passed and what was lost at the end, - for standard output')
    .option('--pcap <file>', 'write the newest packets at the end as pcapng, lost ones included')
    .option('--record <file>', 'write one JSON line for each packet')
    .action((flags: ProxyFlags) => run(flags, context))
}

function linkOptions(command: Command): void {
  command
    .addOption(
      new Option('--link <kind>', 'what kind of network').choices(['radio', 'tcp', 'cut']).default('radio'),
    )
    .option('--loss <share>', 'of the packets of PUBLISH handshakes, in each direction, such as 20%', chance)
    .option('--delay <duration>', 'in each direction, such as 40ms', duration)
    .option(
      '--drop <rule>',
      "lose by name, such as 'PUBACK to sensor-* every 3'; instead of --loss for those clients; may be repeated",
      dropText,
    )
    .addOption(
      new Option('--recovery <how>', 'what brings a lost packet back')
        .choices(['none', 'reconnect', 'link'])
        .default('reconnect'),
    )
    .option('--timeout <duration>', 'time without an answer until recovery', duration, 1000)
}

async function run(flags: ProxyFlags, context: CliContext): Promise<void> {
  await checkOutputs([flags.json, flags.pcap, flags.record])
  const parsed = scenarioSchema.safeParse(proxyScenario(flags))
  if (!parsed.success) throw new UsageError(`--target: ${parsed.error.issues[0]?.message ?? 'is not valid'}`)
  const record = flags.record === undefined ? null : createWriteStream(flags.record)
  const proxy = await startProxy({
    scenario: parsed.data,
    env: context.env,
    keep: flags.pcap !== undefined,
    ...(record && { watch: { settled: (p) => void record.write(`${line(p)}\n`) } }),
    log: ({ level, note, clientId, remote }) => {
      if (level !== 'info')
        context.stderr.write(`${level}: ${printable(`${clientId ?? remote ?? ''} ${note.text}`)}\n`)
    },
  })
  try {
    const out = flags.json === '-' ? context.stderr : context.stdout
    out.write(`proxy  ${proxy.listeners()[0]?.url ?? ''} to ${flags.target}\nPress Ctrl-C to stop.\n`)
    await aborted(context.interrupt)
  } finally {
    await proxy.close()
    await ended(record)
  }
  const { capture } = proxy
  if (flags.pcap !== undefined && capture) await writeOutput(flags.pcap, capture.pcapng('').bytes)
  const text = `${JSON.stringify(proxy.report(), null, 2)}\n`
  if (flags.json === '-') context.stdout.write(text)
  else if (flags.json !== undefined) await writeOutput(flags.json, text)
}

/** One packet as a line of JSON. Times are ms since the start; the payload is base64. */
function line(p: PacketTransit): string {
  const { packet } = p
  const publish = packet.type === Type.PUBLISH
  return JSON.stringify({
    sentMs: p.sentMs,
    settledMs: p.settledMs,
    client: p.clientId,
    direction: p.direction,
    type: PACKET_TYPES[packet.type],
    fate: p.state,
    ...(packet.packetId > 0 && { packetId: packet.packetId }),
    ...(publish && {
      topic: packet.topic,
      qos: packet.qos,
      dup: packet.dup,
      retain: packet.retain,
      payload: packet.payload.toString('base64'),
    }),
  })
}

async function ended(record: WriteStream | null): Promise<void> {
  if (record === null) return
  record.end()
  await finished(record)
}

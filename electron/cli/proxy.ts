import { Option, type Command } from 'commander'
import { maskedUrls } from '../contract/load-url'
import { PACKET_TYPES } from '../contract/packet'
import { printable } from '../contract/printable'
import { scenarioSchema, type Scenario } from '../contract/scenario'
import { Type } from '../engine/mqtt/packet'
import type { PacketTransit } from '../engine/mqtt/transit'
import { startProxy, type ProxyOptions } from '../engine/proxy/proxy'
import { RepeatedOption, duration, portNumber, positiveNumber, wholeNumber } from './arguments'
import { EXIT, type CliContext, type Subcommand } from './command'
import { UsageError } from './failure'
import { proxyMetrics } from './engine-metrics'
import { aborted } from './interrupt'
import { limitedLog } from './log-lines'
import { addMetricsOptions, shareMetrics, type SharedMetrics } from './metrics-output'
import {
  chance,
  delayText,
  dropText,
  listenAt,
  lossText,
  outageText,
  proxyScenario,
  reorderText,
  type ProxyFlags,
} from './proxy-flags'
import { startPagedProxy, type RunningProxy } from './proxy-page'
import { RecordFile } from './record-file'
import { checkOutputs, writeOutput } from './write-output'

/** Real ms after which a line of `--record` is in the file at the latest. */
const FLUSH_MS = 200

/** `fleetlab proxy`: a lossy network between any clients and any broker, until Ctrl-C. */
export const proxyCommand: Subcommand = (program, context, setCode) => {
  const command = program
    .command('proxy')
    .description('stand between real clients and a real broker, and lose, delay or cut, until Ctrl-C')
    .requiredOption(
      '--listen <address>',
      '[HOST:]PORT for the clients, or mqtts://, ws:// or wss:// before it',
      listenAt,
    )
    .requiredOption('--target <url>', 'the broker: mqtt://, mqtts://, ws:// or wss://')
    .option('--clients <pattern>', 'only for these client identifiers; * stands for any text', '*')
    .option('--seed <number>', 'which packets are lost follows from it', wholeNumber(0, 4_294_967_295), 1)
  linkOptions(command)
  faultOptions(command)
  command
    .option('--ca <file>', 'certificate to trust at the target')
    .option('--insecure', 'accept any certificate of the target')
    .option('--cert <file>', 'certificate for mqtts:// and wss:// clients (default: one made on the spot)')
    .option('--key <file>', 'its private key')
    .option('--json <file>', 'write what passed and what was lost at the end, - for standard output')
    .option('--pcap <file>', 'write the newest packets at the end as pcapng, lost ones included')
    .option('--record <file>', 'write one JSON line for each packet')
  addMetricsOptions(command)
    .option('--page', 'show the traffic live on a page in the browser, where the link can be changed')
    .option('--page-port <number>', 'port of the page, 0 for any free port', portNumber, 0)
    .action((flags: ProxyFlags) => run(flags, context, setCode))
}

function linkOptions(command: Command): void {
  command
    .addOption(
      new Option('--link <kind>', 'what kind of network').choices(['radio', 'tcp', 'cut']).default('radio'),
    )
    .option(
      '--loss <share>',
      "of the packets of PUBLISH handshakes, in each direction, such as 20%, or '0s 0%, 30s 50%'",
      lossText,
    )
    .option('--delay <duration>', "in each direction, such as 40ms, or '0s 20ms, 30s 400ms'", delayText)
    .option('--bandwidth <bits>', 'per second in each direction, such as 9600', positiveNumber)
    .addOption(
      new RepeatedOption(
        '--drop <rule>',
        "lose by name, such as 'PUBACK to sensor-* every 3'; instead of --loss for those clients; can be repeated",
        dropText,
      ),
    )
    .addOption(
      new Option('--recovery <how>', 'what brings a lost packet back')
        .choices(['none', 'reconnect', 'link'])
        .default('reconnect'),
    )
    .addOption(
      new Option('--timeout <duration>', 'time without an answer until recovery')
        .argParser(duration)
        .default(1000, '1s'),
    )
}

function faultOptions(command: Command): void {
  command
    .option('--cut-every <duration>', 'cut each connection so long after it was opened', duration)
    .option('--duplicate <share>', 'of these packets arrive twice', chance)
    .option('--corrupt <share>', 'of these packets arrive with one bit turned over', chance)
    .option(
      '--reorder <how>',
      "hold packets up so that other clients' overtake them: '5% by 300ms'",
      reorderText,
    )
    .addOption(
      new RepeatedOption(
        '--partition <when>',
        "nothing gets through: '30s for 10s'; can be repeated",
        outageText,
      ),
    )
    .option('--half-open <duration>', 'so long after it was opened, a connection is dead unnoticed', duration)
    .option('--slow-close <duration>', 'the end of a connection reaches the other side so late', duration)
    .addOption(
      new RepeatedOption(
        '--restart <when>',
        "close all connections and refuse new ones: '60s for 5s'; can be repeated",
        outageText,
      ),
    )
}

async function run(flags: ProxyFlags, context: CliContext, setCode: (code: number) => void): Promise<void> {
  await checkOutputs([flags.json, flags.pcap, flags.record])
  const parsed = scenarioSchema.safeParse(proxyScenario(flags))
  if (!parsed.success) throw new UsageError(`--target: ${parsed.error.issues[0]?.message ?? 'is not valid'}`)
  const { stderr } = context
  const record = openRecord(flags.record, stderr)
  const watch = record ? { links: { settled: (p: PacketTransit) => record.line(line(p)) } } : null
  const proxy = flags.page
    ? await startPagedProxy(context, parsed.data, { port: flags.pagePort ?? 0, watch })
    : await startPlain(context, parsed.data, { keep: flags.pcap !== undefined, watch: watch?.links })
  const flushing = setInterval(() => record?.flush(), FLUSH_MS)
  let pcapng: Uint8Array | null = null
  let metrics: SharedMetrics | undefined
  try {
    metrics = await shareMetrics(context, flags, proxyMetrics(proxy))
    const out = flags.json === '-' ? stderr : context.stdout
    out.write(`proxy  ${proxy.url} to ${maskedUrls(flags.target)}\n`)
    if (proxy.page !== null) out.write(`page   ${proxy.page}\n`)
    out.write('Press Ctrl-C to stop.\n')
    await aborted(context.interrupt)
  } finally {
    clearInterval(flushing)
    await metrics?.close()
    if (flags.pcap !== undefined) pcapng = proxy.pcapng()
    await proxy.close()
    record?.close()
  }
  if (record?.failed) setCode(EXIT.usage)
  if (flags.pcap !== undefined && pcapng) await writeOutput(flags.pcap, pcapng)
  const text = `${JSON.stringify(proxy.report(), null, 2)}\n`
  if (flags.json === '-') context.stdout.write(text)
  else if (flags.json !== undefined) await writeOutput(flags.json, text)
}

/** The proxy without a page. @throws as `startProxy` */
async function startPlain(
  { env, stderr }: CliContext,
  scenario: Scenario,
  { keep, watch }: { keep: boolean; watch: ProxyOptions['watch'] },
): Promise<RunningProxy> {
  const say = limitedLog((text) => void stderr.write(text))
  const proxy = await startProxy({
    scenario,
    env,
    keep,
    ...(watch && { watch }),
    log: ({ level, note, clientId, remote }) => {
      if (level !== 'info') say(level, `${clientId ?? remote ?? ''} ${note.text}`)
    },
  })
  return {
    url: proxy.listeners()[0]?.url ?? '',
    page: null,
    report: () => proxy.report(),
    times: proxy.times,
    pcapng: () => proxy.capture?.pcapng('').bytes ?? null,
    close: () => proxy.close(),
  }
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
    ...(p.altered && { altered: p.altered }),
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

/** Lines of the packets; when they cannot be written any more, that is said, and the proxy goes on. */
function openRecord(path: string | undefined, stderr: CliContext['stderr']): RecordFile | null {
  if (path === undefined) return null
  const failed = (why: string): void =>
    void stderr.write(`error: --record ${printable(path)} ends here: ${printable(why)}; the proxy goes on\n`)
  return new RecordFile(path, failed)
}

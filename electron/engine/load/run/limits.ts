import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { LoadConfig } from '../../../contract/load-config'
import { loadAddresses } from '../../../contract/load-url'
import { createSecureContext } from 'node:tls'
import { LoadError } from './failures'
import type { Credentials } from './messages'

/** Files a process needs besides its connections. */
const SPARE_FILES = 64

/** Limits of this machine that a large run can meet; null where the system does not tell. */
export interface MachineLimits {
  openFiles: number | null
  /** First and last local port for outgoing connections. */
  ports: { from: number; to: number } | null
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // not Linux: the system's own error will say it
  }
}

export function readMachineLimits(): MachineLimits {
  const files = /Max open files\s+(\d+)/.exec(read('/proc/self/limits') ?? '')
  const range = /^(\d+)\s+(\d+)/.exec(read('/proc/sys/net/ipv4/ip_local_port_range') ?? '')
  return {
    openFiles: files ? Number(files[1]) : null,
    ports: range ? { from: Number(range[1]), to: Number(range[2]) } : null,
  }
}

const ONE_BROKER = { brokers: 1, clientsToOne: 1 }

/** How many different addresses a broker has, and the largest share of the clients that go to one of them: it may be named twice. */
function brokersOf(url: string): { brokers: number; clientsToOne: number } {
  const named = loadAddresses(url)
  const times = new Map<string, number>()
  for (const address of named) times.set(address, (times.get(address) ?? 0) + 1)
  return { brokers: times.size, clientsToOne: Math.max(...times.values()) / named.length }
}

/**
 * Says in advance which limit a run would meet.
 * @param clients connections of this process
 * @throws LoadError
 */
export function checkLimits(clients: number, config: LoadConfig, limits: MachineLimits): void {
  const { openFiles, ports } = limits
  if (openFiles !== null && clients + SPARE_FILES > openFiles) {
    throw new LoadError(
      `${clients} clients need ${clients + SPARE_FILES} open files, but the limit here is ${openFiles}; raise it (ulimit -n ${clients + SPARE_FILES}; for a service LimitNOFILE=${clients + SPARE_FILES}) or use more computers (--shard)`,
      'start',
    )
  }
  if (ports === null) return
  const perAddress = ports.to - ports.from + 1
  // A port that is bound to an address is taken for all brokers; else it is one for each of them.
  const bound = config.localAddresses.length
  const { brokers, clientsToOne } = bound > 0 ? ONE_BROKER : brokersOf(config.url)
  const addresses = Math.max(1, bound)
  const most = Math.floor((perAddress * addresses) / clientsToOne)
  if (clients > most) {
    const to = brokers > 1 ? ` to ${brokers} of the broker` : ''
    throw new LoadError(
      `${clients} clients need as many local ports, and ${ports.from} to ${ports.to} on ${addresses} address${addresses > 1 ? 'es' : ''}${to} are ${most}; give more addresses (--local-address) or widen the range (sysctl -w net.ipv4.ip_local_port_range='1024 65535')`,
      'start',
    )
  }
}

/** @throws LoadError when the PEM texts are broken or the key is not that of the certificate */
export function checkCertificates({ ca, cert, key }: Credentials): void {
  try {
    createSecureContext({ ca, cert, key })
  } catch (thrown) {
    const why =
      thrown instanceof Error ? thrown.message.replace(/^error:[^:]*:/, '').replaceAll(':', ' ') : ''
    throw new LoadError(`--ca-file, --cert-file or --key-file: cannot be used: ${why.trim()}`, 'start')
  }
}

/** Clients one thread serves before another is worth its cost. */
const CLIENTS_PER_WORKER = 2000

/** Worker threads of a run: as asked, else one core left to the broker and the system. */
export function workerCount(config: LoadConfig, clients: number, cores = availableParallelism()): number {
  const wanted = config.workers === 'auto' ? Math.min(Math.max(1, cores - 1), 16) : config.workers
  const useful = config.workers === 'auto' ? Math.ceil(clients / CLIENTS_PER_WORKER) : clients
  return Math.max(1, Math.min(wanted, useful))
}

/** Fewer clients say little of what one takes. */
const CLIENTS_TO_TELL = 1000

/**
 * What the process took for its connections, for the report; null for few of them.
 * @param beforeBytes memory of the process before its workers were started, which make the clients
 */
export function memoryNote(beforeBytes: number, nowBytes: number, clients: number): string | null {
  if (clients < CLIENTS_TO_TELL) return null
  const [before, now] = [beforeBytes, nowBytes].map((b) => Math.round(b / 2 ** 20))
  const each = Math.max(0, nowBytes - beforeBytes) / clients / 1024
  return `memory of the generator: ${now} MiB with ${clients} clients connected, ${before} MiB before its workers started: ${each.toFixed(1)} KiB per client`
}

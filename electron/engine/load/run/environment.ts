import { arch, availableParallelism, cpus, hostname, release, totalmem, type } from 'node:os'
import type { LoadConfig } from '../../../contract/load-config'
import type { RunEnvironment } from '../../../contract/load-report'
import { HIDDEN_PASSWORD, loadCommandLine } from '../../../contract/load-text'
import { readMachineLimits } from './limits'
import type { LoadOptions } from './load-options'

/**
 * Where, when and with what a run was made. It holds no secret: the command line has the password's variable at most.
 * @param run its `startedAtMs`: Unix ms at which publishing began
 */
export function environmentOf(
  config: LoadConfig,
  { besides, credentials, toolVersion }: Pick<LoadOptions, 'besides' | 'credentials' | 'toolVersion'>,
  run: { startedAtMs: number } & Pick<RunEnvironment, 'broker' | 'brokerLimits' | 'brokerProcess'>,
): RunEnvironment {
  const line = loadCommandLine(config, besides)
  const masksPassword = config.passwordEnv === undefined && credentials?.password !== undefined
  const limits = readMachineLimits()
  return {
    startedAt: new Date(run.startedAtMs).toISOString(),
    toolVersion: toolVersion ?? null,
    broker: run.broker,
    commandLine: masksPassword ? line + HIDDEN_PASSWORD : line,
    host: hostname(),
    system: `${type()} ${release()} ${arch()}`,
    cpu: `${availableParallelism()} x ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memoryBytes: totalmem(),
    openFiles: limits.openFiles,
    localPorts: limits.ports,
    brokerLimits: run.brokerLimits,
    brokerProcess: run.brokerProcess,
    node: process.version,
  }
}

import { readFile } from 'node:fs/promises'
import type { Credentials } from '../engine/load/run/messages'
import type { CliContext } from './command'
import { UsageError } from './failure'

/** Options by which a client shows who it is and whom it trusts. */
export const CREDENTIAL_OPTIONS: readonly (readonly [string, string])[] = [
  ['--username <name>', 'user name'],
  ['--password <text>', 'password; other users of this computer can see it, prefer --password-env'],
  ['--password-env <name>', 'environment variable with the password; its name starts with FLEETLAB_'],
  ['--ca-file <file>', 'PEM certificates to trust'],
  ['--cert-file <file>', 'PEM client certificate'],
  ['--key-file <file>', 'PEM key of the client certificate'],
  ['--server-name <name>', 'host name the certificate must be issued for'],
  ['--insecure', 'accept any certificate'],
]

interface CredentialFields {
  passwordEnv?: string | undefined
  caFile?: string | undefined
  certFile?: string | undefined
  keyFile?: string | undefined
}

/** What the broker is shown, read from files and the environment. @throws UsageError */
export async function readCredentials(
  config: CredentialFields,
  context: CliContext,
  password: string | undefined,
): Promise<Credentials> {
  const fromEnv = config.passwordEnv === undefined ? undefined : context.env[config.passwordEnv]
  if (config.passwordEnv !== undefined && fromEnv === undefined) {
    throw new UsageError(`--password-env: the environment variable ${config.passwordEnv} is not set`)
  }
  return {
    password: password ?? fromEnv,
    ca: await pem('--ca-file', config.caFile),
    cert: await pem('--cert-file', config.certFile),
    key: await pem('--key-file', config.keyFile),
  }
}

async function pem(flag: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  let content: string
  try {
    content = await readFile(path, 'utf8')
  } catch {
    throw new UsageError(`${flag}: ${path} cannot be read`)
  }
  if (!content.includes('-----BEGIN')) throw new UsageError(`${flag}: ${path} is not in PEM format`)
  return content
}

import { readFile } from 'node:fs/promises'
import { ApiError } from '../../../contract/errors'
import { SENT_FILES } from '../../../contract/load-flags'
import { populationsOf, type LoadConfig } from '../../../contract/load-config'
import { headersOf } from '../run/headers'
import type { Credentials } from '../run/messages'

type FileField = 'caFile' | 'certFile' | 'keyFile'

async function pem(config: LoadConfig, field: FileField): Promise<string | undefined> {
  const path = config[field]
  if (path === undefined) return undefined
  const wrong = (expected: string): ApiError =>
    new ApiError('bad-request', `${field}: found ${path}; ${expected}`, [
      { path: `config.${field}`, found: path, expected },
    ])
  let content: string
  try {
    content = await readFile(path, 'utf8')
  } catch {
    throw wrong('expected a readable file on the computer that runs the engine')
  }
  if (!content.includes('-----BEGIN')) throw wrong('expected a file in PEM format')
  return content
}

/** A page names no files but those of certificates, see docs/security.md: what payloads and clients are made from would leave the computer. */
function refuseFiles(config: LoadConfig): void {
  for (const { config: c } of populationsOf(config)) {
    for (const field of SENT_FILES) {
      const found = c[field]
      if (found === undefined) continue
      const expected = 'expected no file: only the command line takes it'
      throw new ApiError('bad-request', `${field}: found ${found}; ${expected}`, [
        { path: `config.${field}`, found, expected },
      ])
    }
  }
}

/**
 * Password and PEM texts a configuration names; a password that is given goes before one it names.
 * @throws ApiError `bad-request` that names the field
 */
export async function readCredentials(
  config: LoadConfig,
  env: Readonly<Record<string, string | undefined>>,
  given?: string,
): Promise<Credentials> {
  refuseFiles(config)
  const name = given === undefined ? config.passwordEnv : undefined
  const password = given ?? (name === undefined ? undefined : env[name])
  if (name !== undefined && password === undefined) {
    const expected = 'expected an environment variable that was set when the engine started'
    throw new ApiError('bad-request', `passwordEnv: found ${name}; ${expected}`, [
      { path: 'config.passwordEnv', found: name, expected },
    ])
  }
  const headers = config.wsHeaders === undefined ? undefined : headersOf(config.wsHeaders, env)
  if (typeof headers === 'string') {
    const expected = 'expected an environment variable that was set when the engine started'
    throw new ApiError('bad-request', `wsHeaders: found ${headers}; ${expected}`, [
      { path: 'config.wsHeaders', found: headers, expected },
    ])
  }
  return {
    headers,
    password,
    ca: await pem(config, 'caFile'),
    cert: await pem(config, 'certFile'),
    key: await pem(config, 'keyFile'),
  }
}

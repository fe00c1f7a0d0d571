import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'selfsigned'

export interface Certificates {
  /** Files with PEM text. */
  ca: string
  cert: string
  key: string
}

/** An authority of the test's own, and a certificate of it for localhost and 127.0.0.1, as files in `folder`. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const about = { keyType: 'ec', algorithm: 'sha256' } as const
  const authority = await generate([{ name: 'commonName', value: 'Test CA' }], {
    ...about,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', keyCertSign: true, digitalSignature: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...about,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  })
  const files = { ca: authority.cert, cert: server.cert, key: server.private }
  const path = (name: string): string => join(folder, `${name}.pem`)
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text)
  return { ca: path('ca'), cert: path('cert'), key: path('key') }
}

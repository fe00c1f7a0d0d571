import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { keptLoadSchema, loadSchema } from '../../../electron/contract/load-config'
import { loadInput } from '../../../electron/contract/load-flags'
import { endedText, LoadError } from '../../../electron/engine/load/run/failures'
import { HIDDEN_PARAMETER } from '../../../electron/contract/load-url'
import { HIDDEN_HEADER, HIDDEN_PROPERTY } from '../../../electron/contract/load-headers'
import { loadCommandLine, loadFlags, settingLines } from '../../../electron/contract/load-text'
import { makeReport } from '../../../electron/engine/load/report/result'
import { readClientList } from '../../../electron/engine/load/run/client-list'
import { headersOf } from '../../../electron/engine/load/run/headers'
import { nameClient } from '../../../electron/engine/load/run/names'
import { freshRunId } from '../../../electron/engine/load/run/run-id'
import { runLoad } from '../../../electron/engine/load/run/run-load'
import { makeCertificates } from '../../helpers/certificates'
import { outcome } from './report-rig'

const folder = mkdtempSync(join(tmpdir(), 'clients-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(text: string): string {
  const path = join(folder, 'c.csv')
  writeFileSync(path, text)
  return path
}

const read = (text: string, clients = 1) => readClientList(file(text), clients, () => true)

describe('a list of clients', () => {
  it('has a client on each line, and is read no further than there are clients', async () => {
    const text = '\ufeffclient-id,username,password\ndev-a,anna,"p,1"\n\n"dev ""b""",,\nnever,"read\n'
    expect(await read(text, 2)).toEqual(
      new Map([
        [0, { clientId: 'dev-a', username: 'anna', password: 'p,1' }],
        [1, { clientId: 'dev "b"' }],
      ]),
    )
    expect([...(await readClientList(file(text), 2, (n) => n === 1)).keys()]).toEqual([1])
  })

  it.each([
    [
      'client_id,age\n',
      'line 1: found the column age; expected some of client_id, username, password, cert, key',
    ],
    ['client_id,cert\n', 'line 1: cert and key must both be columns'],
    ['username,password\na,secret,x\n', 'line 2: found 3 fields; expected 2'],
    ['client_id\na\na\n', 'line 3: client_id a is that of line 2'],
    ['client_id,username\n,x\n', 'line 2: client_id is empty'],
    ['client_id,password\na,"sec"ret"\n', 'line 2: quotes are not closed'],
    ['cert,key\na.pem,b.pem\n', 'line 2: a.pem is no PEM file that can be read'],
    ['client_id\na\n', 'found 1 clients; expected 2, the publishers and then the subscribers'],
    ['', 'found 0 clients; expected 2, the publishers and then the subscribers'],
  ])('%j is wrong, which one line says without a password', async (text, why) => {
    await expect(read(text, 2)).rejects.toThrow(`--clients ${join(folder, 'c.csv')}: ${why}`)
    await expect(read(text, 2)).rejects.not.toThrow(/sec/)
  })

  it('says that a file is not there', async () => {
    await expect(readClientList(join(folder, 'none.csv'), 1, () => true)).rejects.toThrow('cannot be read')
  })

  it('gives certificates to those that have them, and only where cert and key belong together', async () => {
    const files = await makeCertificates(folder)
    const [cert, key] = [readFileSync(files.cert, 'utf8'), readFileSync(files.key, 'utf8')]
    expect(await read('client_id,cert,key\na,cert.pem,key.pem\nb,,\n', 2)).toEqual(
      new Map([
        [0, { clientId: 'a', cert, key }],
        [1, { clientId: 'b' }],
      ]),
    )
    await expect(read('cert,key\nca.pem,key.pem\n')).rejects.toThrow('are no certificate with its key')
  })

  it('goes before templates, and its passwords come into no report', async () => {
    const config = loadSchema.parse({ clientId: 'x-%i', username: 'u-%c' })
    expect(nameClient(config, 3, '-', { clientId: 'mine' })).toMatchObject({
      clientId: 'mine',
      username: 'u-mine',
    })
    const clients = file('client_id,username,password\np0,anna,s3cret-1\ns0,ben,s3cret-2\n')
    const r = await runLoad(
      loadSchema.parse({ url: 'embedded', clients, publishers: 1, subscribers: 1, qos: 1, messages: 3 }),
      { runId: freshRunId() },
    )
    expect([r.acknowledged, r.lost]).toEqual([3, 0])
    expect(JSON.stringify(r)).not.toContain('s3cret')
  })
})

describe('headers of a WebSocket handshake', () => {
  it('are read back from the command line, and a token comes from the environment', () => {
    const wsHeaders = ['X-Tenant: plant, 2', 'Authorization: env:FLEETLAB_T']
    const config = loadSchema.parse({ url: 'ws://localhost', wsHeaders })
    expect(loadCommandLine(config)).toContain(
      "--ws-header 'X-Tenant: plant, 2' --ws-header 'Authorization: env:FLEETLAB_T'",
    )
    expect(loadSchema.parse(loadInput(loadFlags(config)))).toEqual(config)
    expect(headersOf(wsHeaders, { FLEETLAB_T: 'Bearer x' })).toEqual({
      'X-Tenant': 'plant, 2',
      Authorization: 'Bearer x',
    })
    expect(headersOf(wsHeaders, {})).toBe('FLEETLAB_T')
  })

  it('that are secrets by their name are in no report and no command line', () => {
    const hidden = ['Authorization: ***', 'Cookie: ***', 'Proxy-Authorization: ***', 'X-Api-Key: ***']
    const wsHeaders = hidden.map((line) => line.replace('***', 'Bearer s3cr3t'))
    const url = 'ws://localhost/mqtt?site=2&access_token=s3cr3t'
    const shown = [...hidden, 'X-Tenant: plant', 'X-Author: ann']
    const config = loadSchema.parse({ url, wsHeaders: [...wsHeaders, ...shown.slice(-2)] })
    const report = makeReport(outcome({ config }))
    expect(report.config.wsHeaders).toEqual(shown)
    expect(report.config.url).toBe('ws://localhost/mqtt?site=2&access_token=***')
    expect(loadCommandLine(config)).toContain("--ws-header 'Cookie: ***'")
    expect(
      JSON.stringify([report, loadCommandLine(config), loadFlags(config), settingLines(report.config)]),
    ).not.toContain('s3cr3t')
    expect(keptLoadSchema.safeParse(report.config).success).toBe(true)
    expect(keptLoadSchema.safeParse(config).success).toBe(true)
    const again = loadSchema.safeParse(report.config)
    expect(again.error?.issues.map((i) => i.message)).toEqual([HIDDEN_PARAMETER, HIDDEN_HEADER])
    const line = endedText(config, { planned: 1, text: 'closed', refused: false })
    expect(line).toBe('1 client to ws://localhost/mqtt?site=2&access_token=***: closed')
    expect(new LoadError(`cannot connect to ${url}: closed`, 'start').message).not.toContain('s3cr3t')
  })

  it('and those of user properties are in none either, of the run and of its populations', () => {
    const userProperties = ['token=s3cr3t', 'site=plant-2', 'api_key=s3cr3t=1']
    const shown = ['token=***', 'site=plant-2', 'api_key=***']
    const populations = [{ name: 'a', share: 1, userProperties }]
    const config = loadSchema.parse({ protocol: 5, userProperties, populations })
    const report = makeReport(outcome({ config }))
    expect([report.config.userProperties, report.config.populations?.[0]?.userProperties]).toEqual([
      shown,
      shown,
    ])
    expect(loadCommandLine(config)).toContain(
      "--user-property 'token=***' --user-property site=plant-2 --user-property 'api_key=***'",
    )
    expect(
      JSON.stringify([report, loadCommandLine(config), loadFlags(config), settingLines(config)]),
    ).not.toContain('s3cr3t')
    expect(config.userProperties).toEqual(userProperties)
    const again = loadSchema.safeParse(report.config)
    expect(again.error?.issues.map((i) => [i.path.join('.'), i.message])).toEqual([
      ['populations.0.userProperties', `${HIDDEN_PROPERTY} (population a)`],
    ])
  })

  it.each([['no colon'], ['A: env:HOME'], ['A: b\nC: d'], ['A b: c']])('%j is none', (line) => {
    expect(loadSchema.safeParse({ url: 'ws://localhost', wsHeaders: [line] }).success).toBe(false)
  })

  it('belong to ws:// and wss://, and ALPN to mqtts://', () => {
    expect(loadSchema.safeParse({ wsHeaders: ['A: b'] }).success).toBe(false)
    expect(loadSchema.safeParse({ alpn: ['mqtt'] }).success).toBe(false)
  })
})

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { LabApi } from '../../electron/contract/api'
import type { PageLink } from '../../electron/contract/rpc'
import { scenarioSchema, type Scenario } from '../../electron/contract/scenario'
import type { Engine } from '../../electron/engine/types'
import { openDemo } from '../../electron/store/demo'
import { Workspace } from '../../electron/store/workspace'
import { withWorkspace } from '../../electron/store/workspace-session'

let folder = ''
let logged: string[] = []
const opened: Workspace[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetlab-first-'))
  logged = []
})
afterEach(async () => {
  for (const w of opened.splice(0)) await w.close()
  await rm(folder, { recursive: true, force: true })
})
const named = (name: string): Scenario => scenarioSchema.parse({ version: 1, name })

/** A start without a file, of which pages are told through the workspace's commands. */
async function firstStart(
  isWatched = false,
): Promise<{ workspace: Workspace; runs: Scenario[]; lab: LabApi }> {
  const log = (_level: string, { text }: { text: string }): void => void logged.push(text)
  const workspace = new Workspace({ folder, dialogs: null, now: () => 5000, log })
  opened.push(workspace)
  await workspace.load()
  const runs: Scenario[] = []
  const open: Engine['open'] = async (s) => {
    runs.push(s)
    workspace.scenarioIs(s)
  }
  await openDemo(join(import.meta.dirname, '../..'), { open }, workspace, 'en', () => isWatched)
  const engine = { open, savedIn: () => undefined }
  const lab = { hello: async () => ({ scenario: runs.at(-1) }) } as unknown as LabApi
  const about = () => Promise.reject(new Error('not asked'))
  return { workspace, runs, lab: withWorkspace(lab, {} as PageLink, { workspace, engine, about }) }
}
const namesOf = (runs: readonly Scenario[]): string[] => runs.map((s) => s.name)

describe('at a first start the language of the first page names what it shows', () => {
  it('before that page is told of it, so that nothing is changed', async () => {
    const { workspace, runs, lab } = await firstStart()
    const [first, second] = await Promise.all([
      lab.hello({ contract: 1, language: 'ja' }),
      lab.hello({ contract: 1, language: 'ko' }),
    ])
    expect([first, second]).toMatchObject([
      { scenario: { name: '3 台のデバイス' }, changed: false },
      { scenario: { name: '3 台のデバイス' }, changed: false },
    ])
    expect(namesOf(runs)).toEqual(['Three devices', '3 台のデバイス'])
    expect(workspace.isFirst).toBe(true)
  })

  it('and nothing begins anew where it is the same, where something else was opened, or at a later start', async () => {
    const same = await firstStart()
    await same.lab.hello({ contract: 1, language: 'en' })
    await same.lab.hello({ contract: 1, language: 'ko' })
    expect(namesOf(same.runs)).toEqual(['Three devices'])

    const watched = await firstStart(true)
    await watched.lab.hello({ contract: 1, language: 'ko' })
    expect(namesOf(watched.runs)).toEqual(['Three devices'])

    const other = await firstStart()
    other.workspace.opened(named('mine'), { name: 'mine.yaml', path: null })
    await other.lab.hello({ contract: 1, language: 'ko' })
    expect(namesOf(other.runs)).toEqual(['Three devices'])

    const edited = await firstStart()
    edited.workspace.scenarioIs(named('edited'))
    await edited.lab.hello({ contract: 1, language: 'ko' })
    expect(namesOf(edited.runs)).toEqual(['Three devices'])

    await edited.workspace.endWelcome()
    const later = await firstStart()
    await later.lab.hello({ contract: 1, language: 'ko' })
    expect(namesOf(later.runs)).toEqual(['Small home'])
  })

  it('and no page waits for ever', async () => {
    const { workspace, lab } = await firstStart()
    workspace.firstPage.waitFor(() => new Promise(() => undefined))
    vi.useFakeTimers()
    try {
      const welcome = lab.hello({ contract: 1, language: 'ko' })
      await vi.advanceTimersByTimeAsync(3000)
      expect(await welcome).toMatchObject({ scenario: { name: 'Three devices' } })
    } finally {
      vi.useRealTimers()
    }
  })

  it('and the page comes all the same when it cannot be opened again', async () => {
    const { workspace, runs, lab } = await firstStart()
    workspace.firstPage.waitFor(() => Promise.reject(new Error('the port is taken')))
    expect(await lab.hello({ contract: 1, language: 'ko' })).toMatchObject({ changed: false })
    expect(namesOf(runs)).toEqual(['Three devices'])
    expect(logged).toEqual(['the port is taken'])
  })
})

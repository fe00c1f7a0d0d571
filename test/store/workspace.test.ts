import * as fs from 'node:fs/promises'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Note } from '../../electron/contract/model'
import { parseScenario, scenarioText } from '../../electron/contract/scenario-file'
import { scenarioSchema, type Scenario } from '../../electron/contract/scenario'
import { DEFAULT_SETTINGS, type WorkspaceEvent } from '../../electron/contract/workspace'
import type { PageLink } from '../../electron/contract/rpc'
import { findCrashed } from '../../electron/store/autosave'
import { versionedText } from '../../electron/store/json-file'
import { sessionKind, type SessionData } from '../../electron/store/kinds'
import { Workspace, type WorkspaceDeps } from '../../electron/store/workspace'
import { openDemo } from '../../electron/store/demo'
import type { Engine } from '../../electron/engine/types'
import { GOOD } from '../helpers/good-arguments'
import { until } from '../helpers/until'

let folder = ''
let logged: Note[] = []
const opened: Workspace[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetlab-workspace-'))
  logged = []
})
afterEach(async () => {
  for (const w of opened.splice(0)) await w.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(more: Partial<WorkspaceDeps> = {}): Promise<Workspace> {
  const workspace = new Workspace({
    folder,
    dialogs: null,
    now: () => 5000,
    log: (_level, note) => logged.push(note),
    ...more,
  })
  opened.push(workspace)
  await workspace.load()
  return workspace
}
const named = (name: string): Scenario => scenarioSchema.parse({ version: 1, name })
const page = (): PageLink & { events: { workspace: unknown }; got: WorkspaceEvent[] } => {
  const got: WorkspaceEvent[] = []
  return {
    got,
    events: { workspace: (e: WorkspaceEvent) => void got.push(e) } as unknown as PageLink['events'],
    bufferedBytes: () => 0,
    worked: () => undefined,
    onClose: () => undefined,
  }
}
/** As a process that is no more would have left it. */
async function leave(id: string, data: Partial<SessionData> = {}): Promise<void> {
  await fs.mkdir(join(folder, 'sessions'), { recursive: true })
  const full: SessionData = {
    pid: 2 ** 22 + 1,
    name: 'Left',
    path: null,
    text: scenarioText(named('Left'), 'json'),
    changed: true,
    savedAtMs: 4000,
    ...data,
  }
  await writeFile(join(folder, 'sessions', `${id}.json`), versionedText(sessionKind(id), full))
}

describe('what is kept for the user', () => {
  it('is not undone by a second program on the same folder', async () => {
    const [one, two] = [await start(), await start()]
    await one.setSettings({ theme: 'light' })
    await two.setSettings({ language: 'ko' })
    await one.setSettings({ projector: true })
    expect((await start()).state().settings).toEqual({
      ...DEFAULT_SETTINGS,
      theme: 'light',
      language: 'ko',
      projector: true,
    })
  })

  it('is told in one line when there is a file where its folder should be', async () => {
    await rm(folder, { recursive: true, force: true })
    await writeFile(folder, 'not a folder')
    const workspace = await start()
    await workspace.setSettings({ theme: 'light' })
    expect(workspace.state().settings.theme).toBe('light')
    expect(logged.map((n) => n.text).join('\n')).toMatch(/there is a file where its folder should be/)
    expect(logged.map((n) => n.text).join('\n')).not.toMatch(/ENOTDIR|EEXIST/)
  })

  it('settings, recent files and progress are there at the next start', async () => {
    const first = await start()
    expect(first.state()).toMatchObject({ settings: DEFAULT_SETTINGS, kept: false, recent: [], progress: {} })
    await first.setSettings({ theme: 'light' })
    await first.setSettings({ language: 'ko' })
    await first.progress.mark('qos-0', 'lossy')
    await first.progress.mark('qos-0', 'lossy')
    await first.saveMessages(GOOD.saveMessages.messages)
    await first.noteRecent({ path: '/home/a/one.yaml' })
    await first.noteRecent({ name: 'two.yaml', text: 'version: 1' })
    await first.noteRecent({ path: '/home/a/one.yaml' })
    const next = await start()
    expect(next.state()).toMatchObject({
      settings: { language: 'ko', theme: 'light', projector: false },
      kept: true,
      progress: { 'qos-0': ['lossy'] },
      messages: GOOD.saveMessages.messages,
      recent: [
        { name: 'one.yaml', folder: '/home/a' },
        { name: 'two.yaml', folder: null },
      ],
    })
    await next.progress.clear()
    expect((await start()).state().progress).toEqual({})
    const copy = next.recent.list()[1]?.id ?? ''
    expect(await next.recent.open(copy)).toEqual({ name: 'two.yaml', path: null, text: 'version: 1' })
  })

  it('shows what a first start shows until it is put away or something else is opened, and never again', async () => {
    const first = await start()
    first.opened(named('first'), { name: '', path: null }, true)
    expect(first.state().welcome).toBe(true)
    expect((await start()).state().welcome).toBe(true)
    await first.endWelcome()
    expect(first.state().welcome).toBe(false)
    expect((await start()).state().welcome).toBe(false)
  })

  it('ends the welcome when a new user opens something else', async () => {
    const first = await start()
    first.opened(named('first'), { name: '', path: null }, true)
    first.opened(named('own'), { name: 'own.yaml', path: null })
    expect(first.state().welcome).toBe(false)
  })

  it.each<[string, (w: Workspace) => Promise<unknown>]>([
    ['settings', (w) => w.setSettings({ theme: 'light' })],
    ['progress', (w) => w.progress.mark('qos-0', 'lossy')],
    ['a recent file', (w) => w.noteRecent({ path: '/home/a/one.yaml' })],
  ])('welcomes nobody who has kept %s', async (_what, keep) => {
    await keep(await start())
    expect((await start()).isFirst).toBe(false)
  })

  it('settings of an earlier version keep what they say, and get what is new', async () => {
    const before = { language: 'ko', theme: 'light', projector: true }
    const file = { kind: 'fleetlab-settings', version: 1, data: before }
    await writeFile(join(folder, 'settings.json'), JSON.stringify(file))
    expect((await start()).state().settings).toEqual({ ...DEFAULT_SETTINGS, ...before })
  })

  it('a corrupt file costs itself alone and is told of on the page in one line', async () => {
    await (await start()).progress.mark('a', 'b')
    await writeFile(join(folder, 'settings.json'), '{"kind":"fleetl')
    const next = await start()
    expect(next.state()).toMatchObject({ settings: DEFAULT_SETTINGS, progress: { a: ['b'] } })
    const shown = page()
    next.attend(shown)
    expect(shown.got).toHaveLength(1)
    expect(shown.got[0]).toMatchObject({ kind: 'notice', level: 'warn', note: { key: 'store-corrupt' } })
    expect(logged[0]?.text).toMatch(
      /^settings\.json could not be read .*kept as .*settings\.json\.corrupt-5000\.$/,
    )
    expect(logged[0]?.text).not.toContain('\n')
  })

  it('a recent file that is gone leaves the list and says so', async () => {
    const w = await start()
    await w.noteRecent({ path: join(folder, 'gone.yaml') })
    const [entry] = w.recent.list()
    await expect(w.recent.open(entry?.id ?? '')).rejects.toThrow(
      'gone.yaml cannot be read: it no longer exists',
    )
    expect(w.recent.list()).toEqual([])
  })

  it('keeps ten recent files, and no copy of one that left the list', async () => {
    const w = await start()
    for (let i = 0; i < 13; i++) await w.noteRecent({ name: `${i}.yaml`, text: String(i) })
    expect(w.recent.list()).toHaveLength(10)
    expect(await readdir(join(folder, 'recent'))).toHaveLength(10)
    await w.clearRecent()
    expect(await readdir(join(folder, 'recent'))).toEqual([])
  })
})

describe('the autosaved scenario', () => {
  it('is on the disk within a second of a change that goes on, and gone after a proper end', async () => {
    const kept = (): Promise<string[]> => readdir(join(folder, 'sessions')).catch(() => [])
    const w = await start()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    w.scenarioIs(named('First'))
    for (let ms = 0; ms < 1000; ms += 20) {
      w.scenarioIs(named(`Change at ${ms} ms`))
      vi.advanceTimersByTime(20)
    }
    vi.useRealTimers()
    await until(async () => (await kept()).length > 0, 'the file')
    w.dropChanges()
    await w.close()
    expect(await readdir(join(folder, 'sessions'))).toEqual([])
  })

  it('with changes that nobody was asked about outlives the end, and is offered at the next start', async () => {
    const w = await start()
    w.opened(named('Saved'), { name: '', path: null })
    w.scenarioIs(named('Changed'))
    await w.close()
    const [name = ''] = await readdir(join(folder, 'sessions'))
    const kept = JSON.parse(await readFile(join(folder, 'sessions', name), 'utf8')) as { data: unknown }
    expect(kept.data).toMatchObject({ name: 'Changed', changed: true, pid: process.pid })
  })

  it('of a crash is offered at the next start with the latest first, restored as unsaved, and then forgotten', async () => {
    await leave('session-aa', { savedAtMs: 3000, name: 'Older' })
    await leave('session-bb', { path: '/home/a/left.yaml' })
    const w = await start()
    expect(w.state().recovered).toEqual({ name: 'Left', file: 'left.yaml', savedAtMs: 4000, changed: true })
    const left = w.left()
    w.restored(parseScenario(left.text, left.name), left)
    expect(w.changed).toBe(true)
    expect(w.openFile.name).toBe('Left')
    await w.forgetCrashes()
    expect(w.state().recovered).toBeNull()
    expect(() => w.left()).toThrow('nothing left to restore')
    expect((await start()).state().recovered).toBeNull()
  })

  it('of a program that runs is not offered, unless its number was given to another since', async () => {
    await leave('session-aa', { pid: process.ppid })
    const deps = { onCorrupt: () => undefined }
    const sessions = join(folder, 'sessions')
    expect(await findCrashed(sessions, { ...deps, now: () => Date.now() })).toEqual([])
    expect(await findCrashed(sessions, { ...deps, now: () => Date.now() + 120_000 })).toHaveLength(1)
  })

  it('clears away what a cut-off write left, and leaves that of a living process', async () => {
    await writeFile(join(folder, `.settings.json.${2 ** 22 + 1}.0.part`), '{')
    await writeFile(join(folder, `.settings.json.${process.ppid}.0.part`), '{')
    await start()
    expect(await readdir(folder)).toEqual([`.settings.json.${process.ppid}.0.part`])
  })
})

it('step mode is nothing to save, and does not make what is to be saved forgotten', async () => {
  const w = await start()
  w.opened(named('Mine'), { name: 'mine.yaml', path: null })
  w.scenarioIs(named('Mine'), false)
  expect(w.changed).toBe(false)
  w.scenarioIs(named('Edited'))
  w.scenarioIs(named('Edited'), false)
  expect(w.changed).toBe(true)
})

describe('saving', () => {
  const full = { ...fs, open: async () => Promise.reject(Object.assign(new Error(), { code: 'ENOSPC' })) }

  it('writes to the file it came from, or asks', async () => {
    const path = join(folder, 'mine.fleetlab.yaml')
    const asked: string[] = []
    const chooseSave = async (name: string): Promise<string> => (asked.push(name), path)
    const w = await start({ dialogs: { chooseOpen: async () => null, chooseSave } })
    const scenario = named('Mine')
    w.opened(scenario, { name: '', path: null })
    expect(w.changed).toBe(false)
    const edited = named('Mine')
    w.scenarioIs(edited)
    expect(w.changed).toBe(true)
    expect(await w.save(false, 'yaml')).toEqual({ name: 'mine.fleetlab.yaml' })
    expect(w.changed).toBe(false)
    expect(parseScenario(await readFile(path, 'utf8'), path)).toEqual(edited)
    w.scenarioIs(named('Renamed'))
    await w.save(false, 'yaml')
    expect(asked).toEqual(['mine.fleetlab.yaml'])
    expect(w.recent.list()).toMatchObject([{ name: 'mine.fleetlab.yaml', folder }])
  })

  it('on a full disk says so in one line, keeps the old file, and the scenario stays unsaved', async () => {
    const path = join(folder, 'mine.yaml')
    await writeFile(path, 'old')
    const dialogs = { chooseOpen: async () => null, chooseSave: async () => path }
    const w = await start({ dialogs, io: full as unknown as typeof fs })
    w.opened(named('Mine'), { name: 'mine.yaml', path })
    w.scenarioIs(named('Changed'))
    const line = 'mine.yaml was not written: the disk is full; free some space or choose another location'
    await expect(w.save(false, 'yaml')).rejects.toMatchObject({ code: 'unavailable', message: line })
    await expect(w.export('packets.pcapng', new Uint8Array(9))).rejects.toThrow('the disk is full')
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(w.changed).toBe(true)
    expect((await readdir(folder)).filter((n) => n.endsWith('.part'))).toEqual([])
  })

  it('is the browser’s matter where there are no dialogs', async () => {
    const w = await start()
    w.opened(named('Mine'), { name: '', path: null })
    await expect(w.save(false, 'yaml')).rejects.toMatchObject({ code: 'unavailable' })
  })
})

describe('files that are given to the program', () => {
  it('wait for the page, are handed over once, and an unreadable one is told of', async () => {
    const path = join(folder, 'given.yaml')
    await writeFile(path, 'version: 1\nname: Given\n')
    const w = await start()
    await w.offers.path(path)
    await w.offers.path(join(folder, 'none.yaml'))
    const shown = page()
    w.attend(shown)
    const [offer, notice] = shown.got
    expect(offer).toMatchObject({ kind: 'offer', name: 'given.yaml' })
    expect(notice).toMatchObject({ kind: 'notice', level: 'error' })
    const id = offer?.kind === 'offer' ? offer.id : ''
    expect(w.offers.take(id)).toMatchObject({ path, text: 'version: 1\nname: Given\n' })
    expect(() => w.offers.take(id)).toThrow('not offered')
  })
})

it.each([
  ['en', 'Three devices', ['Sensor, good link', 'Sensor, bad link', 'Display']],
  ['ko', '장치 세 대', ['센서(좋은 링크)', '센서(나쁜 링크)', '표시 장치']],
] as const)('begins with what a new user sees first, its names in %s', async (language, name, groups) => {
  const workspace = await start()
  const runs: [Scenario, string | null, unknown][] = []
  const open: Engine['open'] = async (...run) => void runs.push([run[0], run[1], run[2]])
  await openDemo(join(import.meta.dirname, '../..'), { open }, workspace, language)
  expect(runs.map(([s, file, options]) => [s.name, s.groups.map((g) => g.name), file, options])).toEqual([
    [name, groups, null, { speed: 0.2 }],
  ])
  expect(workspace.changed).toBe(false)
  expect(workspace.isFirst).toBe(true)
})

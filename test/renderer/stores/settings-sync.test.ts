// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { effectScope, nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Welcome } from '../../../electron/contract/api'
import { EngineLink, installLink } from '../../../renderer/api'
import { changedSettings, useSettings } from '../../../renderer/stores/settings'
import { useSettingsSync } from '../../../renderer/stores/settings-sync'
import {
  DEFAULT_SETTINGS,
  type Settings,
  type WorkspaceEvent,
  type WorkspaceState,
} from '../../../electron/contract/workspace'

/** A host that keeps settings, seen by one page. */
function open(kept: Settings, viewer = false) {
  const pushed: Partial<Settings>[] = []
  let theirs = kept
  let ready: (w: Welcome) => void = () => undefined
  let tell: (e: WorkspaceEvent) => void = () => undefined
  const state = (): WorkspaceState => ({
    settings: theirs,
    kept: true,
    welcome: false,
    recent: [],
    folder: '/data',
    progress: {},
    messages: [],
    recovered: null,
    updates: null,
    files: 'browser',
  })
  const link = {
    api: {
      getWorkspace: async () => state(),
      setSettings: async ({ patch }: { patch: Partial<Settings> }) => {
        pushed.push(patch)
        theirs = { ...theirs, ...patch }
        tell({ kind: 'state', state: state() })
        return theirs
      },
    },
    on: (name: string, f: typeof tell) => {
      if (name === 'workspace') tell = f
      return () => undefined
    },
    onReady: (f: typeof ready) => {
      const before = ready
      ready = (w) => {
        before(w)
        f(w)
      }
      return () => undefined
    },
    onPhase: () => () => undefined,
  }
  installLink(link as unknown as EngineLink)
  setActivePinia(createPinia())
  const scope = effectScope()
  const settings = scope.run(() => {
    useSettingsSync()
    return useSettings()
  })!
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await nextTick()
  }
  return {
    settings,
    pushed,
    stop: () => scope.stop(),
    connect: async () => {
      ready({ host: { kind: 'web', readOnly: viewer } } as Welcome)
      await settle()
    },
    theyChose: async (s: Settings) => {
      theirs = s
      tell({ kind: 'state', state: state() })
      await settle()
    },
    settle,
  }
}

const stops: (() => void)[] = []
beforeEach(() => localStorage.clear())
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})
const page = (kept: Settings, viewer = false) => {
  const p = open(kept, viewer)
  stops.push(p.stop)
  return p
}

describe('settings of page and host', () => {
  it('come from the host where this browser has chosen nothing', async () => {
    const p = page({ ...DEFAULT_SETTINGS, language: 'ko', theme: 'light', projector: true })
    await p.connect()
    expect(p.settings).toMatchObject({ language: 'ko', theme: 'light', projector: true })
    expect(p.pushed).toEqual([])
  })

  it('go to the host when chosen here, once, and the host’s menu changes the page', async () => {
    const p = page(DEFAULT_SETTINGS)
    await p.connect()
    p.settings.projector = true
    await p.settle()
    expect(p.pushed).toEqual([{ projector: true }])
    await p.theyChose({ ...DEFAULT_SETTINGS, language: 'ko', theme: 'dark', projector: true })
    expect(p.settings).toMatchObject({ language: 'ko', theme: 'dark' })
    expect(p.pushed).toHaveLength(1)
  })

  it('chosen before there was a connection win over the host’s; what was not chosen comes from it', async () => {
    const p = page({ ...DEFAULT_SETTINGS, language: 'ko', theme: 'light', projector: false })
    p.settings.theme = 'dark'
    await p.settle()
    expect(p.pushed).toEqual([])
    await p.connect()
    expect(p.pushed).toEqual([{ theme: 'dark' }])
    expect(p.settings).toMatchObject({ language: 'ko', theme: 'dark' })
  })

  it('of a viewer stay in the viewer’s browser', async () => {
    const p = page({ ...DEFAULT_SETTINGS, language: 'ko', theme: 'light', projector: true }, true)
    await p.connect()
    p.settings.language = 'en'
    await p.settle()
    expect(p.settings).toMatchObject({ language: 'en', projector: false })
    expect(p.pushed).toEqual([])
  })
})

it('tells what differs', () => {
  expect(changedSettings(DEFAULT_SETTINGS, DEFAULT_SETTINGS)).toBeNull()
  expect(changedSettings(DEFAULT_SETTINGS, { ...DEFAULT_SETTINGS, theme: 'dark' })).toEqual({ theme: 'dark' })
})

import type { LoadEvent, LoadFileFormat, LoadNow, LoadRun, LoadRunInfo } from '@contract/load'
import type { LoadConfig } from '@contract/load-config'
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { useLink } from '../api'
import { saveFile } from '../api/file'
import { useConnection } from './connection'
import { useLog } from './log'
import { joinPoints, type Points } from './load-live'

const MIME: Record<LoadFileFormat, string> = { json: 'application/json', csv: 'text/csv', html: 'text/html' }

/** Reports that were opened; a run never changes. Null: there is no such run. */
function useOpened() {
  const link = useLink()
  const log = useLog()
  const connection = useConnection()
  const opened = shallowReactive(new Map<string, LoadRun | null>())
  async function open(runId: string): Promise<void> {
    if (opened.get(runId)) return
    try {
      opened.set(runId, await link.api.getLoadRun({ runId }))
    } catch (thrown) {
      if (connection.ready) opened.set(runId, null)
      if (!isMissing(thrown)) log.fail(thrown)
    }
  }
  return { opened, open }
}

/** The history, and what the engine tells of the test that runs. */
function useFeed() {
  const link = useLink()
  const now = shallowRef<LoadNow | null>(null)
  const points = shallowRef<Points | null>(null)
  const runs = shallowRef<readonly LoadRunInfo[]>([])
  /** The history has been read. */
  const loaded = ref(false)
  let seenHistory = -1
  let turn = 0

  async function list(): Promise<void> {
    runs.value = await link.api.listLoadRuns({})
    loaded.value = true
  }
  function show(e: LoadEvent): void {
    now.value = e.now
    points.value = joinPoints(points.value, e)
  }
  /** A run that ended is shown as running until the history has it, so that nothing flickers between. */
  async function take(e: LoadEvent): Promise<void> {
    const mine = ++turn
    if (e.now) show(e)
    if (e.history !== seenHistory) {
      seenHistory = e.history
      await list().catch(() => undefined)
    }
    if (!e.now && mine === turn) show(e)
  }
  link.on('load', (e) => void take(e))
  link.onReady(() => {
    seenHistory = -1
    points.value = null
    list().catch(() => undefined)
  })
  return { now, points, runs, loaded, list }
}

/** The load test that runs, and the history on the engine's disk. */
export const useLoads = defineStore('loads', () => {
  const link = useLink()
  const log = useLog()
  const connection = useConnection()
  const { now, points, runs, loaded, list } = useFeed()
  const { opened, open } = useOpened()
  const asking = ref(false)
  const running = computed(() => now.value !== null && now.value.state !== 'failed')
  /** This page is view-only. */
  const locked = computed(() => !connection.may('startLoad'))
  const mayStart = computed(() => connection.ready && !locked.value)

  /**
   * Begins a test.
   * @param hosts other machines that the user has agreed to
   * @throws ApiError that names a field the engine could not use
   */
  async function start(config: LoadConfig, password: string, hosts: readonly string[]): Promise<void> {
    if (running.value || asking.value) return
    asking.value = true
    try {
      for (const host of hosts) await link.api.allowHost({ host })
      const begun = await link.api.startLoad({ config, ...(password === '' ? {} : { password }) })
      // An event of this run may have come before the answer.
      if (now.value?.runId !== begun.runId) now.value = begun
      if (points.value?.runId !== begun.runId) points.value = null
    } finally {
      asking.value = false
    }
  }
  const stop = (): Promise<void> => log.attempt(() => link.api.stopLoad({}))

  const remove = (runId: string): Promise<void> =>
    log.attempt(async () => {
      await link.api.deleteLoadRun({ runId })
      opened.delete(runId)
      await list()
    })
  const save = (runId: string, format: LoadFileFormat): Promise<void> =>
    log.attempt(async () => {
      const { name, text } = await link.api.getLoadFile({ runId, format })
      saveFile(name, text, MIME[format])
    })

  const feed = { now, points, runs, loaded, opened }
  return { ...feed, asking, running, locked, mayStart, start, stop, open, remove, save }
})

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'not-found'

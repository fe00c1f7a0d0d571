import { brokerHosts } from '@contract/loopback'
import { loadTarget } from '@contract/load'
import type { LoadConfig } from '@contract/load-config'
import { flagOfPath } from '@contract/load-flags'
import { loadCommandLine } from '@contract/load-text'
import { ApiError } from '@contract/errors'
import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLog } from './log'
import {
  draftOfConfig,
  FIRST_DRAFT,
  keptDraft,
  PRESET_DRAFTS,
  presetOf,
  readDraft,
  storedDraft,
} from './load-draft'
import type { Problem } from './load-field-errors'
import type { Draft, Switch, TextFlag } from './load-form'
import { useLoads } from './load-runs'

/** Name of the environment variable the shown command line takes a typed password from. */
export const PASSWORD_VARIABLE = 'FLEETLAB_PASSWORD'

/** The form as it is typed and what it comes to. */
function useForm() {
  const draft = useLocalStorage<Draft>('fleetlab.load', FIRST_DRAFT, {
    serializer: { read: (text) => storedDraft(text) ?? { ...FIRST_DRAFT }, write: keptDraft },
    shallow: true,
  })
  // one that an earlier version kept with its secrets is kept again without them
  draft.value = { ...draft.value }
  const password = ref('')
  const read = computed(() => readDraft(draft.value))
  const commandLine = computed(() => {
    const c = read.value.config
    if (!c) return null
    const passwordEnv = c.passwordEnv ?? (password.value === '' ? undefined : PASSWORD_VARIABLE)
    return loadCommandLine(passwordEnv === undefined ? c : { ...c, passwordEnv })
  })
  /** Settings that are in the form and do nothing beside the others, and why. */
  const unused = computed(() => read.value.unused)
  const target = computed(() => loadTarget(draft.value.url.trim()))
  return { draft, password, read, unused, commandLine, target }
}

/** The form of the next test: kept in the browser, but for the password, which is kept nowhere. */
export const useLoadSetup = defineStore('load-setup', () => {
  const loads = useLoads()
  const log = useLog()
  const { draft, password, read, unused, commandLine, target } = useForm()
  /** What the engine refused, by flag, until the field changes. */
  const refused = shallowRef<Partial<Record<TextFlag | Switch, Problem>>>({})
  /** A test that waits for the user's word, since its target is not this machine. */
  const unconfirmed = shallowRef<LoadConfig | null>(null)

  const config = computed(() => read.value.config)
  const problems = computed(() => ({ ...refused.value, ...read.value.problems }))
  const canStart = computed(() => loads.mayStart && !loads.running && !loads.asking && config.value !== null)

  function change(patch: Partial<Draft>): void {
    draft.value = { ...draft.value, ...patch }
    const changed = new Set(Object.keys(patch))
    refused.value = Object.fromEntries(Object.entries(refused.value).filter(([f]) => !changed.has(f)))
  }
  /** Fills the form with the settings of a run. */
  function use(of: LoadConfig): void {
    draft.value = draftOfConfig(of)
    refused.value = {}
  }

  const preset = computed(() => presetOf(draft.value))
  const usePreset = (name: string): void => change(PRESET_DRAFTS.get(name) ?? {})

  /** Puts what the engine found wrong to its fields. */
  function refuse(thrown: unknown): void {
    const details =
      thrown instanceof ApiError ? thrown.details.filter((d) => d.path.startsWith('config.')) : []
    if (details.length === 0) log.fail(thrown)
    refused.value = Object.fromEntries(
      details.map((d) => [
        flagOfPath(d.path.split('.').slice(1)),
        { key: 'refused', values: { found: d.found, expected: d.expected } },
      ]),
    )
  }
  async function begin(c: LoadConfig, hosts: readonly string[]): Promise<boolean> {
    unconfirmed.value = null
    try {
      await loads.start(c, password.value, hosts)
      return true
    } catch (thrown) {
      refuse(thrown)
      return false
    }
  }
  /** Begins the test of the form, or asks first. True once it has begun. */
  async function start(): Promise<boolean> {
    const c = config.value
    if (!canStart.value || !c) return false
    if (target.value === 'elsewhere') {
      unconfirmed.value = c
      return false
    }
    return begin(c, [])
  }
  async function confirm(): Promise<boolean> {
    const c = unconfirmed.value
    return c !== null && begin(c, brokerHosts(c.url))
  }
  const decline = (): void => void (unconfirmed.value = null)

  const form = { draft, password, problems, unused, target, config, commandLine, change, use }
  return { ...form, preset, usePreset, canStart, unconfirmed, start, confirm, decline }
})

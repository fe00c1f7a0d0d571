import type { EngineApi, LinkTarget } from '@contract/api'
import type { LinkConfig, LinkInput } from '@contract/link-config'
import type { GroupConfig, GroupInput, RunInput, Scenario } from '@contract/scenario'
import type { Edit } from './history'

export interface EditContext {
  api: EngineApi
  record: (edit: Edit) => void
  /** The scenario as it is now, before the edit. */
  now: () => Scenario | null
  /** Takes over what the engine has made of the edit. */
  refresh: () => Promise<void>
  /** Resolves when no undo or redo is under way: an edit in its midst would be half undone with it. */
  idle: () => Promise<unknown>
}

type Act = () => Promise<unknown>

function targetKey(t: LinkTarget): string {
  if (t === 'all') return t
  if ('group' in t) return `group:${t.group}`
  return 'listener' in t ? `listener:${t.listener}` : `client:${t.clientId}`
}

/** A link whose absent members are named, so that merging it leaves nothing of what was there. */
const whole = (l: LinkConfig): LinkInput => ({
  ...l,
  cut: { every: undefined, ...l.cut },
})

/** The commands that set the links a target means back to what they are now. */
function linksBefore(api: EngineApi, s: Scenario, target: LinkTarget, ofClient: LinkConfig | null): Act[] {
  const ofGroup = (name: string): Act => {
    const link = s.groups.find((g) => g.name === name)?.link
    return () => api.updateGroup({ name, patch: { link } })
  }
  const ofListener = (index: number): Act => {
    const link = s.broker.listeners?.[index]?.link
    return () => (link ? api.setLink({ target: { listener: index }, patch: whole(link) }) : Promise.resolve())
  }
  if (target === 'all') {
    const groups = s.groups.filter((g) => g.link !== undefined).map((g) => ofGroup(g.name))
    const listeners = (s.broker.listeners ?? []).map((_l, index) => ofListener(index))
    return [() => api.setLink({ target, patch: whole(s.link) }), ...groups, ...listeners]
  }
  if ('listener' in target) return [ofListener(target.listener)]
  if ('group' in target) return [ofGroup(target.group)]
  return ofClient ? [() => api.setLink({ target, patch: whole(ofClient) })] : []
}

/** Makes edits one by one, and tells when they are made. */
function createEditor({ record, refresh, idle }: EditContext) {
  let latest: Promise<unknown> = Promise.resolve()

  async function carryOut({ key, redo, undo }: Edit): Promise<void> {
    await redo()
    const then = (act: Act) => async () => {
      await act()
      await refresh()
    }
    record({ key, redo: then(redo), undo: then(undo) })
    await refresh()
  }
  return {
    /**
     * One edit after the other, so that each knows what it changes: `plan` reads the scenario when its turn has come,
     * and is null where there is nothing to edit.
     */
    edit(plan: () => Edit | null): Promise<void> {
      const work = Promise.all([latest, idle()]).then(async () => {
        const planned = plan()
        if (planned) await carryOut(planned)
      })
      latest = work.catch(() => undefined)
      return work
    },
    /** When the engine has answered every edit so far: undo means the latest, however quickly it is asked for. */
    settled: () => latest,
  }
}

type Editor = ReturnType<typeof createEditor>

function groupEdits({ api, now }: EditContext, { edit }: Editor) {
  const group = (name: string): GroupConfig | undefined => now()?.groups.find((g) => g.name === name)
  return {
    addGroup: (g: GroupInput): Promise<void> =>
      edit(() => ({
        key: `add:${g.name}`,
        redo: () => api.addGroup({ group: g }),
        undo: () => api.removeGroup({ name: g.name }),
      })),

    removeGroup: (name: string): Promise<void> =>
      edit(() => {
        const before = group(name)
        if (!before) return null
        return {
          key: `remove:${name}`,
          redo: () => api.removeGroup({ name }),
          undo: () => api.addGroup({ group: before }),
        }
      }),

    updateGroup: (name: string, patch: Partial<GroupInput>): Promise<void> =>
      edit(() => {
        const before = group(name)
        if (!before) return null
        const keys = Object.keys(patch) as (keyof GroupConfig)[]
        const inverse: Partial<GroupInput> = Object.fromEntries(keys.map((k) => [k, before[k]]))
        return {
          key: `update:${name}:${keys.join()}`,
          redo: () => api.updateGroup({ name, patch }),
          undo: () => api.updateGroup({ name: patch.name ?? name, patch: inverse }),
        }
      }),
  }
}

/** What a scenario says of the run as a whole. */
export const runOf = ({
  name,
  description,
  seed,
  duration,
  messages,
  phases,
  broker,
}: Scenario): Pick<Scenario, keyof RunInput> => ({
  name,
  description,
  seed,
  duration,
  messages,
  phases,
  broker,
})

function runEdits({ api, now }: EditContext, { edit }: Editor) {
  return {
    /** Name, seed, length, phases and broker; the run begins again. */
    setRun: (run: RunInput): Promise<void> =>
      edit(() => {
        const scenario = now()
        if (!scenario) return null
        const before = runOf(scenario)
        return { key: 'run', redo: () => api.setRun({ run }), undo: () => api.setRun({ run: before }) }
      }),
  }
}

function linkEdits({ api, now }: EditContext, { edit }: Editor) {
  const editLinks = (
    key: string,
    target: LinkTarget,
    change: (before: Scenario) => Act,
    ofClient: LinkConfig | null = null,
  ): Promise<void> =>
    edit(() => {
      const before = now()
      if (!before) return null
      const back = linksBefore(api, before, target, ofClient)
      return {
        key,
        redo: change(before),
        undo: async () => {
          for (const act of back) await act()
        },
      }
    })
  return {
    /** `ofClient`: the link as it was, when the target is one client. */
    setLink: (target: LinkTarget, patch: LinkInput, ofClient: LinkConfig | null = null): Promise<void> =>
      editLinks(
        `link:${targetKey(target)}:${Object.keys(patch).join()}`,
        target,
        () => () => api.setLink({ target, patch }),
        ofClient,
      ),

    /** `to`: chance of loss from 0 to 1, or what makes it of the scenario as it is then. */
    setLoss: (to: number | ((before: Scenario) => number)): Promise<void> =>
      editLinks('loss', 'all', (before) => {
        const p = typeof to === 'number' ? to : to(before)
        return () => api.setLoss({ p })
      }),
  }
}

/** Every edit of a scenario: one command to the engine, recorded with its inverse once the engine has done it. */
export function createEdits(context: EditContext) {
  const editor = createEditor(context)
  return {
    settled: editor.settled,
    ...runEdits(context, editor),
    ...groupEdits(context, editor),
    ...linkEdits(context, editor),
  }
}

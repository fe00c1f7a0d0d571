import type { EngineApi, LinkTarget } from '@contract/api'
import type { LinkConfig, LinkInput } from '@contract/link-config'
import type { GroupConfig, GroupInput, Scenario } from '@contract/scenario'
import type { Edit } from './history'

export interface EditContext {
  api: EngineApi
  record: (edit: Edit) => void
  /** The scenario as it is now, before the edit. */
  now: () => Scenario | null
  /** Takes over what the engine has made of the edit. */
  refresh: () => Promise<void>
}

const targetKey = (t: LinkTarget): string =>
  t === 'all' ? 'all' : 'group' in t ? `group:${t.group}` : `client:${t.clientId}`

type Back = { target: LinkTarget; patch: LinkInput }[]

/** The links a target means, as they are now, each with the target that sets it back. */
export function linksBefore(s: Scenario | null, target: LinkTarget, ofClient: LinkConfig | null): Back {
  if (!s) return []
  if (target === 'all') {
    const groups = s.groups.map((g) => ({ target: { group: g.name }, patch: g.link ?? s.link }))
    return [{ target: 'all', patch: s.link }, ...groups]
  }
  const before =
    'group' in target ? (s.groups.find((g) => g.name === target.group)?.link ?? s.link) : ofClient
  return before ? [{ target, patch: before }] : []
}

/** Every edit of a scenario: one command to the engine, recorded with its inverse once the engine has done it. */
export function createEdits(context: EditContext) {
  const { api, record, now, refresh } = context
  type Act = () => Promise<unknown>

  async function edit(key: string, redo: Act, undo: Act): Promise<void> {
    await redo()
    const then = (act: Act) => async () => {
      await act()
      await refresh()
    }
    record({ key, redo: then(redo), undo: then(undo) })
    await refresh()
  }
  const group = (name: string): GroupConfig | undefined => now()?.groups.find((g) => g.name === name)
  const setBack = (links: Back) => async () => {
    for (const l of links) await api.setLink(l)
  }

  return {
    addGroup: (g: GroupInput): Promise<void> =>
      edit(
        `add:${g.name}`,
        () => api.addGroup({ group: g }),
        () => api.removeGroup({ name: g.name }),
      ),

    async removeGroup(name: string): Promise<void> {
      const before = group(name)
      if (!before) return
      await edit(
        `remove:${name}`,
        () => api.removeGroup({ name }),
        () => api.addGroup({ group: before }),
      )
    },

    async updateGroup(name: string, patch: Partial<GroupInput>): Promise<void> {
      const before = group(name)
      if (!before) return
      const keys = Object.keys(patch) as (keyof GroupConfig)[]
      const inverse: Partial<GroupInput> = Object.fromEntries(keys.map((k) => [k, before[k]]))
      await edit(
        `update:${name}:${keys.join()}`,
        () => api.updateGroup({ name, patch }),
        () => api.updateGroup({ name: patch.name ?? name, patch: inverse }),
      )
    },

    /** `ofClient`: the link as it was, when the target is one client. */
    async setLink(target: LinkTarget, patch: LinkInput, ofClient: LinkConfig | null = null): Promise<void> {
      const before = linksBefore(now(), target, ofClient)
      const key = `link:${targetKey(target)}:${Object.keys(patch).join()}`
      await edit(key, () => api.setLink({ target, patch }), setBack(before))
    },

    async setLoss(p: number): Promise<void> {
      const before = linksBefore(now(), 'all', null)
      await edit('loss', () => api.setLoss({ p }), setBack(before))
    },
  }
}

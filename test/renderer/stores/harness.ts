import { createPinia, setActivePinia } from 'pinia'
import { onTestFinished, vi } from 'vitest'
import type { HostInfo } from '../../../electron/contract/api'
import { createMemoryChannels, type Channel } from '../../../electron/contract/channel'
import type { ApiError } from '../../../electron/contract/errors'
import { servePage } from '../../../electron/contract/rpc'
import type { ScenarioInput } from '../../../electron/contract/scenario'
import { EngineLink, installLink } from '../../../renderer/api'
import { CLASSROOM } from '../../helpers/classroom'
import { scenarioOf, testEngine } from '../../helpers/lab-run'

/** Waits for what the engine does in its own time. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 15_000, interval: 5 })

/** What the engine was asked, and what it is to refuse once. */
export interface Asked {
  /** Every command that came, in order, refused ones too. */
  readonly calls: { command: string; argument: unknown }[]
  /** The next command of this name is refused with this. */
  readonly refuse: Map<string, ApiError>
}

/** An engine that runs a scenario, and a link to it over memory channels. */
export async function engineWithLink(
  input: Omit<ScenarioInput, 'version'> = CLASSROOM,
  link: Partial<ConstructorParameters<typeof EngineLink>[0]> = {},
) {
  const { engine } = testEngine()
  onTestFinished(() => engine.close())
  await engine.open(scenarioOf({ ...input, broker: { kind: 'embedded', port: 0 } }), null)
  const host: HostInfo = { kind: 'web', readOnly: false }
  const asked: Asked = { calls: [], refuse: new Map() }
  const channels: Channel[] = []
  const connect = (): Channel => {
    const [page, end] = createMemoryChannels()
    servePage(
      end,
      (p) =>
        new Proxy(engine.session(p, host), {
          get: (api, command: string) => {
            const run = api[command as keyof typeof api] as ((a: unknown) => Promise<unknown>) | undefined
            if (!run) return undefined
            return async (argument: unknown) => {
              asked.calls.push({ command, argument })
              const refusal = asked.refuse.get(command)
              asked.refuse.delete(command)
              if (refusal) throw refusal
              return run.call(api, argument)
            }
          },
        }),
      {
        onInternalError: (command, thrown) => {
          throw new Error(`the engine failed on ${command}`, { cause: thrown })
        },
      },
    )
    channels.push(page)
    return page
  }
  const pageLink = new EngineLink({
    open: () => Promise.resolve(connect()),
    wait: () => Promise.resolve(),
    onFault: (thrown) => {
      throw thrown
    },
    ...link,
  })
  onTestFinished(() => pageLink.stop())
  return { engine, host, link: pageLink, channels, connect, ...asked }
}

/** Fresh stores over an engine that runs, connected. */
export async function connectedStores(input?: Omit<ScenarioInput, 'version'>) {
  const rig = await engineWithLink(input)
  const { link, channels } = rig
  installLink(link)
  setActivePinia(createPinia())
  let ready = 0
  link.onReady(() => (ready += 1))
  void link.start()
  const next = (after: number) =>
    eventually(() => {
      if (ready === after) throw new Error('not connected yet')
    })
  await next(0)
  const reconnect = async (): Promise<void> => {
    const before = ready
    channels.at(-1)?.close()
    await next(before)
  }
  const scenario = async () => (await link.api.getScenario({})).scenario
  return { ...rig, reconnect, scenario }
}

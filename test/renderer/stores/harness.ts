import { createPinia, setActivePinia } from 'pinia'
import { vi } from 'vitest'
import { createMemoryChannels, type Channel } from '../../../electron/contract/channel'
import { EngineLink, installLink } from '../../../renderer/api'
import { CLASSROOM } from '../../helpers/classroom'
import { FakeEngine } from '../../helpers/fake-engine'

/** Fresh stores over a pretended engine, connected. */
export async function connectedStores() {
  const engine = new FakeEngine(CLASSROOM)
  const channels: Channel[] = []
  const link = new EngineLink({
    open: () => {
      const [page, host] = createMemoryChannels()
      engine.serve(host)
      channels.push(page)
      return Promise.resolve(page)
    },
    wait: () => Promise.resolve(),
    onFault: (thrown) => {
      throw thrown
    },
  })
  installLink(link)
  setActivePinia(createPinia())
  let ready = 0
  link.onReady(() => (ready += 1))
  void link.start()
  await vi.waitFor(() => {
    if (ready === 0) throw new Error('not connected yet')
  })
  const reconnect = async (): Promise<void> => {
    const before = ready
    channels.at(-1)?.close()
    await vi.waitFor(() => {
      if (ready === before) throw new Error('not connected again yet')
    })
  }
  return { engine, link, reconnect }
}

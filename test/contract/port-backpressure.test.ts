import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { createMessagePortChannel, type PortLike } from '../../electron/shell/message-port-channel'
import { portChannel } from '../../renderer/api/port-channel'

const asElectronPort = (port: NodePort): PortLike => ({
  postMessage: (data: unknown) => port.postMessage(data),
  start: () => port.start(),
  close: () => port.close(),
  on: (event: 'message' | 'close', listener: (e: { data: unknown }) => void) =>
    event === 'message'
      ? port.on('message', (data: unknown) => listener({ data }))
      : port.on('close', () => listener({ data: null })),
})

test('what a page has not read yet counts as buffered, until it has read it', async () => {
  const { port1, port2 } = new MessageChannel()
  const engine = createMessagePortChannel(asElectronPort(port1))
  engine.send(new Uint8Array(5_000_000))
  engine.send(new Uint8Array(1000))
  expect(engine.bufferedBytes()).toBe(5_001_000)
  const page = portChannel(port2 as unknown as MessagePort)
  const sizes: number[] = []
  page.onMessage((m) => sizes.push(m.byteLength))
  await expect.poll(() => engine.bufferedBytes()).toBe(0)
  expect(sizes).toEqual([5_000_000, 1000])
  page.close()
})

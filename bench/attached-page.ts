import type { Channel } from '../electron/contract/channel'
import { encode } from '../electron/contract/codec'
import { servePage } from '../electron/contract/rpc'
import type { Engine } from '../electron/engine/types'

/** A page that watches the newest packets and the topic tree and reads as fast as it is sent to; counts bytes. */
export function attachPage(engine: Engine): { bytes(): number } {
  let bytes = 0
  let deliver: (message: Uint8Array) => void = () => undefined
  const channel: Channel = {
    send: (message) => {
      bytes += message.byteLength
    },
    onMessage: (listener) => {
      deliver = listener
    },
    onClose: () => undefined,
    close: () => undefined,
    bufferedBytes: () => 0,
  }
  servePage(channel, (page) => engine.session(page, { kind: 'web', readOnly: false }), {
    onInternalError: (where, thrown) => {
      throw new Error(`${where} failed`, { cause: thrown })
    },
  })
  const commands: [string, object][] = [
    ['hello', { contract: 1 }],
    ['watchPackets', { filter: '', tail: 500 }],
    ['watchTopics', { open: ['bench'], search: '', filter: '', offset: 0, limit: 50 }],
  ]
  commands.forEach((call, i) => deliver(encode({ t: 'q', i: String(i), m: 'invoke', a: call })))
  return { bytes: () => bytes }
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { WebSocket } from 'ws'
import { decode, encode } from '../electron/contract/codec'

/** What costs the engine most for the least that is sent, within what a viewer may ask. */
const WORST: readonly [command: string, argument: object][] = [
  ['queryPackets', { filter: 'topic:zzz/none', limit: 500 }],
  ['exportPcapng', { filter: '' }],
  ['watchPackets', { filter: 'topic:zzz/none', tail: 500 }],
  ['watchTopics', { open: [], search: 'class', filter: '+/+', offset: 0, limit: 500 }],
  ['queryPackets', { filter: '', limit: 500 }],
  ['getRing', { parts: 2000 }],
  ['tryLesson', { id: 'qos-1-cut', variant: 'puback' }],
  ['listDevices', { search: 'sensor', offset: 0, limit: 500 }],
]

/** Asks for the worst things in a loop, the next as soon as the last is answered or refused. */
export function misbehave(socket: WebSocket, first: number): void {
  let n = first
  const next = (): void => {
    const [command, argument] = WORST[n++ % WORST.length] as (typeof WORST)[number]
    socket.send(encode({ t: 'q', i: `w${n}`, m: 'invoke', a: [command, argument] }))
  }
  socket.on('message', (data: Buffer) => {
    if (!isAnswer(data)) return
    setImmediate(next)
  })
  next()
}

/** Answers are few and pushed events many: only the short ones are looked at. */
function isAnswer(data: Buffer): boolean {
  return (decode(data) as { t: string }).t === 's'
}

/** A pair of clients of the broker in a process of their own. */
export async function startBystanders(url: string) {
  const child = fork(join(import.meta.dirname, 'share-pair.ts'), [url], { execArgv: ['--import', 'tsx'] })
  await once(child, 'message')
  return {
    async times(): Promise<number[]> {
      const answer = once(child, 'message')
      child.send('times')
      return ((await answer) as [number[]])[0]
    },
    stop: () => child.disconnect(),
  }
}

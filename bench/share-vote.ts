import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import { wait } from './settings'

/** Pupils that vote, and for how long they all do so once. */
export const PUPILS = 40
const VOTING_MS = 5000
const ROUNDS = 3

/** What the teacher's page was told: so many votes, at that time on this machine's clock, ms. */
export interface VoteSeen {
  votes: number
  atMs: number
}

interface Caster {
  ask(command: string, argument: object): void
}

const seenOf = (message: unknown): VoteSeen | null =>
  typeof message === 'object' && message !== null && 'votes' in message ? (message as VoteSeen) : null

/** From each vote as it is sent to the first news to the teacher's page that counts it, ms. */
async function oneRound(host: ChildProcess, pupils: readonly Caster[], round: number): Promise<number[]> {
  const seen: VoteSeen[] = []
  const listen = (message: unknown): void => {
    const news = seenOf(message)
    if (news) seen.push(news)
  }
  host.on('message', listen)
  host.send('vote')
  await once(host, 'message')
  await wait(500)
  const sent: number[] = []
  for (const pupil of pupils) {
    sent.push(Date.now())
    pupil.ask('castVote', { round, answer: sent.length % 2 })
    await wait(VOTING_MS / pupils.length)
  }
  await wait(1000)
  host.off('message', listen)
  return sent.map((at, i) => (seen.find((s) => s.votes > i)?.atMs ?? Infinity) - at)
}

/** Times from vote to bar of all rounds, ms, ascending. */
export async function voteTimes(host: ChildProcess, pupils: readonly Caster[]): Promise<number[]> {
  const times: number[] = []
  for (let round = 1; round <= ROUNDS; round++) times.push(...(await oneRound(host, pupils, round)))
  return times.sort((a, b) => a - b)
}

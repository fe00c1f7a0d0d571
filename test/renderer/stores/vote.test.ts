// @vitest-environment happy-dom
import { createPinia, setActivePinia } from 'pinia'
import { expect, test } from 'vitest'
import type { Classroom } from '../../../electron/engine/session/class-commands'
import { installLink } from '../../../renderer/api'
import { useVote } from '../../../renderer/stores/vote'
import { engineWithLink, eventually } from './harness'

const both = (text: string) => ({ en: text, ko: text })
const question = { question: both('How often?'), answers: [both('once'), both('twice')] }

/** The class's votes in the engine, and the store of one page that has not come yet. */
async function pageOf(viewer?: string) {
  const rig = await engineWithLink()
  if (viewer !== undefined) Object.assign(rig.host, { viewer, readOnly: true })
  const { vote: votes } = (rig.engine as unknown as { classroom: Classroom }).classroom
  installLink(rig.link)
  setActivePinia(createPinia())
  return { ...rig, votes, vote: useVote() }
}

test('a pupil who joins when a vote is over does not see it, but the next one, also after a lost connection', async () => {
  const { votes, vote, link, channels } = await pageOf('Mina')
  votes.ask(question)
  votes.end()
  void link.start()
  await eventually(() => expect(vote.state?.round).toBe(1))
  expect(vote.closed).toBe(1)

  votes.again()
  await eventually(() => expect(vote.state).toMatchObject({ round: 2, open: true }))
  votes.end()
  await eventually(() => expect(vote.state?.open).toBe(false))
  vote.state = null
  channels.at(-1)?.close()
  await eventually(() => expect(vote.state).toMatchObject({ round: 2, open: false }))
  expect(vote.closed).toBe(1)
})

test('a pupil who voted sees the result on a page that was loaded again', async () => {
  const { votes, vote, link } = await pageOf('Mina')
  votes.ask(question)
  votes.cast('Mina', 1, 1)
  votes.end()
  void link.start()
  await eventually(() => expect(vote.state).toMatchObject({ round: 1, mine: 1, counts: [0, 1] }))
  expect(vote.closed).toBe(0)
})

test('answers can be saved once there is one, also when the vote was put away', async () => {
  const { votes, vote, link } = await pageOf()
  void link.start()
  votes.ask(question)
  await eventually(() => expect(vote.state?.round).toBe(1))
  expect(vote.hasResults).toBe(false)
  votes.cast('Mina', 1, 0)
  await eventually(() => expect(vote.hasResults).toBe(true))
  votes.end()
  votes.putAway()
  await eventually(() => expect(vote.state).toBeNull())
  expect(vote.hasResults).toBe(true)
})

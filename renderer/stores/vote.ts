import type { Language } from '@contract/languages'
import type { VoteQuestion, VoteState } from '@contract/vote'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useConnection } from './connection'
import { useLog } from './log'

/** The vote of the class: on the teacher's page with the counts, on a pupil's with the own answer. */
export const useVote = defineStore('vote', () => {
  const link = useLink()
  const log = useLog()
  const connection = useConnection()
  const state = shallowRef<VoteState>(null)
  /** Round of the vote that a pupil put away. */
  const closed = ref(0)
  /** A question is being typed. */
  const composing = ref(false)

  const take = (s: VoteState): void => void (state.value = s)
  link.on('vote', take)
  const mayCast = (): boolean => connection.viewer !== null
  const act = (run: () => Promise<VoteState>): Promise<void> => log.attempt(async () => take(await run()))

  return {
    state,
    closed,
    composing,
    compose: (): void => void (composing.value = true),
    ask: (question: VoteQuestion) => act(() => link.api.openVote(question)),
    again: () => act(() => link.api.voteAgain({})),
    end: () => act(() => link.api.endVote({})),
    /** Puts the vote away: the teacher for the class, a pupil on the own page. */
    hide: async (): Promise<void> => {
      if (mayCast()) closed.value = state.value?.round ?? 0
      else await act(() => link.api.putVoteAway({}))
    },
    cast: (answer: number) => act(() => link.api.castVote({ round: state.value?.round ?? 0, answer })),
    mayCast,
    /** All answers as CSV. */
    results: async (language: Language): Promise<string> => (await link.api.voteResults({ language })).text,
  }
})

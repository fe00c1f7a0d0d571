import type { Language } from '@contract/languages'
import type { VoteQuestion, VoteState } from '@contract/vote'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useLink } from '../api'
import { useConnection } from './connection'
import { useLog } from './log'
import { useSharing } from './sharing'

/** The vote of the class: on the teacher's page with the counts, on a pupil's with the own answer. */
export const useVote = defineStore('vote', () => {
  const link = useLink()
  const log = useLog()
  const connection = useConnection()
  const sharing = useSharing()
  const state = shallowRef<VoteState>(null)
  /** Round of the vote that a pupil put away. */
  const closed = ref(0)
  /** A question is being typed. */
  const composing = ref(false)

  /** Round of the last vote that this page was told of while it was open. */
  let seenOpen = 0
  /** Somebody has answered since the page came. */
  const answered = ref(false)
  // an engine that was started again knows no votes; `useSharing` asks what this one has
  link.onReady(() => (answered.value = false))

  function take(s: VoteState): void {
    if (s?.open) seenOpen = s.round
    // who joined when it was over, and did not vote, came too late for it
    else if (s && mayCast() && s.mine === null && s.round !== seenOpen) closed.value = s.round
    if (s && s.votes > 0) answered.value = true
    state.value = s
  }
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
    /** There are answers that can be saved; of votes that were put away, too. */
    hasResults: computed(() => answered.value || sharing.answered),
    /** All answers as CSV. */
    results: async (language: Language): Promise<string> => (await link.api.voteResults({ language })).text,
  }
})

import { ApiError } from '../../contract/errors'
import type { Shown } from '../../contract/shown'
import type { VoteQuestion } from '../../contract/vote'
import type { ClassVote } from './class-vote'
import type { ClassView } from './class-view'
import { command } from './command'

/** What a class has in common: its votes, and what the teacher shows it. */
export interface Classroom {
  readonly vote: ClassVote
  readonly view: ClassView
}

/** A page's commands of the class. */
export class ClassCommands {
  /** @param pupil name of the viewer whose page it is; undefined for the host's own */
  constructor(
    private readonly classroom: Classroom,
    private readonly pupil: string | undefined,
  ) {}

  showClass(a: Shown) {
    return command(() => this.classroom.view.show(a))
  }

  openVote(a: VoteQuestion) {
    return this.voted((vote) => vote.ask(a))
  }

  voteAgain() {
    return this.voted((vote) => vote.again())
  }

  endVote() {
    return this.voted((vote) => vote.end())
  }

  castVote(a: { round: number; answer: number }) {
    return this.voted((vote) => {
      if (this.pupil === undefined) throw new ApiError('forbidden', 'only those who joined the class vote')
      vote.cast(this.pupil, a.round, a.answer)
    })
  }

  voteResults(a: { language: 'en' | 'ko' }) {
    return command(() => ({ text: this.classroom.vote.csv(a.language) }))
  }

  private voted(change: (vote: ClassVote) => void) {
    return command(() => {
      change(this.classroom.vote)
      return this.classroom.vote.state(this.pupil)
    })
  }
}

import { COST } from '../../contract/command-entry'
import { ApiError } from '../../contract/errors'
import type { Language } from '../../contract/languages'
import type { PageLink } from '../../contract/rpc'
import type { Shown } from '../../contract/shown'
import type { VoteQuestion } from '../../contract/vote'
import type { LessonService } from '../lessons/lesson-service'
import type { Sandboxes } from '../lessons/sandboxes'
import type { ClassVote } from './class-vote'
import type { ClassView } from './class-view'
import { command } from './command'

/** What a class has in common: its votes, what the teacher shows it, and the lessons its pupils run alone. */
export interface Classroom {
  readonly vote: ClassVote
  readonly view: ClassView
  readonly sandboxes: Sandboxes
}

/** A page's commands of the class. */
export class ClassCommands {
  private readonly left = new AbortController()

  /** @param pupil name of the viewer whose page it is; undefined for the host's own */
  constructor(
    private readonly classroom: Classroom,
    private readonly pupil: string | undefined,
    private readonly stage: Pick<LessonService, 'plan'>,
    private readonly charged: Pick<PageLink, 'worked'>,
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

  putVoteAway() {
    return this.voted((vote) => vote.putAway())
  }

  castVote(a: { round: number; answer: number }) {
    return this.voted((vote) => {
      vote.cast(this.joined('vote'), a.round, a.answer)
    })
  }

  tryLesson(a: { id: string; variant: string }) {
    return command(() => {
      const pupil = this.joined('try lessons')
      const worked = (ms: number): void => this.charged.worked(ms / COST.runMs)
      const plan = this.stage.plan(a.id, a.variant)
      return this.classroom.sandboxes.run(pupil, plan, this.left.signal, worked)
    })
  }

  setSandboxes(a: { most: number }) {
    return command(() => {
      this.classroom.sandboxes.allow(a.most)
      return this.classroom.sandboxes.state()
    })
  }

  voteResults(a: { language: Language }) {
    return command(() => ({ text: this.classroom.vote.csv(a.language) }))
  }

  /** What the pupil runs alone ends. */
  protected leave(): void {
    this.left.abort()
  }

  private joined(what: string): string {
    if (this.pupil === undefined) throw new ApiError('forbidden', `only those who joined the class ${what}`)
    return this.pupil
  }

  private voted(change: (vote: ClassVote) => void) {
    return command(() => {
      change(this.classroom.vote)
      return this.classroom.vote.state(this.pupil)
    })
  }
}

import { ApiError } from '../../contract/errors'
import { textIn, type Language } from '../../contract/languages'
import type { VoteQuestion, VoteState } from '../../contract/vote'
import { csvField } from '../base/csv'

interface Round extends VoteQuestion {
  turn: number
  open: boolean
  /** Place of the answer, by the pupil's name, of which there are no two alike in a class. */
  votes: Map<string, number>
}

/** Votes that are kept for the results; older ones are forgotten. */
const MAX_ROUNDS = 200

/** Names of the columns of the results. */
const COLUMNS: Record<Language, readonly string[]> = {
  en: ['vote', 'lesson', 'variant', 'question', 'turn', 'pupil', 'answer'],
  ko: ['투표', '학습', '경우', '질문', '회차', '학생', '답'],
  ja: ['投票', 'レッスン', '条件', '質問', '回', '生徒', '答え'],
  zh: ['投票', '课程', '情况', '问题', '轮次', '学生', '答案'],
}

/** Votes of a class: one question at a time, asked again as often as wanted. Until the program ends. */
export class ClassVote {
  /** Grows with every change. */
  revision = 0
  private readonly rounds: Round[] = []
  /** Nobody sees the last vote any more. */
  private away = false
  private forgotten = 0

  /** Opens a vote; one that is open ends. */
  ask(question: VoteQuestion): void {
    this.begin(question, 1)
  }

  /** Opens a vote about the same question. @throws ApiError `conflict` when none was asked */
  again(): void {
    const last = this.last()
    this.begin(last, last.turn + 1)
  }

  /** Ends the vote: the class sees the result. @throws ApiError `conflict` when none was asked */
  end(): void {
    this.last().open = false
    this.revision++
  }

  /** The vote that has ended leaves every page; its answers are kept for the results. @throws ApiError `conflict` while it is open, or when none was asked */
  putAway(): void {
    if (this.last().open) throw new ApiError('conflict', 'the vote has not ended yet')
    this.away = true
    this.revision++
  }

  /** A pupil's answer; the last one counts. @throws ApiError `conflict` when that vote is over, `bad-request` without such an answer */
  cast(pupil: string, round: number, answer: number): void {
    const now = this.last()
    if (!now.open || round !== this.round) throw new ApiError('conflict', 'this vote is over')
    if (answer >= now.answers.length) {
      throw new ApiError('bad-request', `answer: found ${answer}; expected 0 to ${now.answers.length - 1}`)
    }
    now.votes.set(pupil, answer)
    this.revision++
  }

  /** @param pupil whose page asks; undefined for the host's, which sees the counts at once */
  state(pupil?: string): VoteState {
    const now = this.rounds.at(-1)
    if (!now || this.away) return null
    const counts = now.answers.map((_, i) => [...now.votes.values()].filter((v) => v === i).length)
    return {
      ...(now.about ? { about: now.about } : {}),
      question: now.question,
      answers: now.answers,
      round: this.round,
      turn: now.turn,
      open: now.open,
      votes: now.votes.size,
      counts: pupil !== undefined && now.open ? null : counts,
      mine: pupil === undefined ? null : (now.votes.get(pupil) ?? null),
    }
  }

  /** There is an answer of which the results tell. */
  get answered(): boolean {
    return this.rounds.some((r) => r.votes.size > 0)
  }

  /** All answers, one line a pupil and vote, below the names of the columns. */
  csv(language: Language): string {
    const rows = this.rounds.flatMap((r, i) =>
      [...r.votes].map(([pupil, answer]) => [
        this.forgotten + i + 1,
        textIn(r.about?.title, language) ?? '',
        textIn(r.about?.chosen, language) ?? '',
        textIn(r.question, language),
        r.turn,
        pupil,
        textIn(r.answers[answer], language) ?? '',
      ]),
    )
    return [COLUMNS[language], ...rows].map((row) => `${row.map(csvField).join(',')}\n`).join('')
  }

  private begin({ about, question, answers }: VoteQuestion, turn: number): void {
    const last = this.rounds.at(-1)
    if (last) last.open = false
    this.away = false
    this.rounds.push({ about, question, answers, turn, open: true, votes: new Map() })
    if (this.rounds.length > MAX_ROUNDS) {
      this.rounds.shift()
      this.forgotten++
    }
    this.revision++
  }

  private get round(): number {
    return this.forgotten + this.rounds.length
  }

  private last(): Round {
    const last = this.rounds.at(-1)
    if (!last) throw new ApiError('conflict', 'no question was asked yet')
    return last
  }
}

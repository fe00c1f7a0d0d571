import { z } from 'zod'
import type { InLanguages } from './languages'

/** Longest question and answer, in characters. */
export const VOTE_TEXT = { question: 400, answer: 160, about: 900 } as const
/** Answers of one question. */
export const VOTE_ANSWERS = { least: 2, most: 6 } as const

const inLanguages = (max: number) => {
  const text = z.string().trim().min(1).max(max)
  return z.strictObject({ en: text, ko: text, ja: text.optional(), zh: text.optional() })
}

/** What the class is asked; one that was typed says the same in every language. */
export const voteQuestionSchema = z.strictObject({
  /** The lesson whose question it is; a question that was typed has none. */
  about: z
    .strictObject({
      lesson: z.string().max(VOTE_TEXT.about),
      variant: z.string().max(VOTE_TEXT.about).nullable(),
      title: inLanguages(VOTE_TEXT.about),
      /** The variant in words, e.g. which packet is lost; none where the lesson has only one. */
      chosen: inLanguages(VOTE_TEXT.about).optional(),
    })
    .optional(),
  question: inLanguages(VOTE_TEXT.question),
  answers: z.array(inLanguages(VOTE_TEXT.answer)).min(VOTE_ANSWERS.least).max(VOTE_ANSWERS.most),
})
export type VoteQuestion = z.output<typeof voteQuestionSchema>

/** The vote as one page sees it; null while no question was asked, or when it was put away. */
export type VoteState = {
  about?: VoteQuestion['about']
  question: InLanguages<string>
  answers: InLanguages<string>[]
  /** Counts up with every vote that is opened, the same question again too. */
  round: number
  /** Which vote about this question it is, from 1. */
  turn: number
  open: boolean
  /** Pupils who have voted. */
  votes: number
  /** Votes of each answer; null to pupils while the vote is open, so that nobody votes as the others do. */
  counts: number[] | null
  /** The answer that this page's pupil gave, by its place; null for none. */
  mine: number | null
} | null

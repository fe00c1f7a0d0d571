import { expect, test } from 'vitest'
import { ClassVote } from '../../../electron/engine/session/class-vote'

const both = (text: string) => ({ en: text, ko: `${text} (ko)` })
const question = (text = 'How often?') => ({
  question: both(text),
  answers: [both('once'), both('=1+1'), both('more, "or" less')],
})

test('the last answer of a pupil counts, and pupils see the counts when the vote has ended', () => {
  const vote = new ClassVote()
  expect(vote.state()).toBeNull()
  vote.ask(question())
  expect(vote.answered).toBe(false)
  vote.cast('Mina', 1, 0)
  expect(vote.answered).toBe(true)
  vote.cast('Jun', 1, 2)
  vote.cast('Mina', 1, 2)
  expect(vote.state()).toMatchObject({ open: true, votes: 2, counts: [0, 0, 2], mine: null })
  expect(vote.state('Mina')).toMatchObject({ open: true, votes: 2, counts: null, mine: 2 })
  vote.end()
  expect(vote.state('Mina')).toMatchObject({ open: false, counts: [0, 0, 2] })
  expect(() => vote.cast('Mina', 1, 0)).toThrow('this vote is over')
})

test('the same question is asked again from nothing, and an answer to the vote before is refused', () => {
  const vote = new ClassVote()
  expect(() => vote.again()).toThrow('no question was asked yet')
  vote.ask(question())
  vote.cast('Mina', 1, 1)
  vote.again()
  expect(vote.state()).toMatchObject({ round: 2, turn: 2, open: true, counts: [0, 0, 0] })
  expect(() => vote.cast('Mina', 1, 0)).toThrow('this vote is over')
  expect(() => vote.cast('Mina', 2, 3)).toThrow('expected 0 to 2')
})

test('a vote that has ended is put away from every page, and its answers stay', () => {
  const vote = new ClassVote()
  vote.ask(question())
  vote.cast('Mina', 1, 0)
  expect(() => vote.putAway()).toThrow('the vote has not ended yet')
  vote.end()
  vote.putAway()
  expect([vote.state(), vote.state('Mina')]).toEqual([null, null])
  expect(vote.csv('en')).toContain('Mina,once')
  vote.ask(question())
  expect(vote.state('Mina')).toMatchObject({ round: 2, open: true, mine: null })
})

test('the results name each pupil, vote and answer, and hold nothing that a spreadsheet would run', () => {
  const vote = new ClassVote()
  vote.ask(question('-2 or 2?'))
  vote.cast('@SUM(A1)', 1, 1)
  vote.again()
  vote.cast('Mina', 2, 2)
  expect(vote.csv('en').split('\n')).toEqual([
    'vote,lesson,variant,question,turn,pupil,answer',
    "1,,,'-2 or 2?,1,'@SUM(A1),'=1+1",
    '2,,,\'-2 or 2?,2,Mina,"more, ""or"" less"',
    '',
  ])
  expect(vote.csv('ko')).toContain('-2 or 2? (ko)')
  expect(vote.csv('ko')).toMatch(/^투표,학습,경우,질문,회차,학생,답\n/)
})

test('the question of a lesson names it and what is chosen, to the class and in the results', () => {
  const vote = new ClassVote()
  const about = { lesson: 'qos-2', variant: 'pubrel', title: both('QoS 2'), chosen: both('Lose: PUBREL') }
  vote.ask({ ...question(), about })
  vote.cast('Mina', 1, 0)
  expect(vote.state('Mina')).toMatchObject({ about })
  vote.again()
  expect(vote.state('Mina')).toMatchObject({ about, turn: 2 })
  expect(vote.csv('en')).toContain('1,QoS 2,Lose: PUBREL,How often?,1,Mina,once')
})

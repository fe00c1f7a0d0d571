import { expect, it } from 'vitest'
import { createTurns } from '../../../renderer/stores/turns'

/** Work that ends when it is told to. */
function work(name: string, done: string[]) {
  let end: (fault?: Error) => void = () => undefined
  const run = (): Promise<void> => {
    done.push(`${name} begins`)
    return new Promise((resolve, reject) => {
      end = (fault) => {
        done.push(`${name} ends`)
        if (fault) reject(fault)
        else resolve()
      }
    })
  }
  return { run, end: (fault?: Error) => end(fault) }
}

it('of what is asked for meanwhile only the latest runs, and everyone waits for it', async () => {
  const done: string[] = []
  const turns = createTurns()
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => work(name, done)) as [Work, Work, Work, Work]
  const first = turns.latest(a.run)
  void turns.latest(b.run)
  const last = turns.latest(c.run)
  await turns.ifFree(d.run)
  a.end()
  await Promise.resolve()
  c.end()
  await Promise.all([first, last])
  expect(done).toEqual(['a begins', 'a ends', 'c begins', 'c ends'])
})

it('a place that was asked for while a page is read is gone to afterwards', async () => {
  const done: string[] = []
  const turns = createTurns()
  const [page, place] = ['page', 'place'].map((name) => work(name, done)) as [Work, Work]
  const reading = turns.ifFree(page.run)
  void turns.latest(place.run)
  page.end()
  await Promise.resolve()
  place.end()
  await reading
  expect(done.at(-1)).toBe('place ends')
})

it('a failure reaches who waits, and the next one runs', async () => {
  const done: string[] = []
  const turns = createTurns()
  const [bad, good] = ['bad', 'good'].map((name) => work(name, done)) as [Work, Work]
  const failed = turns.ifFree(bad.run)
  bad.end(new Error('no'))
  await expect(failed).rejects.toThrow('no')
  const fine = turns.ifFree(good.run)
  good.end()
  await fine
  expect(done.at(-1)).toBe('good ends')
})

type Work = ReturnType<typeof work>

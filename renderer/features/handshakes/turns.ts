import type { Story } from './use-stories'

/** A part of a message's story that no other message's sentence interrupts. */
export interface Turn {
  story: Pick<Story, 'journey' | 'card'>
  sentences: Story['sentences']
}

/** Stories of several messages in one order of time: where another message goes on, its name stands again. Pure. */
export function inTurns(stories: readonly Story[]): Turn[] {
  const turns: Turn[] = []
  const all = stories.flatMap((story) => story.sentences.map((s) => ({ story, s })))
  for (const { story, s } of all.sort((a, b) => a.s.n - b.s.n)) {
    const last = turns.at(-1)
    if (last?.story === story) last.sentences.push(s)
    else turns.push({ story, sentences: [s] })
  }
  const silent = stories.filter((story) => story.sentences.length === 0)
  return [...turns, ...silent.map((story) => ({ story, sentences: [] }))]
}

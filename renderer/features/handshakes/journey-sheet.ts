import type { Sheet } from '../print/sheet'
import type { Recording } from '../replay/use-recorded-scene'

type Translate = (key: string) => string

/** What is printed of one message. */
export function journeySheet(
  { title, topic }: { title: string; topic: string },
  recording: Recording,
  t: Translate,
  int: (n: number) => string,
): Sheet {
  const { packets, journeys } = recording.timeline
  const copies = journeys.flatMap((j) => j.deliveries).reduce((sum, d) => sum + d.copies, 0)
  const count = (name: string, n: number) => ({ label: t(`print.count.${name}`), value: int(n) })
  return {
    title,
    note: topic,
    text: [],
    question: null,
    recording,
    counts: [
      count('packets', packets.length),
      count('lost', packets.filter((p) => p.fate === 'lost').length),
      count('copies', copies),
    ],
    why: [],
  }
}

import { expect, it } from 'vitest'
import { drawArrow, placeEnd, type ArrowContext, type Line } from '../../../renderer/canvas/sequence/arrows'
import { flat, Taken, type Box } from '../../../renderer/canvas/sequence/boxes'
import { Simulation } from './simulate'
import { words } from './words'

const [publish] = new Simulation()
  .message({ at: 0, qos: 1, packetId: 7, losses: [{ leg: 'sensor-1', type: 'PUBLISH' }] })
  .run().packets
if (!publish) throw new Error('nothing was simulated')
const lost = publish
/** Too short for its label. */
const line: Line = { from: { x: 100, y: 100 }, to: { x: 130, y: 100 }, end: 'cross', receiver: 400 }

function drawn(boxes: Box[]) {
  const taken = new Taken()
  for (const box of boxes) taken.add(box)
  const c: ArrowContext = { k: 1, words, taken, lines: [] }
  const end = placeEnd(lost, line, c)
  if (end) taken.add(end.box)
  const { label, endText } = drawArrow(lost, line, end, c)
  return [endText?.value ?? null, label.crowded]
}

it('the label of a lost packet is hidden only where the word at its cross has its name', () => {
  expect(drawn([])).toEqual(['PUBLISH #7 lost', true])
  // room for the short word alone, under the cross
  const narrow = [flat(144, 100, 6, 4), flat(84, 118, 16, 4), flat(84, 82, 6, 4)]
  expect(drawn(narrow)).toEqual(['lost', false])
  // room for no word
  expect(drawn([...narrow, flat(118, 118, 24, 4), flat(118, 82, 24, 4)])).toEqual([null, false])
})

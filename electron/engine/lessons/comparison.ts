import type { Loss, QosComparison, QosRun } from '../../contract/comparison'
import type { LessonDrop } from '../../contract/lesson'
import { linkSchema } from '../../contract/link-config'
import { scenarioSchema, type Scenario } from '../../contract/scenario'
import { recordingOf } from './outcome'
import { LESSON_LINK, type RunPlan } from './plan'
import { runLesson } from './run'

/** The same for every QoS. With this one each packet is lost beyond the middle of its way: its name fits on its arrow. */
const SEED = 60
const PUBLISHER = 'sensor'
const SUBSCRIBER = 'phone'
const QOS = [0, 1, 2] as const

function scenarioOf(qos: QosRun['qos']): Scenario {
  return scenarioSchema.parse({
    version: 1,
    name: `QoS ${qos}`,
    seed: SEED,
    messages: 1,
    link: linkSchema.parse(LESSON_LINK),
    groups: [
      { name: PUBLISHER, id: PUBLISHER, publishes: [{ topic: 'home/temperature', qos }] },
      { name: SUBSCRIBER, id: SUBSCRIBER, subscribes: [{ filter: 'home/#', qos }] },
    ],
  })
}

/** The first answer to a PUBLISH (4.3.2, 4.3.3); at QoS 0 there is none. */
const ANSWERS = [null, 'PUBACK', 'PUBREC'] as const

/** The packet that is lost, in the words of a lesson; null where there is none of its kind. */
function dropOf(loss: Loss, qos: QosRun['qos']): LessonDrop | null {
  const answer = ANSWERS[qos]
  const lose = (client: string, direction: LessonDrop['direction'], type: LessonDrop['type'] | null) =>
    type === null ? null : { client, direction, type, nth: 1 }
  switch (loss) {
    case 'none':
      return null
    case 'publish':
      return lose(PUBLISHER, 'uplink', 'PUBLISH')
    case 'answer':
      return lose(PUBLISHER, 'downlink', answer)
    case 'passed-on':
      return lose(SUBSCRIBER, 'downlink', 'PUBLISH')
    case 'confirmation':
      return lose(SUBSCRIBER, 'uplink', answer)
  }
}

async function runAt(qos: QosRun['qos'], loss: Loss, signal: AbortSignal): Promise<QosRun> {
  const drop = dropOf(loss, qos)
  const plan: RunPlan = { scenario: scenarioOf(qos), steps: [], drop: drop ? [drop] : [] }
  return runLesson(plan, { signal }, (record) => {
    const recording = recordingOf(record, plan.scenario, 'type:handshake')
    return { ...recording, qos, lost: recording.timeline.packets.find((p) => p.fate === 'lost') ?? null }
  })
}

/**
 * One message at each QoS, one run after the other.
 * @throws SimulationError when something inside failed or the signal aborts
 */
export async function compareQos(loss: Loss, signal: AbortSignal): Promise<QosComparison> {
  const runs: QosRun[] = []
  for (const qos of QOS) runs.push(await runAt(qos, loss, signal))
  return { loss, runs }
}

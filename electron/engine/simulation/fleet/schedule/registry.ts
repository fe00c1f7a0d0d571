import type { PublishConfig } from '../../../../contract/scenario'
import { fixed } from './fixed'
import { jittered } from './jittered'
import { poisson } from './poisson'
import type { Schedule } from './schedule'

const SCHEDULES = { fixed, jittered, poisson } satisfies Record<PublishConfig['schedule'], Schedule>

export const scheduleOf = (name: PublishConfig['schedule']): Schedule => SCHEDULES[name]

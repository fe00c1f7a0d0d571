import type { PayloadConfig } from '../../../../contract/scenario'
import type { Random } from '../../../base/random'
import { bytes } from './bytes'
import { counter } from './counter'
import type { Generator, PayloadModel } from './payload'
import { randomWalk } from './random-walk'
import { sine } from './sine'
import { template } from './template'

const MODELS: { [K in PayloadConfig['kind']]: PayloadModel<K> } = {
  counter,
  'random-walk': randomWalk,
  sine,
  template,
  bytes,
}

/** The generator of one device. */
export function createGenerator(config: PayloadConfig, random: Random): Generator {
  // The registry pairs each kind with its own model, which TypeScript cannot follow through a union.
  const model = MODELS[config.kind] as PayloadModel
  return model.create(config, random)
}

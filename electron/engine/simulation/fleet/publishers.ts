import type { PublishConfig } from '../../../contract/scenario'
import { Publisher, type PublisherDeps } from './publisher'
import { Replay, type ReplayPublish } from './replay'
import type { DeviceSpec } from './types'

const isReplay = (p: PublishConfig): p is ReplayPublish => p.from !== undefined

/** All that one device publishes of its own accord. */
export class Publishers {
  private all: (Publisher | Replay)[]
  private started = false

  constructor(
    private readonly spec: DeviceSpec,
    private readonly deps: PublisherDeps,
  ) {
    this.all = spec.group.publishes.map((p, slot) => this.create(p, slot))
  }

  /** None of them will publish any more. */
  get done(): boolean {
    return this.all.every((p) => p.done)
  }

  start(): void {
    this.started = true
    for (const p of this.all) p.start()
  }

  stop(): void {
    this.started = false
    for (const p of this.all) p.stop()
  }

  update(configs: readonly PublishConfig[]): void {
    for (const removed of this.all.splice(configs.length)) removed.stop()
    configs.forEach((config, slot) => {
      const publisher = this.all[slot]
      if (publisher instanceof Replay && isReplay(config)) publisher.update(config)
      else if (publisher instanceof Publisher && !isReplay(config)) publisher.update(config)
      else {
        publisher?.stop()
        const created = (this.all[slot] = this.create(config, slot))
        if (this.started) created.start()
      }
    })
  }

  private create(config: PublishConfig, slot: number): Publisher | Replay {
    return isReplay(config)
      ? new Replay(config, this.spec, this.deps)
      : new Publisher(config, slot, this.spec, this.deps)
  }
}

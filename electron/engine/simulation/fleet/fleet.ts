import type { LinkConfig } from '../../../contract/link-config'
import type { GroupConfig, Scenario } from '../../../contract/scenario'
import { Device } from './device'
import type { DeviceDeps, DeviceSpec } from './types'

/** Fields whose change needs a new session: the group's devices are replaced. */
const SESSION_FIELDS = [
  'id',
  'clean',
  'keepAlive',
  'protocol',
  'sessionExpiry',
  'receiveMaximum',
  'topicAliasMaximum',
  'will',
] as const

interface GroupState {
  config: GroupConfig
  devices: Device[]
}

/** Client identifier of the n-th device of a group, n from 1. */
export const deviceId = (group: GroupConfig, n: number): string =>
  group.id.replace(/\{(n|group)\}/g, (_all, name: string) => (name === 'n' ? String(n) : group.name))

/** All simulated devices, by group. */
export class Fleet {
  private readonly groups = new Map<string, GroupState>()
  private readonly byId = new Map<string, Device>()
  /** Counts devices that came or went. */
  revision = 0
  private publishing = false
  /** Groups that do not publish yet although all others do. */
  private waiting = new Set<string>()
  private defaultLink: LinkConfig

  constructor(
    scenario: Scenario,
    private readonly deps: DeviceDeps,
  ) {
    this.defaultLink = scenario.link
    for (const g of scenario.groups) this.create(g)
  }

  *devices(): IterableIterator<Device> {
    yield* this.byId.values()
  }

  device(clientId: string): Device | undefined {
    return this.byId.get(clientId)
  }

  groupDevices(name: string): readonly Device[] {
    return this.groups.get(name)?.devices ?? []
  }

  get size(): number {
    return this.byId.size
  }

  /** Every device publishes once it is ready, and so do those added later. @param waiting groups that `startGroup` starts */
  startPublishing(waiting: Iterable<string> = []): void {
    this.publishing = true
    this.waiting = new Set(waiting)
    for (const d of this.byId.values()) if (!this.waiting.has(d.spec.group.name)) d.startPublishing()
  }

  startGroup(name: string): void {
    this.waiting.delete(name)
    for (const d of this.groupDevices(name)) d.startPublishing()
  }

  stopPublishing(): void {
    this.publishing = false
    for (const d of this.byId.values()) d.stopPublishing()
  }

  /** True when publishing began and no device will publish any more by itself. */
  get published(): boolean {
    if (!this.publishing) return false
    for (const d of this.byId.values()) if (!d.done) return false
    return true
  }

  add(group: GroupConfig): void {
    this.create(group)
    this.connectNew(this.groups.get(group.name)?.devices ?? [])
  }

  remove(name: string): void {
    for (const d of this.groups.get(name)?.devices ?? []) this.drop(d)
    this.groups.delete(name)
    this.deps.observer.changed()
  }

  /** Takes over a group's new configuration with as little disturbance as its change allows. */
  update(name: string, group: GroupConfig): void {
    const state = this.groups.get(name)
    if (!state) return
    const before = state.config
    const sameSession = SESSION_FIELDS.every((f) => JSON.stringify(before[f]) === JSON.stringify(group[f]))
    const renamed = name !== group.name
    if (!sameSession || renamed) {
      this.remove(name)
      this.add(group)
      return
    }
    state.config = group
    for (const d of state.devices.splice(group.count)) this.drop(d)
    const link = group.link ?? this.defaultLink
    for (const d of state.devices) {
      d.update(group)
      d.link.setConfig(link)
    }
    const added = this.createDevices(group, state.devices.length)
    state.devices.push(...added)
    this.connectNew(added)
    this.deps.observer.changed()
  }

  /** The link of groups that name none. */
  setDefaultLink(link: LinkConfig): void {
    this.defaultLink = link
    for (const { config, devices } of this.groups.values()) {
      if (!config.link) for (const d of devices) d.link.setConfig(link)
    }
  }

  /** A group's own link, changed without touching its connections. */
  setGroupLink(name: string, group: GroupConfig, link: LinkConfig): void {
    const state = this.groups.get(name)
    if (!state) return
    state.config = group
    for (const d of state.devices) {
      d.spec.group = group
      d.link.setConfig(link)
    }
  }

  /** Ends every connection at once. */
  close(): void {
    for (const d of this.byId.values()) d.kill()
    this.byId.clear()
    this.groups.clear()
  }

  private create(group: GroupConfig): void {
    this.groups.set(group.name, { config: group, devices: this.createDevices(group, 0) })
  }

  private createDevices(group: GroupConfig, from: number): Device[] {
    const devices: Device[] = []
    for (let index = from + 1; index <= group.count; index++) {
      const clientId = deviceId(group, index)
      if (this.byId.has(clientId)) continue
      const spec: DeviceSpec = { clientId, index, group, link: group.link ?? this.defaultLink }
      if (group.state) spec.state = new Map(Object.entries(group.state))
      const device = new Device(spec, this.deps)
      this.byId.set(clientId, device)
      this.revision++
      devices.push(device)
    }
    return devices
  }

  private connectNew(devices: readonly Device[]): void {
    this.deps.clock.schedule(0, () => {
      for (const d of devices) {
        d.connect()
        if (this.publishing && !this.waiting.has(d.spec.group.name)) d.startPublishing()
      }
    })
  }

  private drop(device: Device): void {
    this.byId.delete(device.clientId)
    this.revision++
    device.close()
  }
}

/** Checked by the compiler alone: engine, hosts and page speak of one and the same interface. */
import type { EngineApi, EngineEvents, LabApi, ServedApi } from '../../electron/contract/api'
import type { commands } from '../../electron/contract/commands'
import type { FleetlabBridge } from '../../electron/contract/bridge'
import type { Channel } from '../../electron/contract/channel'
import type { connectEngine, PageLink, servePage } from '../../electron/contract/rpc'
import type { Engine } from '../../electron/engine/types'
import type { createMessagePortChannel } from '../../electron/shell/message-port-channel'
import type { createWebSocketChannel } from '../../electron/web/websocket-channel'
import type { portChannel } from '../../renderer/api/port-channel'
import type { openWebSocketChannel } from '../../renderer/api/websocket-channel'

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : { missing: A }) : { missing: B }
type Expect<T extends true> = T

export type Proofs = [
  // What the page calls is what the engine implements.
  Expect<Same<ReturnType<typeof connectEngine>, EngineApi>>,
  Expect<Same<ReturnType<Parameters<typeof servePage>[1]>, ServedApi>>,
  Expect<Same<ReturnType<Engine['session']>, LabApi>>,
  // What the engine pushes is what the page handles.
  Expect<Same<PageLink['events'], EngineEvents>>,
  Expect<Same<Parameters<typeof connectEngine>[1], EngineEvents>>,
  // Every command has a schema, and no schema is left over.
  Expect<Same<keyof typeof commands, keyof EngineApi>>,
  // Every command takes one object and answers later; every event carries one value.
  Expect<Same<{ [K in keyof EngineApi]: Parameters<EngineApi[K]>['length'] }[keyof EngineApi], 1>>,
  Expect<Same<EngineApi[keyof EngineApi] extends (a: never) => Promise<unknown> ? true : false, true>>,
  Expect<Same<{ [K in keyof EngineEvents]: Parameters<EngineEvents[K]>['length'] }[keyof EngineEvents], 1>>,
  // All four adapters make the same channel.
  Expect<Same<ReturnType<typeof createMessagePortChannel>, Channel>>,
  Expect<Same<ReturnType<typeof createWebSocketChannel>, Channel>>,
  Expect<Same<ReturnType<typeof portChannel>, Channel>>,
  Expect<Same<Awaited<ReturnType<typeof openWebSocketChannel>>, Channel>>,
  // What the preload exposes is what the page expects.
  Expect<FleetlabBridge extends NonNullable<Window['fleetlab']> ? true : false>,
]

import type { LinkKind } from '@contract/link-config'
import { useBrokerAddress } from '../../stores/broker-address'
import { useConnection } from '../../stores/connection'
import { useGate } from '../../stores/gate'
import { linksInUse, lossRange } from '../../stores/link-summary'
import { useLog } from '../../stores/log'
import { useScenario } from '../../stores/scenario'
import { useCommands, type Command } from '../../ui/commands'

/** What one step of the keys changes the loss of all links by. */
const LOSS_STEP = 0.05

/** What the top bar does by pointer, as commands: loss and kind of all links, the broker's address, what is held. */
export function useBarCommands(): void {
  const scenario = useScenario()
  const connection = useConnection()
  const address = useBrokerAddress()
  const gate = useGate()
  const log = useLog()

  const moreLoss = (by: number): Promise<void> =>
    log.attempt(() =>
      scenario.setLoss((before) => {
        const now = lossRange(linksInUse(before)).max
        return Math.min(1, Math.max(0, Math.round((now + by) * 100) / 100))
      }),
    )
  const setKind = (kind: LinkKind): Promise<void> => log.attempt(() => scenario.setLink('all', { kind }))
  const links: Pick<Command, 'section' | 'enabled'> = {
    section: 'section.links',
    enabled: () => connection.may('setLink'),
  }
  useCommands([
    { id: 'more-loss', title: 'top.moreLoss', keys: ']', ...links, run: () => moreLoss(LOSS_STEP) },
    { id: 'less-loss', title: 'top.lessLoss', keys: '[', ...links, run: () => moreLoss(-LOSS_STEP) },
    { id: 'kind-radio', title: 'top.setRadio', ...links, run: () => setKind('radio') },
    { id: 'kind-tcp', title: 'top.setTcp', ...links, run: () => setKind('tcp') },
    { id: 'kind-cut', title: 'top.setCut', ...links, run: () => setKind('cut') },
    {
      id: 'copy-address',
      title: 'top.copyAddress',
      section: 'section.view',
      enabled: () => address.whole !== null,
      run: address.copy,
    },
    {
      id: 'deliver-all',
      title: 'top.deliverAll',
      section: 'section.run',
      enabled: () => gate.held > 0 && connection.may('deliverAll'),
      run: gate.deliverAll,
    },
  ])
}

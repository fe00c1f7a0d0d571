import type { ShareAddress, ShareState } from '../contract/share'
import { UsageError } from './failure'

const list = (addresses: readonly ShareAddress[]): string =>
  addresses.map((a) => `${a.address} (${a.network})`).join(', ')

/**
 * The address `--share` means: the one that is named, or the only one a class can reach.
 * @throws UsageError which addresses there are, when that leaves a choice
 */
export function shareAddress(flag: string | true, addresses: readonly ShareAddress[]): string {
  if (typeof flag === 'string') {
    if (addresses.some((a) => a.address === flag)) return flag
    throw new UsageError(`--share: ${flag} is not an address of this computer; it has ${list(addresses)}`)
  }
  const open = addresses.filter((a) => !a.loopback)
  const v4 = open.filter((a) => a.address.includes('.'))
  const [only, another] = v4.length > 0 ? v4 : open
  if (!only)
    throw new UsageError(
      '--share: this computer is not connected to a network; give an address: --share 127.0.0.1',
    )
  if (another)
    throw new UsageError(`--share: choose the network, such as --share ${only.address}: ${list(open)}`)
  return only.address
}

/** What to tell whoever started sharing. The code goes to a screen alone, never to a file or a pipe. */
export function shareLines(state: ShareState, onScreen: boolean): string[] {
  if (!state.on) return []
  const code = `${state.code.slice(0, 4)} ${state.code.slice(4)}`
  return [
    `class  ${state.url}`,
    onScreen ? `code   ${code}` : 'code   shown on the page, under Share',
    'Anyone on that network who has the code can watch but not change anything. The connection is not encrypted.',
  ]
}

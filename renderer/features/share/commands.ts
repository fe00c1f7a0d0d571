import { useSharing } from '../../stores/sharing'
import { useVote } from '../../stores/vote'
import { useCommands } from '../../ui/commands'

/** Sharing by key and from the palette; on a viewer's page there is none. */
export function useShareCommands(): void {
  const sharing = useSharing()
  const vote = useVote()
  const share = { section: 'share.section' }
  useCommands([
    {
      id: 'share',
      title: 'share.button',
      keys: 'Shift+C',
      ...share,
      enabled: () => sharing.available,
      run: () => (sharing.open = true),
    },
    {
      id: 'vote',
      title: 'vote.ask',
      keys: 'Shift+V',
      ...share,
      enabled: () => sharing.state.on,
      run: () => vote.compose(),
    },
    {
      id: 'take-back',
      title: 'share.takeBack',
      keys: 'Shift+B',
      ...share,
      enabled: () => sharing.driver !== null,
      run: sharing.takeBack,
    },
  ])
}

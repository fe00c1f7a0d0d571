import { useCommands, type Command } from '../../ui/commands'
import { useLoadSetup } from '../../stores/load-setup'
import { useLoads } from '../../stores/load-runs'
import type { View } from './use-view'

interface Parts {
  start: () => unknown
  view: View
  showHistory: () => void
}

/** Keys and palette entries of the screen. */
export function useLoadCommands({ start, view, showHistory }: Parts): void {
  const loads = useLoads()
  const setup = useLoadSetup()
  const command = (
    title: string,
    keys: string,
    run: () => unknown,
    enabled = (): boolean => true,
  ): Command => ({
    id: title,
    title,
    section: 'nav.load',
    ...(keys === '' ? {} : { keys }),
    enabled,
    run,
  })
  const shown = () =>
    view.otherId.value === null ? (loads.opened.get(view.runId.value ?? '') ?? null) : null
  const save = (format: 'json' | 'csv' | 'html') => (): unknown => {
    const run = shown()
    return run && loads.save(run.runId, format)
  }
  const use = (): void => {
    const run = shown()
    if (run) setup.use(run.report.config)
  }
  const there = (): boolean => shown() !== null
  useCommands([
    command('load.do.start', 'Ctrl+Enter', start, () => setup.canStart),
    command('load.do.stop', 'X', loads.stop, () => loads.running && loads.mayStart),
    command('load.do.history', 'H', showHistory),
    command('load.do.older', 'Shift+ArrowDown', () => view.step(1)),
    command('load.do.newer', 'Shift+ArrowUp', () => view.step(-1)),
    command('load.do.compare', 'C', view.compare, () => view.canCompare.value),
    command('load.do.close', 'Escape', view.toLatest, () => view.otherId.value !== null),
    command('load.do.use', 'U', use, there),
    command('load.do.json', '', save('json'), there),
    command('load.do.csv', '', save('csv'), there),
    command('load.do.html', '', save('html'), there),
  ])
}

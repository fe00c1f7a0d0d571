import { useCommands, type Command } from '../../ui/commands'
import type { Replay } from '../replay/use-replay'
import { useLessons } from '../../stores/lessons'

/** Opens the lesson this many places further. */
function useGo() {
  const lessons = useLessons()
  return (by: number) => (): void => {
    const to = lessons.lessons[lessons.at + by]
    if (to) lessons.open(to.id)
  }
}

const command = (id: string, title: string, keys: string, run: () => unknown): Command => ({
  id: `lessons-${id}`,
  title,
  section: 'lessons.section',
  keys,
  run,
})

/** Keys for going from lesson to lesson. */
export function useLessonKeys(): void {
  const go = useGo()
  useCommands([
    command('previous', 'lessons.goPrevious', 'Shift+ArrowUp', go(-1)),
    command('next', 'lessons.goNext', 'Shift+ArrowDown', go(1)),
  ])
}

/** Keys for the run and its replay. */
export function useReplayKeys(
  replay: Replay,
  run: () => unknown,
  canRun: () => boolean,
  there: () => boolean,
): void {
  useCommands([
    { ...command('run', 'lessons.run', 'R', run), enabled: canRun },
    { ...command('play', 'lessons.play', 'K', replay.toggle), enabled: there },
    { ...command('step', 'lessons.stepOn', '.', replay.next), enabled: there },
    { ...command('back', 'lessons.stepBack', ',', replay.previous), enabled: there },
    { ...command('end', 'lessons.toEnd', 'E', () => replay.seek(replay.end.value)), enabled: there },
  ])
}

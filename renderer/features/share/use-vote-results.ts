import { saveFile } from '../../api/file'
import { useLanguage } from '../../i18n/language'
import { useLog } from '../../stores/log'
import { useVote } from '../../stores/vote'

/** Saves all answers of the class as a file. */
export function useVoteResults(): () => Promise<void> {
  const vote = useVote()
  const log = useLog()
  const language = useLanguage()
  return () => log.attempt(async () => saveFile('vote.csv', await vote.results(language.value), 'text/csv'))
}

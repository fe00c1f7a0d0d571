import { saveFile } from '../../api/file'
import { useLanguage } from '../../i18n/language'
import { useLog } from '../../stores/log'
import { useVote } from '../../stores/vote'

/** Without it Excel reads the file in the system's own code page, and Hangul comes out as other characters. */
const BOM = '\uFEFF'

/** Saves all answers of the class as a file. */
export function useVoteResults(): () => Promise<void> {
  const vote = useVote()
  const log = useLog()
  const language = useLanguage()
  return () =>
    log.attempt(async () => saveFile('vote.csv', `${BOM}${await vote.results(language.value)}`, 'text/csv'))
}
